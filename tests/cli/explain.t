# Explanations: a network as it begins, a trained model, one unit, one parameter, every format, and what is refused.
<<< line.csv
x1,x2,y
3,1,10
1,2,4
0,0,0
>>>
$ glassnet explain line.csv --target y --task regression --layers none --scale none --precision f64 --optimizer sgd --lr 0.01 --row 2 | sed -n '/^── forward/,/^── update/p'
> ── forward ─────────────────────────────────────────────────────────────────────
>    0.weight W1 = [[{num}, {num}]]
>    0.bias   b1 = 0
>  1 sum      Z1 = X*W1' + b1 = [[0, 0]]*[[{num}, {num}]]' + 0 = 0
>                [product and bias: (1,1)]
>
> ── loss ────────────────────────────────────────────────────────────────────────
>  2 loss L = square(Z1 - T) = square(0 - 0) = 0  [mse: square(z - t)]
>
> ── backward ────────────────────────────────────────────────────────────────────
>  3 chain    δ1     = 2*(Z1 - T) = 2*(0 - 0){any}= 0
>                    [slope of the loss: (1,1)]
>  4 gradient dL/dW1 = δ1*X       = 0*[[0, 0]]{any}= [[0, 0]]
>                    [outer products, added over the rows: (1,2) = (1,1)*(1,2)]
>  5 gradient dL/db1 = δ1{any}= 0
>                    [added over the rows: (1,1)]
>  6 chain    dL/dX  = δ1*W1      = 0*[[{num}, {num}]] = [[0, 0]]
>                    [back to the input: (1,2) = (1,1)*(1,2)]
>
> ── update

# the conventions stand at the head
$ glassnet explain line.csv --target y --task regression --net "3 relu, dropout 0.5, batchnorm" --row 0-1 | sed -n '1,/^$/p'
> an untrained network on rows 0-1 of line.csv
> loss: mse, the mean over 2 rows
> layout: X has a row per example, W a row per output: Z = X*W' + b
> a gradient has the shape of its parameter; a Jacobian a row per output
> slope of relu(x) = y: where(y > 0, 1, 0)
> precision: float32
> weights: as initialised with seed 1
> dropout is off, as in prediction
> batch normalisation uses its running mean and variance, as in prediction
> indices go from 0; .* and ./ act on each element, * is the matrix product
>

# a trained model: its own optimiser's step, unless another is said
$ glassnet train xor --layers 4 --act tanh --optimizer nesterov --lr 0.25 --momentum 0.5 --epochs 2 --out m.safetensors --quiet >/dev/null && glassnet explain m.safetensors xor --row 5 | sed -n '/^── update/,/μ/p'
> ── update
> nesterov: v = mu*v + g; w = w - lr*(g + mu*v)
> the first step: the optimiser's state before it is 0
>    learning rate lr = 0.25
>    nesterov      μ = 0.5
$ glassnet explain m.safetensors xor --row 5 --optimizer sgd | sed -n '/^── update/,/learning/p'
> ── update
> sgd: w = w - lr*g
>    learning rate lr = 0.1

# one unit as a sum; one parameter along every path; each gradient with its check
$ glassnet explain m.safetensors xor --row 5 --neuron '1[1]' | sed -n '/^── unit/,/\[delta/p'
> ── unit A1[1] {any}
> {num} sum        z     = w0*x0 + w1*x1 + b
>                     = {num}*{num} + ({num})*({num}) + ({num})
>                     = {num}
> {num} tanh       a     = tanh(z)         = tanh({num}){any}= {any}
>    comes back dL/da = {num}
>    slope      da/dz = {num}
> {num} chain      dL/dz = (dL/da)*(da/dz) = {num}*{num} = {num}
>                     [delta: the loss changes by it for each 1 that z grows]
$ glassnet explain m.safetensors xor --row 5 --weight '0.weight[1,0]' | sed -n '/^── parameter/,/^the loss by/p' | grep -c 'A1\[1\] > Z2\[0\]'
> 1
$ glassnet explain m.safetensors xor --row 0-15 --precision f64 --checked | grep -c 'check: central .* excellent'
> 4

# every format; JSON holds every number
$ for f in text markdown latex html json; do glassnet explain m.safetensors xor --row 0 --format $f | wc -c | awk '$1 < 3000'; done
$ glassnet explain m.safetensors xor --row 0 --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(sorted(d), [s["rows"] for s in d["symbols"] if s["name"]=="W1"])'
> {any}'symbols'{any} [4, 4]
$ glassnet explain m.safetensors xor --row 0-3 --depth 5 | awk '{ gsub(/[\200-\277]/, ""); if (length($0) > 80) print }'
$ glassnet explain m.safetensors xor --row 0 --ascii | LC_ALL=C grep -c '[^ -~]'
> 0
? 1
$ glassnet explain m.safetensors xor --row 0 --out sheet.html --format html && grep -c '<html' sheet.html
> 1

