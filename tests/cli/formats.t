# What train, eval and predict take: streams, test files, several targets, arrays, missing values, weights.
$ glassnet data moons --n 300 > m.csv; glassnet train - --epochs 5 --quiet --out m.safetensors < m.csv | sed -n '3p'
> on held-out rows

# an own test file; its rows are the ones measured
$ glassnet data moons --n 150 --seed 8 > t.csv; glassnet train m.csv --test t.csv --epochs 20 --quiet --out m.safetensors | sed -n '3,4p'
> on the test rows
> accuracy  {num} %  ({num} of 150 rows)

$ glassnet train m.csv --test t.csv --holdout 0.1 --quiet
! glassnet: error[CFG-CONFLICT]: --test and --holdout: rows are held out only where no test file is named
? 2

# nothing held out: no figure is shown as if it were
$ glassnet train m.csv --holdout 0 --epochs 3 --early-stop 0 --quiet --out m.safetensors
> trained after 3 epochs ({any}
> training loss {num}
>
> the model ({num} parameters): m.safetensors

# several targets: a column each, in their own units
<<< two.py
for i in range(200):
    a, b = (i % 20) / 20, (i // 20) / 10
    if not i: print("a,b,sum,product")
    print("%g,%g,%g,%g" % (a, b, 100 * (a + b), a * b))
>>>
$ python3 two.py > two.csv; glassnet train two.csv --target sum,product --epochs 60 --quiet --out two.safetensors | tail -n 5
>   target   {any}R2{any}RMSE{any}MAE
>   sum      {any}
>   product  {any}
>
> the model ({num} parameters): two.safetensors
$ glassnet predict two.safetensors two.csv | head -n 2
> sum,product
> {num},{num}
$ glassnet eval two.safetensors two.csv --json | python3 -c 'import json, sys; r = json.load(sys.stdin); print(len(r["output_r2"]), r["r2"] > 0.5, r["rows"])'
> 2 True 200

# missing values: refused with their place, or treated as asked
<<< gaps.csv
x,y,label
1,2,a
,3,b
2,NA,a
3,1,b
4,5,a
5,6,b
6,2,a
7,1,b
8,9,a
9,1,b
>>>
$ glassnet train gaps.csv --quiet
! glassnet: error[CSV-MISSING]: gaps.csv:3:1: {any}
! {lines}
? 3
$ glassnet train gaps.csv --missing median --epochs 3 --quiet --out g.safetensors | tail -n 1
> the model ({num} parameters): g.safetensors
$ glassnet predict g.safetensors gaps.csv | wc -l
> 11
$ glassnet train gaps.csv --missing drop --epochs 3 --json --quiet --out g.safetensors | python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["training_rows"] + r["rows"])'
> 8

# arrays: an NPY pair, an IDX pair
<<< arrays.py
import random, struct
def npy(path, descr, shape, data):
    head = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (descr, shape)
    open(path, "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + head.ljust(117).encode() + b"\n" + data)
random.seed(1)
x = [[random.uniform(-1, 1) for _ in range(3)] for _ in range(200)]
y = [int(a + b > c) for a, b, c in x]
npy("X.npy", "<f4", "(200, 3)", b"".join(struct.pack("<3f", *r) for r in x))
npy("y.npy", "<i8", "(200,)", b"".join(struct.pack("<q", v) for v in y))
open("images", "wb").write(struct.pack(">4B3I", 0, 0, 8, 3, 100, 2, 2) + bytes((255 if y[i] else 0) if k == 0 else 9 for i in range(100) for k in range(4)))
open("labels", "wb").write(struct.pack(">4BI", 0, 0, 8, 1, 100) + bytes(y[:100]))
>>>
$ python3 arrays.py; glassnet train X.npy,y.npy --epochs 40 --quiet --json --out n.safetensors | python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["accuracy"] > 0.9, r["rows"])'
> True 40
$ glassnet predict n.safetensors X.npy | sort | uniq -c | wc -l
> 3
$ glassnet train images,labels --epochs 20 --batch 8 --quiet --json --out i.safetensors | python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["accuracy"], r["rows"])'
> 1 20
$ glassnet eval i.safetensors images,labels --json | python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["accuracy"], r["rows"])'
> 1 100

