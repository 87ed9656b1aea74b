# Generated sets, and what a file holds.
$ glassnet data | cut -d ' ' -f 1
> spirals
> moons
> circles
> xor
> blobs
> checkerboard
> sine
> linear
> neuron

$ glassnet data neuron
> {any}
> -1,2,3,13,17,100
> 4,-5,6,14,18,200
> 7,8,-9,15,19,300
> -10,11,12,16,-20,400

$ glassnet data moons --n 3 --seed 7
> x1,x2,class
> {num},{num},upper
> {num},{num},lower
> {num},{num},{any}

# the same seed, the same bytes; another seed, others
$ glassnet data blobs --n 50 --seed 1 > a.csv; glassnet data blobs --n 50 --seed 1 --out b.csv; glassnet data blobs --n 50 --seed 2 > c.csv; cmp a.csv b.csv; cmp -s b.csv c.csv
? 1

$ glassnet data spirls
! glassnet: error[USAGE]: no generated set 'spirls'
! hint: did you mean spirals?
? 2

$ glassnet data neuron --json
> {any}"{any}": [-1, 4, 7, -10]{any}

$ glassnet info a.csv
> table: 50 rows, 3 columns, with a header, delimiter comma
>   column  kind     missing  values
>   x1      numbers        0  {any}
>   x2      numbers        0  {any}
>   class   text           0  3 different: a, b, c

$ glassnet info a.csv --json | python3 -m json.tool | head -n 5
> {
>     "kind": "table",
>     "rows": 50,
>     "header": true,
>     "delimiter": "comma",

$ glassnet info - < a.csv | head -n 1
> table: 50 rows, 3 columns, with a header, delimiter comma

<<< ragged.csv
a,b
1,2
3
>>>
$ glassnet info ragged.csv
! glassnet: error[CSV-RAGGED]: ragged.csv:3{any}: {any}
! {lines}
? 3

$ glassnet info nowhere.csv
! glassnet: error[IO-OPEN]: nowhere.csv: {any}
? 4

$ : > empty.csv; glassnet info empty.csv
! glassnet: error[CSV-EMPTY]: empty.csv: {any}0 bytes{any}
? 3

$ python3 -c 'import sys; sys.stdout.buffer.write(b"\x93NUMPY\x01\x00v\x00" + b"{\x27descr\x27: \x27<f4\x27, \x27fortran_order\x27: False, \x27shape\x27: (2, 2), }".ljust(117) + b"\n" + bytes(12) + b"\x00\x00\x80?")' > x.npy; glassnet info x.npy
> NPY array of 2 x 2, 0 to 1, mean 0.25

# every set is listed by ops as well
$ glassnet ops data --json | python3 -c 'import json, sys; r = json.load(sys.stdin); print(list(r), len(r["data"]))'
> ['data'] 9

# a model's tensors by name and shape
$ glassnet train xor --net "3 tanh, batchnorm" --epochs 1 --quiet --out t.safetensors > t.txt; glassnet info t.safetensors | sed -n '/^tensors/,/^inputs/p'
> tensors
>   0.weight        3 x 2
>   0.bias          3
>   2.weight        3
>   2.bias          3
>   2.running_mean  3      not trained by gradient
>   2.running_var   3      not trained by gradient
>   3.weight        1 x 3
>   3.bias          1
> inputs