# a picture of the layers on the same rows
$ glassnet explain m.safetensors xor --row 0-31 --plot - | grep -c 'slope of the loss by the value'
> 2
$ glassnet explain xor --net "3 relu" --row 0-31 --plot - 2>/dev/null | grep -c 'layer 1 (3 relu)'
> 1

# what is refused
$ glassnet explain m.safetensors xor --row 1000
! glassnet: error[CFG-RANGE]: row: there is no row 1000; the data have 1000, from 0 to 999
? 2
$ glassnet explain m.safetensors xor --row one
! glassnet: error[CFG-VALUE]: row: "one" is no row
! hint: rows are counted from 0: --row 3, several as --row 0,3 or --row 0-7
? 2
$ glassnet explain m.safetensors xor --neuron 7
! glassnet: error[CFG-VALUE]: neuron: the network has no unit "7"
! hint: LAYER[i], layers from 1 and units from 0: from 1[0] to 2[0], or A1[0] as the sheet calls it
? 2
$ glassnet explain m.safetensors xor --weight '0.weight[4,0]'
! glassnet: error[CFG-VALUE]: weight: 0.weight[4,0] is outside 0.weight, which is 4 by 2; indices go from 0
? 2
$ glassnet explain m.safetensors
! glassnet: error[FILE-KIND]: m.safetensors: this is a model (safetensors), not data
! hint: a model needs its data: glassnet explain MODEL DATA
? 3

# where the numbers are not finite a check says that, and no words are made of them
$ cat > spoil.py <<'END'
$+ import json, struct, sys
$+ b = open("q.safetensors", "rb").read()
$+ n = struct.unpack("<Q", b[:8])[0]
$+ h = json.loads(b[8:8 + n])
$+ h["__metadata__"]["sample_inputs"] = h["__metadata__"]["sample_outputs"] = "[]"
$+ a, z = h["0.weight"]["data_offsets"]
$+ body = bytearray(b[8 + n:])
$+ body[a:a + 4] = struct.pack("<f", float(sys.argv[1]))
$+ j = json.dumps(h).encode()
$+ j += b" " * (-len(j) % 8)
$+ open("s.safetensors", "wb").write(struct.pack("<Q", len(j)) + j + bytes(body))
$+ END
$+ glassnet train xor --n 20 --net "3 tanh" --epochs 1 --quiet --out q.safetensors > /dev/null
$ for v in inf nan; do python3 spoil.py $v; glassnet explain s.safetensors xor --n 20 --checked > out 2> /dev/null; echo "exit $?"; grep -c 'not finite' out; sed -n '/what the numbers/,$p' out | grep -E 'finite|nan:|direction'; done
> exit 1
> {num}
> the parameter 0.weight[0,0] is inf: the loss is finite all the same
> on this row the Jacobian is not finite: nothing can be said of its rank
> exit 1
> {num}
> the parameter 0.weight[0,0] is nan: everything that uses it is spoilt

# a unit and a parameter by the names that the sheet prints
$ glassnet explain xor --net "3 tanh" --row 0-3 --weight "W1[1,0]" | grep -o '── parameter [^ ]*'
> ── parameter W1[1,0],
! {any}
$ glassnet explain xor --net "3 tanh" --row 0-3 --weight "b2[0]" | grep -o '── parameter [^ ]*'
> ── parameter b2[0],
! {any}
$ glassnet explain xor --net "3 tanh" --row 0-3 --neuron "A1[2]" | grep -o '── unit [^ ]*'
> ── unit A1[2]
! {any}
$ glassnet explain xor --net "3 tanh" --weight "W3[0,0]" 2>&1 | grep -o 'error.*'
> error[CFG-VALUE]: weight: the network has no parameter "W3[0,0]"
$ glassnet explain xor --net "3 tanh" --neuron "A3[0]" 2>&1 | grep -o 'error.*'
> error[CFG-VALUE]: neuron: the network has no unit "A3[0]"

# one numbering of layers: names of the sheet, facts, --layer, --neuron; dropout has no number
$ glassnet explain xor --net "5 relu, dropout 0.2, 4 relu, layernorm, residual 4 tanh" --row 0 --depth 1 --layer 3 2>/dev/null | sed -n '/── forward/,/── loss/p' | grep -oE '^ *[0-9]+ [a-z]+ +[A-Z][0-9]'
>  5 normalise N3
>  6 gain      A3
$ glassnet explain xor --net "3 tanh, batchnorm" --row 0 --depth 1 2>/dev/null | grep -oE '^ *[0-9]+ (centre|normalise).*'
>  3 centre         N2    = A1 - mean2

