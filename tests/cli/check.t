# The gradient check of a network, and of a gradient that the user computed.
$ glassnet check xor --net "3 tanh" --precision f64 --seed 2 2> /dev/null
> gradient check of a fresh network on xor
> L = {num}: mean of bce over all 1,000 rows
> float64; numeric: (L(x + h) - L(x - h))/2h with h = cbrt(2^-52)*max(1, |x|),
>   made exact
> error: |analytic - numeric|/max(|analytic|, |numeric|, 1e-8)
> excellent to 1e-7, pass to 1e-5, with kinks nearby to 1e-4, suspicious to 1e-2,
>   else FAIL
> at a kink any slope between the two sides is right; the engine's is the stated
>   one: relu 0, |x| 0, leaky relu alpha
>
> The gradient passes: 13 entries checked, the worst verdict is "excellent".
>
> analytic against numeric, tensor by tensor
>   tensor    checked  largest error  at{any}verdict
>   {any}
>   0.weight  6        {num}{any}excellent
>   0.bias    3        {num}{any}excellent
>   2.weight  3        {num}{any}excellent
>   2.bias    1        {num}{any}excellent
>
> along random unit directions v
>   direction  gradient . v  forward mode  error
>   {any}
>   {any}1{any}
>   {any}2{any}
>   {any}3{any}
>
> what is left of the loss after its value, and after its slope (Taylor)
>   h       |L(p + hv) - L|  |L(p + hv) - L - h g.v|
>   {any}
>   0.1     {num}{any}
>   0.01    {num}{any}
>   0.001   {num}{any}
>   0.0001  {num}{any}
>
> For every decade of h the first falls by {num} and the second by {num} decades:{any}
> {lines}

# the parts that follow, one by one
$ glassnet check xor --net "3 tanh" --seed 2 --quiet > out; grep -c -E '^(The Hessian is symmetric|Hv against|Complex step|The plain plan|The network.s Jacobian)' out
> 5
$ grep -A 8 'in float32' out
> the gradient in float32, as the network trains, against float64
>   tensor    |g32 - g64|/|g64|
>   {any}
>   0.weight  {num}{any}
>   0.bias    {num}{any}
>   2.weight  {num}{any}
>   2.bias    {num}{any}
>
> error of a difference along the first direction, by its step
$ tail -n 2 out
> Of these the best step for a central difference is 1e-5: larger ones see the
> curvature change, smaller ones lose the digits of the loss.

# a model, one tensor of it, some rows
$ glassnet train moons --n 200 --net "8 relu, layernorm, 4 gelu" --epochs 2 --seed 1 --quiet --out m.safetensors > /dev/null; glassnet data moons --n 200 --seed 1 > moons.csv
$ glassnet check m.safetensors moons.csv | grep passes
> The gradient passes: 81 entries checked{any}, the worst verdict is "{any}".
$ glassnet check m.safetensors moons.csv --tensor 0.bias --rows 7 > out; sed -n 2p out; grep passes out
> L = {num}: mean of bce over the first 7 of 200 rows
> The gradient passes: 8 entries checked{any}, the worst verdict is "{any}".

# many parameters: some of each tensor, and fewer rows, both said
$ glassnet check moons --net "80 relu, 80 tanh" --quiet > out; sed -n 2,4p out; grep passes out
> L = {num}: mean of bce over all 1,000 rows
> 101 of 6801 parameters, drawn by the seed 1; --full checks every one
> float64; numeric: (L(x + h) - L(x - h))/2h with h = cbrt(2^-52)*max(1, |x|),
> The gradient passes: 101 entries checked{any}, the worst verdict is "{any}".

$ glassnet check moons --net "300 relu, 300 tanh" --quiet > out; sed -n 2,3p out
> L = {num}: mean of bce over {num} of 1,000 rows, evenly spaced
> 101 of 91501 parameters, drawn by the seed 1; --full checks every one