# options that change what is learnt
$ glassnet train m.csv --ignore x2 --epochs 2 --quiet --out o.safetensors > /dev/null; glassnet info o.safetensors | sed -n '/inputs/,/output/p'
> inputs
>   x1  numbers
> output: classification of class; classes lower, upper
$ glassnet train m.csv --target x1 --epochs 2 --quiet --out o.safetensors | sed -n 4p
> R2    {num}  (60 rows)

# every optimiser, loss, initialiser, schedule and activation that ops lists can be named
$ for k in optimizer:optimizer init:init schedule:schedule; do t=${k%:*} o=${k#*:}; for n in $(glassnet ops $t --json | python3 -c 'import json, sys; print(*(r["name"] for r in next(iter(json.load(sys.stdin).values()))))'); do glassnet train m.csv --$o $n --epochs 1 --quiet --out o.safetensors >/dev/null || echo $n; done; done
$ for n in mse mae huber log_cosh; do glassnet train sine --loss $n --epochs 1 --quiet --out o.safetensors > /dev/null || echo $n; done; for n in bce cross-entropy mse; do glassnet train m.csv --loss $n --epochs 1 --quiet --out o.safetensors > /dev/null 2>&1 || echo "$n: $?"; done
$ for n in identity sigmoid tanh relu leaky_relu elu selu softplus softsign silu gelu gelu_tanh mish hard_sigmoid hard_tanh sin leaky-relu; do glassnet train m.csv --act $n --epochs 1 --quiet --out o.safetensors > /dev/null || echo $n; done

# standard streams that are closed are not taken for files
$ glassnet data xor --n 2 >&-
! glassnet: error[IO-WRITE]: standard output: {any}
? 4
$ glassnet info - <&-
! glassnet: error[IO-READ]: {any}
? 4
$ glassnet train m.csv --epochs 1 --out c.safetensors 2>&- | tail -n 1
> the model ({num} parameters): c.safetensors

# a model is known by its content, whatever it is called
$ glassnet train moons --layers 4 --epochs 1 --quiet --out m.st > none; glassnet plan m.st | head -n 2 | tail -n 1
>   4 relu      2 -> 4          12

# a generated set's text column can be an input like a file's
$ glassnet train moons --target x1 --task regression --layers 4 --epochs 1 --quiet --json --out x.st | tr ',' '\n' | grep '"rows"'
>  "rows": 200

# what LaTeX and Markdown cut stands whole in files beside the document, which names them
$ glassnet explain spirals --row 0 --layers 9 --quiet --format latex --out s.tex; ls s-[WX]*.csv | LC_ALL=C sort; grep -c 'all 9 by 2 numbers: s-{}W1.csv' s.tex; python3 -c 'r = [l.split(",") for l in open("s-W1.csv")]; print(len(r), {len(l) for l in r})'
> s-W1-2.csv
> s-W1.csv
> s-W2-2.csv
> s-W2.csv
> 1
> 9 {2}
$ glassnet explain spirals --row 0 --layers 9 --quiet --format markdown --out dir.md; grep -c 'all 9 by 2 numbers: dir-W1.csv' dir.md; cmp dir-W1.csv s-W1.csv
> 1
$ glassnet explain spirals --row 0 --layers 9 --quiet --format latex | tail -n 2
> \par\medskip(dots stand for what is not shown: with --out FILE each such array is a CSV file beside it)
> \end{document}
$ glassnet neuron --x 1 --y 2 --lr 0.1 --quiet --steps 60 --format markdown --out n.md; head -n 1 n-table.csv; grep -c . n-table.csv
> k,w,closed form,p,e,L,dL/dw
> {num}
$ glassnet diff "x^2" --at x=1 --format latex --out q.tex; ls q*
> q.tex

# a table of floats has the digits of floats
$ glassnet neuron --x 3 --y 10 --w 0.5 --lr 0.1 --steps 2 --precision f32 --digits 17 | grep '^  1  '
>   1        5.6   5.600000075995922       16.8    6.799999   46.23999  40.799995
$ glassnet neuron --x 3 --y 10 --w 0.5 --lr 0.1 --steps 2 --precision f32 --json | python3 -c 'import json, sys; print([(c["title"], c["type"]) for l in json.load(sys.stdin)["lines"] if l["kind"] == "table" for c in l["columns"] if "type" in c][:4])'
> [('k', 'f64'), ('w', 'f32'), ('closed form', 'f64'), ('p', 'f32')]

# no line is wider than 80 columns, whatever the digits, and with --ascii no sign is outside of ASCII
<<< width.py
import math, subprocess, sys
with open("wide.csv", "w") as f:
    f.write(",".join(f"x{i}" for i in range(13)) + ",class\n")
    for row in range(24):
        f.write(",".join(f"{math.sin(row * 13 + i) * 1000 ** (i / 12):.6g}" for i in range(13)) + f",c{row % 3}\n")
with open("mine.csv", "w") as f:
    f.write("0,1\n2,3\n")
COMMANDS = """diff x^2*y+sin(x*y)/(x+y) --at x=1.23,y=2 --order 2 --along 0.1,0.2
diff [x^2*y,sin(x)+y,gelu(x*y)] --at 1.1,2.3
descend (a*b-1)^2/2 --from a=4,b=0.3 --lr 0.1 --steps 30
descend x^2+4*y^2 --from 1,1 --lr 0.3 --steps 5 --optimizer adam
neuron --x 1,2,3 --y 10 --w 1,1,1 --lr 0.01 --steps 3 --optimizer adam
neuron --x 100 --y 200 --w 1 --lr 0.01 --cures --steps 5
explain xor --row 0-3 --depth 4
explain wide.csv --row 0-7 --neuron 1[3] --weight 0.weight[1,2] --depth 3
check xor --layers 3
stability x^2+4*y^2 --from 1,1 --lr 0.2 --optimizer momentum
museum all
plot --kind rates
stability --map lr-x"""
for command in COMMANDS.split("\n"):
    drawn = "plot" in command or "map" in command
    for digits in [6] if drawn else [1, 2, 6, 12, 17] if "museum" in command else range(1, 18):
        for ascii in [["--ascii"], []]:
            words = ["glassnet", *command.split(), "--quiet", *ascii, *([] if drawn else ["--digits", str(digits)])]
            text = subprocess.run(words, capture_output=True).stdout.decode()
            for line in text.split("\n"):
                if len(line) > 80 or ascii and not line.isascii():
                    sys.exit(" ".join(words) + ": " + line)
print("fits")
>>>
$ python3 width.py
> fits

# one is one
<<< one.csv
x,y
3,10
>>>
$ glassnet neuron --data one.csv --w 0.5 --lr 0.1 --steps 1 | grep 'of one.csv'; glassnet info one.csv | head -n 1
> 1 row of one.csv
> table: 1 row, 2 columns, with a header, delimiter comma

# titles of sections begin with a small letter, whatever the command
$ for c in "stability --x 3 --y 10 --w 1 --lr 0.1" "diff x^2 --at 1 --order 2" "descend x^2 --from 1 --lr 0.1" "explain xor --neuron 1[1]" "check xor" "neuron --x 3 --y 10"; do glassnet $c --quiet --json | python3 -c 'import json, sys; print([l["text"] for l in json.load(sys.stdin)["lines"] if l["kind"] == "section" and l["text"][0].isupper()])'; done | sort -u
> []