# a model brings its own network: an option that describes one is refused, not ignored
$ glassnet explain m.safetensors xor --row 0 --loss mse
! glassnet: error[CFG-CONFLICT]: --loss describes a network, and m.safetensors is one with its own
! hint: leave it out; without a model, glassnet explain DATA looks at a fresh network as described
? 2
$ glassnet check m.safetensors xor --layers 3 2>&1 | grep -o 'error.*'
> error[CFG-CONFLICT]: --layers describes a network, and m.safetensors is one with its own

# a block's skip path brings the gradient past units that are all off
$ glassnet explain moons --net "3 tanh, residual 3 relu" --row 0 --seed 8 2>/dev/null | sed -n '/what the numbers/,$p' | grep -A2 -E 'are off|nothing'
> layer 2: 3 of 3 relu units are off on this row (slope 0): 0, 1, 2
> no gradient goes through the units of layer 2; what is before it gets its
> gradient, of size 0.659026, by the skip path alone

# a row near the mean of an input that decides everything: the spread of the input counts, not the row's own value
$ python3 -c 'print("x,class"); [print(f"{i / 50},{i > 40}") for i in range(-100, 101)]' > imb.csv; glassnet train imb.csv --layers none --epochs 200 --lr 0.05 --quiet --out imb.safetensors | grep accuracy
> accuracy  100.00 %{any}
$ for r in 100 180; do glassnet explain imb.safetensors imb.csv --row $r | grep -c 'barely'; done
> 0
> 0
? 1

# the rank is that of each row
$ printf 'a,b,y,z\n1,2,0,1\n-2,1,1,0\n2,-1,1,1\n-1,-2,0,2\n' > two.csv; glassnet explain two.csv --target y,z --task regression --net "3 relu" --seed 7 --row 0-3 2>/dev/null | sed -n '/what the numbers/,$p' | grep -A1 -E '^on '
> on 2 of 4 rows (rows 2, 3) the outputs depend on the inputs through 1 direction
> only: the Jacobian has rank 1 of 2

# the digits reach the sentences
$ glassnet explain m.safetensors xor --row 5 --weight 'W1[1,0]' --precision f64 --digits 17 | grep -o -E 'together -?[0-9.e-]{17,}, the gradient is -?[0-9.e-]{17,}|by the way back:' | wc -l
> 2

# an output unit has no a: what comes back is dL/dz
$ glassnet explain m.safetensors xor --row 5 --neuron '2[0]' | grep -E 'comes back|dL_da|dL/da'
>    comes back dL/dz = {num}

# what has no meaning beside a model and a file is refused, not ignored
$ glassnet explain imb.safetensors imb.csv --ignore x
! glassnet: error[CFG-CONFLICT]: --ignore chooses columns to learn from, and imb.safetensors has its own
! hint: leave it out; a column that the model does not know is left aside
? 2
$ glassnet explain imb.safetensors imb.csv --n 30
! glassnet: error[CFG-CONFLICT]: --n is of a generated set, and imb.csv is read as it is
! hint: leave it out; `glassnet data` lists the generated sets
? 2
$ glassnet check imb.csv --net "2 relu" --noise 0.5 2>&1 | grep -o 'error.*'
> error[CFG-CONFLICT]: --noise is of a generated set, and imb.csv is read as it is
$ glassnet stability imb.safetensors imb.csv --ignore x 2>&1 | grep -o 'error.*'
> error[CFG-CONFLICT]: --ignore chooses columns to learn from, and imb.safetensors has its own
$ glassnet explain imb.safetensors imb.csv --seed 2
! glassnet: error[CFG-CONFLICT]: --seed has nothing to draw: the weights are the model's, and imb.csv is read as it is
! hint: leave it out; without a model, glassnet explain DATA --seed N looks at a fresh network
? 2
$ glassnet check imb.safetensors imb.csv --seed 2 --quiet | head -1
> gradient check of imb.safetensors on imb.csv
$ glassnet explain m.safetensors xor --row 0 --seed 2 --n 20 --noise 0.1 | head -1
> m.safetensors on row 0 of xor
$ for o in row neuron weight; do glassnet explain imb.safetensors imb.csv --$o "" 2>&1 | grep -o 'error.*'; done
> error[CFG-VALUE]: row: "" is no row
> error[CFG-VALUE]: neuron: the network has no unit ""
> error[CFG-VALUE]: weight: the network has no parameter ""