# the user's gradient: entry, analytic, numeric, ratio, and the diagnosis
<<< zero.csv
0.5
0.5
0.5
0.5
0.5
0.5
0.5
0.5
>>>
$ glassnet check m.safetensors moons.csv --grad zero.csv --tensor 0.bias > out
? 1
$ sed -n 1,4p out; grep -E '^(The gradient|  entry)|diagnosis' out
> check of a gradient for m.safetensors on moons.csv
> L = {num}: mean of bce over all 200 rows
> the gradient is from zero.csv, read as 0.bias
> its numbers are float32: it passes too within twice what 8 last bits of weights
> The gradient does NOT pass: 8 of the 8 entries checked are wrong or suspicious.
>   entry {any}analytic a {any}numeric n {any}ratio  error  verdict
> {any} diagnosis {any}
> The gradient is not right: not known.

$ glassnet check m.safetensors
! glassnet: {any}
! hint: a model needs its data: glassnet check MODEL DATA
? 3
$ glassnet check m.safetensors moons.csv --tensor 9.bias
! glassnet: error[CFG-VALUE]: --tensor is '9.bias'; the network has no such trainable tensor
! hint: it has 0.weight, 0.bias, 2.weight, 2.bias, 3.weight, 3.bias, 5.weight, 5.bias
? 2

# inputs that float64 holds and float32 does not
$ printf 'x1,x2,class\n0.1,1e300,upper\n1e-300,0.2,lower\n0.5,0.1,upper\n' > huge.csv; glassnet check m.safetensors huge.csv > out; grep -A1 'float32 overflows' out
> Where it is not a number float32 overflows (beyond 3.4e38) and float64 does not:
> scale the inputs, or train with --precision f64.

# what of training is left out is said
$ printf 'x1,x2,w,y\n0.1,0.2,1,a\n0.5,-0.4,2,b\n-0.3,0.9,0.5,a\n0.8,0.1,1,b\n0.2,0.7,3,a\n-0.6,-0.2,1,b\n' > w.csv; glassnet train w.csv --target y --weight w --net "3 relu, dropout 0.3, batchnorm" --epochs 2 --quiet --out w.safetensors > /dev/null; glassnet check w.safetensors w.csv | sed -n 3,5p
> rows weigh the same here, although training weighed them
> dropout is off, as in prediction
> batch normalisation uses its running mean and variance, as in prediction
$ printf '0.5\n0.25\n1\n' > g.csv; glassnet diagnose w.safetensors w.csv --grad g.csv --tensor 0.bias | sed -n 3,5p
> rows weigh the same here, although training weighed them
> dropout is off, as in prediction
> batch normalisation uses its running mean and variance, as in prediction

# a gradient that cancels to rounding in one tensor is not held against itself
$ printf 'x1,x2,y\n-1,-1,1\n-.7,-.2,.8\n-.4,.6,.6\n-.1,-.6,.4\n.2,.2,.2\n.5,-1,0\n.8,-.2,-.2\n1.1,.6,-.4\n' > lin.csv; glassnet check lin.csv --net "2 tanh" --reduction sum --quiet > out; grep -E '^The (gradient|plain)|^Where' out
> The gradient passes: 9 entries checked, the worst verdict is "excellent".
> The plain plan (nothing fused, composed operations spelled out): apart by
> Where it is large little is left of the gradient, because its parts cancel:

# the largest error is that of the entries which were compared; those at kinks are counted beside
$ printf 'x,y\n-1,1\n0,0.5\n1,2\n2,0\n-2,1\n' > k.csv; glassnet check k.csv --net "2 relu" --precision f64 --seed 3 --quiet > out; grep -A6 'tensor by tensor' out
> analytic against numeric, tensor by tensor
>   tensor    checked  kinks  largest error  at             verdict
>   {any}
>   0.weight  2            0  {num}{any}excellent
>   0.bias    2            2  none compared                 pass, kinks nearby
>   2.weight  2            0  {num}{any}excellent
>   2.bias    1            0  {num}{any}excellent

# where the point itself lies on a kink no step is called the best
<<< k.csv
a,b,y
0,0,0
0,1,1
1,0,1
1,1,2
>>>
$ glassnet train k.csv --net "4 relu" --task regression --scale none --seed 1 --epochs 1 --lr 1e-300 --precision f64 --quiet --out k.safetensors > /dev/null; glassnet check k.safetensors k.csv | tail -4
>
> No step helps a central difference: the point lies on a kink, and it mixes the
> slopes of both sides however small h is. At a kink the check takes each side by
> itself.
