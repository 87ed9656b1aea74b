# A gradient computed by hand, with mistakes in it, is judged; the file grad.py is the user.
<<< grad.py
import json, math, struct, sys
b = open("s.safetensors", "rb").read()
n = struct.unpack("<Q", b[:8])[0]
h = json.loads(b[8:8 + n])
def tensor(name):
    a, z = h[name]["data_offsets"]
    return list(struct.unpack("<%dd" % ((z - a) // 8), b[8 + n + a:8 + n + z]))
W1, b1, W2, b2 = (tensor(t) for t in ("0.weight", "0.bias", "2.weight", "2.bias"))
m = {k: json.loads(v) for k, v in h["__metadata__"].items() if k[0] in "it" and k.endswith(("shift", "factor"))}
rows = [[float(v) for v in line.split(",")] for line in open("sine.csv").read().split()[1:]]
what = sys.argv[1]
g1, gb1, g2, gb2 = [0.0] * 4, [0.0] * 4, [0.0] * 4, 0.0
for x, y in rows:
    if what != "raw": x = (x - m["input_shift"][0]) * m["input_factor"][0]
    y = (y - m["target_shift"][0]) * m["target_factor"][0]
    a = [math.tanh(W1[i] * x + b1[i]) for i in range(4)]
    e = 2 * (sum(W2[i] * a[i] for i in range(4)) + b2[0] - y) / len(rows)
    gb2 += e
    for i in range(4):
        d = e * W2[i] * (1 if what == "slope" else 1 - a[i] ** 2)
        g2[i] += e * a[i]
        g1[i] += d * x
        gb1[i] += d
if what == "bias": gb1 = [0.0] * 4
if what == "noise": g1[2] += 1
k = {"batch": 1 / len(rows), "half": 0.5, "sign": -1}.get(what, 1)
flat = [k * v for v in g1 + gb1 + g2 + [gb2]]
if what == "npy":
    head = "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 1), }".ljust(117) + "\n"
    open("g.npy", "wb").write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + struct.pack("<4d", *g1))
elif what == "row": print("d1,d2,d3,d4\n" + ",".join(map(repr, g2)))
elif what == "flip": print(",".join(map(repr, g1)))
elif what == "weights": print("\n".join(map(repr, g1 + g2)))
else: print("\n".join(map(repr, flat)))
>>>
$ glassnet data sine --n 40 --seed 2 > sine.csv; glassnet train sine.csv --net "4 tanh" --epochs 3 --seed 3 --precision f64 --quiet --out s.safetensors > /dev/null
$ python3 grad.py right > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv
> diagnosis of g.csv for s.safetensors on sine.csv
> L = {num}: mean of mse over all 40 rows, float64
> read: 13 by 1 numbers, as all tensors one after another
> a gradient has its tensor's shape; a weight has a row for each output
> the slope at a kink: relu 0, |x| 0, leaky relu alpha
> right or named: within 1e-7, as its digits tell; agree: entries within 1e-5
>
> The gradient is right.
>
> findings
>   tensor    agree   from the right one  finding
>   {any}
>   0.weight  4 of 4  {num}{any}right
>   0.bias    4 of 4  {num}{any}right
>   2.weight  4 of 4  {num}{any}right
>   2.bias    1 of 1  {num}{any}right

# a mistake has the exit status 1, a name, the numbers that speak for it, and what to do
$ python3 grad.py batch > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv > out; sed -n 8,16p out; tail -n +18 out | tr '\n' ' '
> The gradient is not right: divided by the batch once more.
>
> findings
>   tensor    agree   from the right one  finding
>   {any}
>   0.weight  0 of 4  0.97 {any} divided by the batch once more
>   0.bias    0 of 4  0.97 {any} divided by the batch once more
>   2.weight  0 of 4  0.98 {any} divided by the batch once more
>   2.bias    0 of 1  0.97 {any} divided by the batch once more
> 0.weight: divided by the batch once more: given/right = 1/40 for all 4 entries, to {num}; the batch has 40 rows. To do: the mean is in the loss already: sum over the rows. 0.bias: divided by the batch once more: given/right = 1/40 for all 4 entries, to {any}
$ glassnet diagnose s.safetensors sine.csv --grad g.csv > /dev/null
? 1
$ for w in half sign slope bias raw noise; do python3 grad.py $w > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv | sed -n 8p; done
> The gradient is not right: factor 1/2.
> The gradient is not right: sign.
> The gradient is not right: activation slope forgotten.
> The gradient is not right: bias missing.
> The gradient is not right: input scaling missing.
> The gradient is not right: 1 of 4 entries is off.
$ glassnet diagnose s.safetensors sine.csv --grad g.csv | tail -n 3 | tr '\n' ' '
> 0.weight: 1 of 4 entries is off: 3 of 4 entries are right; [2,0] is not: {num} where {num} is right. To do: {any}

# one tensor: by its shape, by --tensor, with a header, as the transpose; NPY
$ python3 grad.py row > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv | tail -n 1
> 2.weight: right: equal to the engine's to {num}.
$ python3 grad.py flip > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv --tensor 0.weight | tail -n 1
> 0.weight: right: equal to the engine's to {num}.
$ python3 grad.py npy; glassnet diagnose s.safetensors sine.csv --grad g.npy | tail -n 1
> 0.weight: right: equal to the engine's to {num}.
$ glassnet diagnose s.safetensors sine.csv --grad s.safetensors > /dev/null
? 1
$ glassnet diagnose s.safetensors sine.csv --grad g.npy --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["title"])'
> diagnosis of g.npy for s.safetensors on sine.csv

# what cannot be judged
$ glassnet diagnose s.safetensors sine.csv
! glassnet: error[USAGE]: there is no gradient to judge
! hint: glassnet diagnose MODEL DATA --grad mine.csv
? 2
$ printf '1,2,3\n4,5,6\n' > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv
! glassnet: error[MOD-SHAPE]: a gradient of 2 by 3 numbers has neither the shape of a tensor nor all 13 parameters
! hint: the network's are 0.weight (4, 1), 0.bias (4), 2.weight (1, 4), 2.bias (1); --tensor NAME says which it is
? 3
$ glassnet diagnose s.safetensors sine.csv --grad g.csv --tensor 0.weight
! glassnet: error[MOD-SHAPE]: the gradient is 2 by 3 numbers, 0.weight is 4 by 1
! hint: a weight's gradient has a row for each output and a column for each input
? 3
$ glassnet diagnose s.safetensors sine.csv --grad g.csv --tensor 1.weight
! glassnet: error[CFG-VALUE]: --tensor is '1.weight'; the network has no such trainable tensor
! hint: it has 0.weight, 0.bias, 2.weight, 2.bias
? 2
$ printf 'a\n1\nx\ny\nz\n' > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv 2> /dev/null
? 3
$ glassnet diagnose s.safetensors sine.csv --grad none.csv
! glassnet: error[IO-OPEN]: none.csv: No such file or directory
? 4

# the sign besides a factor, a factor of two parts, and what is not finite
$ python3 grad.py right > right.csv; for k in -2 1/80 -0.3; do python3 -c "for v in open('right.csv'): print(repr($k*float(v)))" > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv | grep -E -A2 '^(The gradient|0.weight:)' | grep -Ev 'findings|--' | tr '\n' ' '; done
> The gradient is not right: sign, and factor 2.  0.weight: sign, and factor 2: given/right = -2 for all 4 entries, to {num}. To do: the error is prediction - target; the 2 is there twice, or the loss has no 1/2. The gradient is not right: a constant factor 1/80.  0.weight: a constant factor 1/80: given/right = 1/80 for all 4 entries, to {num}; 1/80 is 1/40 (the rows) times 1/2. To do: compare the constants in front of the loss. The gradient is not right: sign, and a constant factor 0.3.  {any}
$ sed '2s/.*/nan/; 7s/.*/-inf/' right.csv > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv > out; grep -E -A2 '^(The|[02])' out | tr '\n' ' '
> The gradient is not right: not finite. {any} 0.weight: not finite: 1 of 4 entries is not finite: [1,0] is nan; 3 of the other 3 agree. To do: find the first step that gives nan or inf: 0/0, log 0, a large exp. 0.bias: not finite: 1 of 4 entries is not finite: [2] is -inf; 3 of the other 3 agree. 
$ printf '1,nan\n2,nan\n3,nan\n4,nan\n' > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv
! glassnet: error[MOD-SHAPE]: a gradient of 4 by 2 numbers has neither the shape of a tensor nor all 13 parameters
! hint: the network's are 0.weight (4, 1), 0.bias (4), 2.weight (1, 4), 2.bias (1); --tensor NAME says which it is
? 3
$ printf 'g\n1\n2\nNA\n4\n' > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv --tensor 0.weight
! glassnet: error[CSV-NUM]: g.csv:4:1: a number of the gradient is missing
! hint: every cell of a gradient is a number, such as 12, -0.5 or 1e-3; a first line of names may stand above
? 3

# NPY and safetensors are known by their first bytes too; three dimensions are taken as they lie
$ python3 grad.py npy; cp g.npy g.dat; cp s.safetensors s.dat; for f in g.dat s.dat; do glassnet diagnose s.safetensors sine.csv --grad $f | grep ^read; done
> read: 4 by 1 numbers, by their shape as 0.weight, the nearest of 3; --tensor
> read: 4 tensors, by the names of the tensors

# weights without their biases
$ python3 grad.py weights > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv | grep -E '^(read|The)'
> read: 8 by 1 numbers, as the weights of all layers, without their biases
> The gradient is not right: bias missing.
$ glassnet check s.safetensors sine.csv --grad g.csv --format json | grep -c 'bias missing'
> 1
# a gradient in the shape of the transpose is not right, whatever its numbers are
$ glassnet train moons --n 30 --net "3 tanh" --epochs 2 --seed 1 --precision f64 --quiet --out mm.safetensors >/dev/null; glassnet data moons --n 30 > mm.csv
<<< turn.py
import json, sys
g = [v["value"] for v in json.load(sys.stdin)["symbols"] if v["name"] == "dL_dW1"][0]
print("\n".join(",".join(repr(row[i]) for row in g) for i in range(2)))
>>>
$ glassnet explain mm.safetensors mm.csv --row 0-29 --precision f64 --weight-decay 0 --format json | python3 turn.py > t.csv; glassnet diagnose mm.safetensors mm.csv --grad t.csv > out; echo $?; grep -A1 -E '^The|^0' out | tr '\n' ' '
> 1
> The gradient is not right: transposed.  -- 0.weight: transposed: given as 2 by 3 where the weight is 3 by 2; its numbers are the right ones, to {num}. 
$ glassnet check mm.safetensors mm.csv --grad t.csv > out; echo $?; grep '^The gradient' out
> 1
> The gradient is NOT right: transposed.
> The gradient is not right: transposed.

# the gradient of another tensor: given for one, and two exchanged among all
$ python3 grad.py right > g.csv; sed -n 5,8p g.csv > b1.csv; glassnet diagnose s.safetensors sine.csv --grad b1.csv --tensor 2.weight | grep -E '^(The|2)'
> The gradient is not right: wrong layer (that of 0.bias).
> 2.weight: wrong layer (that of 0.bias): equal to the right gradient of 0.bias in
$ (sed -n 1,4p g.csv; sed -n 9,12p g.csv; sed -n 5,8p g.csv; sed -n 13p g.csv) > x.csv; glassnet diagnose s.safetensors sine.csv --grad x.csv > out; echo $?; grep -E 'right$|layer .that of [02]..?[a-z]*.$|exchanged' out
> 1
>   0.weight  4 of 4  {any}right
>   0.bias    0 of 4  {any}wrong layer (that of 2.weight)
>   2.weight  0 of 4  {any}wrong layer (that of 0.bias)
>   2.bias    1 of 1  {any}right
> 0.bias and 2.weight are exchanged: each holds the other's gradient.

# the hidden layer's values of after a step of its own, the error of before it
<<< stale.py
import sys
sys.argv.append("right")
exec(open("grad.py").read().split('if what == "bias"')[0])
V1, c1 = [w - 0.05 * g for w, g in zip(W1, g1)], [b - 0.05 * g for b, g in zip(b1, gb1)]
g2 = [0.0] * 4
for x, y in rows:
    x = (x - m["input_shift"][0]) * m["input_factor"][0]
    y = (y - m["target_shift"][0]) * m["target_factor"][0]
    e = 2 * (sum(W2[i] * math.tanh(W1[i] * x + b1[i]) for i in range(4)) + b2[0] - y) / len(rows)
    for i in range(4): g2[i] += e * math.tanh(V1[i] * x + c1[i])
print("\n".join(map(repr, g1 + gb1 + g2 + [gb2])))
>>>
$ python3 stale.py > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv > out; echo $?; grep -E -A3 '^(The|2.weight:)' out | tr '\n' ' '
> 1
> The gradient is not right: stale activations.{any}the inputs of the layers are those of the weights after a step of gradient descent at the rate 0.05; {any}

# safetensors: what the file does not have is not judged; the names and shapes that are looked for; half precision
<<< st.py
import json, struct, subprocess, sys
lines = [float(v) for v in open("g.csv")]
part = {"0.weight": lines[:4], "0.bias": lines[4:8], "2.weight": lines[8:12], "2.bias": lines[12:]}
shape = {"0.weight": [4, 1], "0.bias": [4], "2.weight": [1, 4], "2.bias": [1]}
def save(path, names, dtype="F64", called=lambda n: n, cut=0):
    head, data = {}, b""
    for n in names:
        v = part[n][:len(part[n]) - cut]
        if dtype == "BF16": raw = b"".join(struct.pack("<f", x)[2:] for x in v)
        else: raw = struct.pack("<%d%s" % (len(v), {"F64": "d", "F32": "f", "F16": "e", "I64": "q"}[dtype]),
                                *(map(int, v) if dtype == "I64" else v))
        head[called(n)] = {"dtype": dtype, "shape": shape[n] if not cut else [len(v)], "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + data)
save("one.safetensors", ["0.weight"])
save("weights.safetensors", ["0.weight", "2.weight"])
save("other.safetensors", ["0.weight", "0.bias"], called=lambda n: n.replace("0", "fc1"))
save("both.safetensors", ["0.weight", "2.bias"], called=lambda n: n.replace("2", "fc2"))
save("short.safetensors", ["0.weight"], cut=1)
save("whole.safetensors", ["0.weight"], "I64")
save("f16.safetensors", part, "F16")
save("bf16.safetensors", part, "BF16")
part["0.bias"] = [0] * 4
save("zero.safetensors", part)
>>>
$ python3 grad.py right > g.csv; python3 st.py; glassnet diagnose s.safetensors sine.csv --grad one.safetensors > out; echo $?; grep -E '^(read|not in|The|  0|  2)' out
> 0
> read: 1 tensor, by the names of the tensors
> not in the file, so not judged: 0.bias, 2.weight, 2.bias
> The gradient is right.
>   0.weight  4 of 4  {any}right
$ glassnet check s.safetensors sine.csv --grad one.safetensors > out; echo $?; grep -E '^(not in|The gradient|  [02][.][wb])' out
> 0
> not in the file, so not judged: 0.bias, 2.weight, 2.bias
> The gradient passes: 4 entries checked, the worst verdict is "excellent".
>   0.weight  4        {any}excellent
$ glassnet diagnose s.safetensors sine.csv --grad weights.safetensors > out; echo $?; sed -n '/^not in/,/^a grad/p; /^The/p' out
> 0
> not in the file, so not judged: 0.bias, 2.bias
> every weight is there and no bias: if your network has biases, their gradient is
>   missing
> a gradient has its tensor's shape; a weight has a row for each output
> The gradient is right.
$ glassnet check s.safetensors sine.csv --grad weights.safetensors > out; echo $?; grep -E '^(The gradient|  [02][.][wb])' out
> 0
> The gradient passes: 8 entries checked, the worst verdict is "excellent".
>   0.weight  4        {any}excellent
>   2.weight  4        {any}excellent
$ glassnet diagnose s.safetensors sine.csv --grad zero.safetensors > out; echo $?; grep '^The' out
> 1
> The gradient is not right: bias missing.
$ glassnet diagnose s.safetensors sine.csv --grad both.safetensors | grep -A1 '^left'
> left alone, because the network has no tensor of the name: fc2.bias
> a gradient {any}
$ glassnet diagnose s.safetensors sine.csv --grad other.safetensors
! glassnet: error[MOD-SHAPE]: no tensor of the file has the name of one of the network's
! hint: the network's are 0.weight (4, 1), 0.bias (4), 2.weight (1, 4), 2.bias (1); the file has fc1.weight (4, 1), fc1.bias (4)
? 3
$ glassnet diagnose s.safetensors sine.csv --grad other.safetensors --tensor 0.bias
! glassnet: error[MOD-SHAPE]: the file has 2 tensors, and none of them is 0.bias
! hint: the network's are 0.weight (4, 1), 0.bias (4), 2.weight (1, 4), 2.bias (1); the file has fc1.weight (4, 1), fc1.bias (4)
? 3
$ glassnet diagnose s.safetensors sine.csv --grad zero.safetensors --tensor 2.weight | grep -E '^(read|The)'
> read: 1 tensor, by --tensor
> The gradient is right.
$ glassnet diagnose s.safetensors sine.csv --grad short.safetensors
! glassnet: error[MOD-SHAPE]: the gradient is 3 by 1 numbers, 0.weight is 4 by 1
! hint: a weight's gradient has a row for each output and a column for each input
? 3
$ glassnet diagnose s.safetensors sine.csv --grad whole.safetensors
! glassnet: error[ST-DTYPE]: 0.weight of the gradient is of type I64; read here are F64, F32, F16 and BF16
? 3
$ for t in f16 bf16; do glassnet diagnose s.safetensors sine.csv --grad $t.safetensors | grep -A2 '^0.bias: not' | tr '\n' ' '; done
> 0.bias: not known, near the right one: {num} of 4 entries agree; the closest is "right" at a distance of {num}, as after rounding to 4 digits. 0.bias: furthest {any}as after rounding to 3 digits. {any}

# a cell that is no number: what helps a table of data does not help here
$ printf '1,2\n3,oops\n4,5\n6,7\n' > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv
! glassnet: error[CSV-NUM]: g.csv:2:3: expected a number in column 'column 2', found 'oops'
! hint: every cell of a gradient is a number, such as 12, -0.5 or 1e-3; a first line of names may stand above
? 3

# as many digits as are asked for
$ python3 grad.py noise > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv --digits 17 > out; grep -c -E '^L = [0-9.]{17,}: ' out; tail -n 3 out | tr '\n' ' ' | grep -c -E 'is not: [0-9.]{17,} where [0-9.]{17,} is right'
> 1
> 1
$ glassnet check s.safetensors sine.csv --digits 17 > out; grep -c -E '^L = [0-9.]{17,}: ' out; tr '\n' ' ' < out | grep -c -E "u'Hv = -?[0-9.]{17,}, v'Hu"
> 1
> 1

# what is no gradient as such says how to write one, and the tensors are named where they do not fit
$ printf 'PK\003\004abc' > g.npz; glassnet diagnose s.safetensors sine.csv --grad g.npz
! glassnet: error[CSV-KIND]: g.npz: this is a ZIP archive, as np.savez and torch.save write it
! hint: write one array by np.save("g.npy", g), or tensors by their names with safetensors
? 3
$ printf '1,2,3\n4,5,6\n' > g.csv; glassnet diagnose s.safetensors sine.csv --grad g.csv
! glassnet: error[MOD-SHAPE]: a gradient of 2 by 3 numbers has neither the shape of a tensor nor all 13 parameters
! hint: the network's are 0.weight (4, 1), 0.bias (4), 2.weight (1, 4), 2.bias (1); --tensor NAME says which it is
? 3

# the loss is stated as it is
$ python3 -c 'for i in range(60): print(i % 7, i % 5, "abc"[i % 3], sep=",")' > b.csv; glassnet train b.csv --net "4 tanh" --loss mse --epochs 2 --quiet --out b.safetensors > /dev/null 2>&1; glassnet check b.safetensors b.csv 2> /dev/null | sed -n 2,3p
> L = {num}: mean of mse of softmax(z) over 3 outputs and all 60 rows
> float64; numeric: (L(x + h) - L(x - h))/2h with h = cbrt(2^-52)*max(1, |x|),
