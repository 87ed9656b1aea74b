# Descents through the command: the path, predicted against true, the limit, and how it ended.
$ glassnet descend "(x - 3)^2 + 2*(y + 1)^2" --from 0,0 --lr 0.1 --steps 5 | tr -s ' ' | grep -E 'update x1|^ [0-5] |best fixed|limit of|after 5'
>  1 update x1 = x0 - lr*df/dx = 0 - 0.1*(-6) = 0.6
>  2 update y1 = y0 - lr*df/dy = 0 - 0.1*4 = -0.4
>  3 function f = (x1 - 3)^2 + 2*(y1 + 1)^2 = (0.6 - 3)^2 + 2*(-0.4 + 1)^2 = 6.48
>  0 0 0 11 -6 4 7.2111
>  1 0.6 -0.4 6.48 -4.8 2.4 5.36656
>  2 1.08 -0.64 3.9456 -3.84 1.44 4.10112
>  3 1.464 -0.784 2.45261 -3.072 0.864 3.19119
>  4 1.7712 -0.8704 1.54354 -2.4576 0.5184 2.51168
>  5 2.01696 -0.92224 0.978461 -1.96608 0.31104 1.99053
>  1 -5.2 0.68 -4.52 -4.52 fell
>  2 -2.88 0.3456 -2.5344 -2.5344 fell
>  3 -1.68192 0.188928 -1.49299 -1.49299 fell
>  4 -1.01837 0.109302 -0.909066 -0.909066 fell
>  5 -0.630854 0.0657727 -0.565081 -0.565081 fell
>  2 0.2 0.8 62 one-sided
>  4 0.4 0.6 28 one-sided
> limit of sgd: lr*λ < 2, so lr < 0.5; lr = 0.1 is 0.2 of it, below.
> best fixed rate 2/(2 + 4) = 0.333333: the error times 0.333333 a step.
> after 5 steps f went from 11 to 0.978461.

# the parabola that a rate of 1 sends to and fro
$ glassnet descend "x^2 - 4*x + 5" --from x=0 --lr 1 --steps 4 | tr -s ' ' | grep -E '^ [0-4] [0-9] 5|two-cycle'
>  0 0 5 -4
>  1 4 5 4
>  2 0 5 -4
>  3 4 5 4
>  4 0 5 -4
>  2 2 -1 inf two-cycle
> a two-cycle: the last points alternate between x = 4 and 0, for ever.

$ glassnet descend "x^2 - 4*x + 5" --from x=0 --lr 0.1 --digits 17 | tr -s ' ' | grep -E '^ 10 1.78'
>  10 1.7852516352 1.0461168601842736 -0.42949672959999985

$ glassnet descend "abs(x)" --from 0.05 --lr 0.1 | grep 'alternate'
> a two-cycle: the last points alternate between x = -0.05 and 0.05, for ever.

# too large a rate
$ glassnet descend "x^2" --from 1 --lr 1.1 --steps 4000 | grep -E 'DIVERGED|limit of'; glassnet descend "x^2" --from 1 --lr 1.1 --steps 4000 >/dev/null
> limit of sgd: lr*λ < 2, so lr < 1; lr = 1.1 is 1.1 of it, above.
> DIVERGED: at step 1947 f is not finite any more.
? 1

# the catapult of (ab - 1)^2/2
$ glassnet descend "(a*b - 1)^2/2" --from a=4,b=0.3 --lr 0.2 --steps 20000 --digits 4 | tr -s ' ' | grep -E '^ 2.34'
>  2.34 0.468 0.532 22 one-sided

# any optimiser, by its own row
$ for o in sgd momentum nesterov adagrad rmsprop adam adamw nadam rprop lion; do glassnet descend "(x - 3)^2" --from 0 --optimizer $o --steps 2 | grep -c '^ 1 \|^update of each' ; done | sort | uniq -c | tr -s ' '
>  10 2

$ glassnet descend "(w*x - y)^2" --by w --from w=0.5,x=3,y=10 --optimizer adam --lr 0.5 --steps 3 --ascii | tr -s ' ' | grep -E 'state (m|v|of)|the state|limit of'
>  1 state m_w = beta1*m_w + (1 - beta1)*df/dw = 0.9*0 + (1 - 0.9)*(-51) = -5.1
>  2 state v_w = beta2*v_w + (1 - beta2)*(df/dw)*(df/dw)
> limit of adam: lr*lambda < (2 + 2*beta1)/(1 - beta1) = 38, with the
> P^-1/2 H P^-1/2 at the start, with the state of adam after step 1:
> limit of adam: lr*lambda < (2 + 2*beta1)/(1 - beta1) = 38, so lr < 10.7667; lr =
> P^-1/2 H P^-1/2 with the state of adam after step 3:
> limit of adam: lr*lambda < (2 + 2*beta1)/(1 - beta1) = 38, so lr < 24.4032; lr =

# what carries a step past the bottom; how few steps of ripples compare with the long run
$ for o in sgd momentum adagrad adam lion; do glassnet descend "x^2" --from x=1 --lr 0.7 --steps 6 --optimizer $o | sed -n '/went past/,/[.]$/p'; done
> 6 steps went past the bottom: the slope changed its sign, because the step, lr
> times the slope, was longer than the way.
> {num} steps went past the bottom: the slope changed its sign, because the velocity
> gathered from the slopes so far carried it on.
> {lines}
$ glassnet descend "x^2" --from x=1 --lr 0.05 --optimizer momentum --steps 6 | grep -E 'rippling|long run|ripples on|geometric'
>              2   0.1       0.948683            263  rippling
> predicted: in the long run an error is multiplied by 0.948683 a step, and in
> ripples on the way, so that few steps tell little; observed over the 6 steps at
> the end: |grad| by 0.797159 a step, their geometric mean.

# over the hill between two valleys the slope changes its sign as well, and that is no bottom
$ glassnet descend "x^4/4 - x^2/2" --from x=1.6 --lr 0.1 --optimizer momentum --steps 25 | grep 'went past'
> 3 steps went past the bottom: the slope changed its sign, because the velocity

# after it arrived rounding decides, and is not compared
$ glassnet descend "(a*b - 1)^2/2" --from a=4,b=0.3 --lr 0.2 --steps 2000 | grep -A2 'predicted: in'
> predicted: in the long run an error is multiplied by 0.531962 a step; observed
> {lines}

# clipping ends in a cycle
$ glassnet descend "100*x^2" --from 1 --lr 0.015 --clip 1 --steps 2000 | grep alternate
> a two-cycle: the last points alternate between x = -0.005 and 0.01, for ever.

$ glassnet descend "x^2 + y^2" --from 1,1 --plot - | grep -c path
> 2

$ glassnet descend "sqrt(x)" --from 0.1 --lr 0.3 | grep -E 'DOMAIN|DIVERGED'
> LEFT THE DOMAIN where f is a number: step 1 led to x = -0.374342, where it has

# with decay it goes to where slope and decay balance
$ glassnet descend "(x - 3)^2" --from 1 --lr 0.3 --weight-decay 0.1 --steps 40 | grep -A3 -E 'came under'
> |grad, decay included| came under 1e-6 of its first value 3.9 at step 14.
> predicted: in the long run an error is multiplied by 0.37 a step; observed over
> the 14 steps before it arrived: |grad, decay included| by 0.37 a step, their
> geometric mean.

# a saddle, from where nothing leads away from it
$ glassnet descend "x*y" --from 1,1 --lr 0.1 --steps 20 | grep -A3 'predicted: in'
> predicted: in the long run an error is multiplied by 1.1 a step; observed over
> the 20 steps at the end: |grad| by 0.9 a step, their geometric mean; the
> direction that grows, along which the slope is 0, did not rule these steps.
$ glassnet descend "x^2+y^2*1e-12" --from 1,1 --lr 0.1 --steps 300 | grep -A3 -E 'best fixed|predicted: in'
> best fixed rate 2/(2e-12 + 2) = 1: the error times 1 - {num} a step.
> {lines}
> predicted: in the long run an error is multiplied by 1 - {num} a step;
> observed over the 20 steps before it arrived: |grad| by 0.8 a step, their
> geometric mean; the slowest direction did not rule these steps.
$ glassnet descend "x^2" --from 1 --optimizer lion --lr 0.1 --steps 40 | grep 'came under'
> |grad| came under 1e-6 of its first value 2 at step 10, and did not stay there.
$ glassnet descend "-x^2" --from 1 --lr 0.1 --steps 30 | grep -E 'grown|arrived'
> |grad| has grown from 2 to 474.753: as far as it went, it falls ever faster.
$ glassnet descend "x^2" --from 1 --optimizer adam --steps 1 | grep -c 'with the state of'
> 1
$ glassnet descend "x^2" --from 1 --steps 0 | tail -n 1
> no step was taken.
$ glassnet descend "x^2" --from 0 --steps 5 | grep -E 'exactly|came under'
> the gradient is exactly 0 from step 0 on: descent stands still.
$ glassnet descend "x^2" --from 1 --lr 0.5 --steps 2 | grep 'best fixed'
> best fixed rate 2/(2 + 2) = 0.5: the error times 0, one step arrives.

# an adaptive state goes on shrinking where the run lies still: what is predicted is of the step where it arrived
$ glassnet descend "exp(x)+exp(-2*x)" --from 0.05 --lr 1.5 --steps 300 --optimizer rmsprop | tail -n 28 | grep -vE '^$|^5 steps|^times|^longer|^2 steps'
> ── the curvature at step 31, where it arrived: convex (a local estimate) ───────
>   eigenvalue λ
>   ────────────
>        3.77976
> P^-1/2 H P^-1/2 with the state of rmsprop after step 31:
>   eigenvalue λ      lr*λ  factor a step  steps to 1e-6  regime
>   ───────────────────────────────────────────────────────────────
>       0.456199  0.684298       0.315702             12  one-sided
> limit of rmsprop: lr*λ < 2, so lr < 4.38405; lr = 1.5 is 0.342149 of it, below.
> ── what happened ───────────────────────────────────────────────────────────────
> the gradient is exactly 0 from step 42 on: descent stands still.
> |grad| came under 1e-6 of its first value 0.758404 at step 31.
> predicted with its state held as it is at step 31: in the long run an error is
> multiplied by 0.315702 a step; observed over the 20 steps before it arrived:
> |grad| by 0.548288 a step, their geometric mean.
> its state was another at each of these steps; the last of them alone, with the
> state that is held, multiplied |grad| by 0.315702.
> after its arrival there is nothing to predict: a slope of 0 moves nothing,
> whatever the rate and the state are.

# a logarithm has no bottom to go past: the step left the domain
$ glassnet descend "log(x)" --from 1 --lr 0.7 --steps 5 | grep -E '^ +[12]  .*(fell|domain)|DOMAIN|^value|past'
>   1       -0.7     -0.245    -0.945  -1.20397  fell
>   2   -7.77778   -30.2469  -38.0247       nan  left the domain
> LEFT THE DOMAIN where f is a number: step 2 led to x = -2.03333, where it has no
> value.
$ glassnet descend "sqrt(x) + y^2" --from 0.1,2 --lr 0.31 --steps 3 | grep -A1 DOMAIN
> LEFT THE DOMAIN where f is a number: step 1 led to x = -0.390153, y = 0.76,
> where it has no value.

# 0.1^6 is the tolerance 1e-6: arrival counts within rounding, predicted and observed
$ glassnet descend "0.5*(3*x - 10)^2" --from 0 --lr 0.1 --steps 10 | grep -E 'one-sided|came under'
>              9   0.9  0.1              6  one-sided
> |grad| came under 1e-6 of its first value 30 at step 6.

# the parts of a table that is split use the page's width
$ glassnet descend "x^2 + 3*y^2 - x*y" --from 1,2 --lr 0.31 --steps 3 --digits 12 | grep -A3 'what it did'
>   k  what it did
>   ────────────────────────────────
>   1  fell; past the bottom in y
>   2  fell; past the bottom in x, y

# refused
$ glassnet descend "log(x)" --from x=-1
! glassnet: error[CFG-VALUE]: --from: the function is not finite where it starts, at x = -1
! hint: start inside its domain: log(x), say, has values above 0 alone
? 2

$ glassnet descend "x^2" --from 1 --plot nowhere/n.svg
! glassnet: error[IO-OPEN]: nowhere/n.svg: No such file or directory
? 4

$ glassnet descend "x^2"
! glassnet: error[CFG-VALUE]: a descent needs a point to start from
! hint: say where with --from, such as --from x=1
? 2

$ glassnet descend 3 --from 1
! glassnet: error[EXP-VAR]: no variable stands in the function, so nothing can descend
! hint: a function of x is written such as x^2
? 2

$ glassnet descend "[x, y]" --from 1,1
! glassnet: error[EXP-SHAPE]: a descent is of one function, not of 2
! hint: make one number of them, such as dot(r, r)
? 2

$ glassnet descend "x^2" --from y=1
! glassnet: error[EXP-VAR]: --from: unknown 'y'
! hint: the variables are x; such as --from x=1
? 2

$ glassnet descend "x^2" --from 1 --optimizer sdg
! glassnet: error[CFG-OPTIMIZER]: optimizer: "sdg" is no optimiser
! hint: did you mean "sgd"?
? 2

$ glassnet descend "x^2" --from 1 --lr 0
! glassnet: error[CFG-RATE]: lr: 0 is not a learning rate; it is above 0
? 2

$ glassnet descend "x^2" --from 1 --beta1 0.5
! glassnet: error[CFG-OPTIMIZER]: beta1: the optimiser sgd has no beta1
? 2

$ glassnet descend "x^2" "y^2" --from 1
! glassnet: error[USAGE]: `glassnet descend` does not know what to do with 'y^2'
! hint: usage: glassnet descend EXPR
? 2

# a gradient of 0 stops only what has no state and no decay
$ for o in sgd momentum adam rprop; do glassnet descend "relu(x)" --from 0.1 --lr 0.2 --optimizer $o --steps 4 | grep -A2 'exactly 0'; done
> the gradient is exactly 0 from step 1 on: descent stands still.
> |grad| came under 1e-6 of its first value 1 at step 1.
> the gradient is exactly 0 from step 1 to the end, step 4; the point moves all
> the same, by what momentum adds to the slope: what it has gathered of the slopes
> so far.
> the gradient is exactly 0 from step 1 to the end, step 4; the point moves all
> the same, by what adam adds to the slope: what it has gathered of the slopes so
> far.
> the gradient is exactly 0 from step 1 on: descent stands still.
> |grad| came under 1e-6 of its first value 1 at step 1.
$ glassnet descend "relu(x)" --from -1 --optimizer adamw | grep -A1 'exactly 0'
> the gradient is exactly 0 from step 0 to the end, step 10; the point moves all
> the same, by what adamw adds to the slope: its own weight decay.

# where slopes are cut the limit and the steps are of what is not cut
$ glassnet descend "x^2" --from 1 --lr 0.5 --clip 0.01 --steps 300 | grep -E -A1 'as long as|arrives|came under'
> as long as no slope is cut:
>
> --
> best fixed rate 2/(2 + 2) = 0.5: the error times 0, one step arrives where it is
> not cut.
> --
> |grad| came under 1e-6 of its first value 2 at step 200.
$ glassnet descend "x^2" --from 1 --lr 0.5 --clip 0.01 --steps 30 | tail -n 3
> predicted where no slope is cut: in the long run an error is multiplied by 0 a
> step; observed over the 20 steps at the end: |grad| by 0.994454 a step, their
> geometric mean.

# a direction in which there is no slope is named; one with a little is not said to hold none
$ for y in 0 1e-9; do glassnet descend "x^2-y^2" --from 1,$y | tail -n 2; done
> the 10 steps at the end: |grad| by 0.8 a step, their geometric mean; the
> direction that grows, along which the slope is 0, did not rule these steps.
> the 10 steps at the end: |grad| by 0.8 a step, their geometric mean; the
> direction that grows did not rule these steps.
$ glassnet descend "x^2-y^2" --from 1,0 --optimizer momentum | tail -n 1
> grows, along which the slope is 0, did not rule these steps.

# sentences have the digits that are asked for
$ glassnet descend "x^2" --from 1 --lr 0.123456789 --digits 17 --steps 3 | grep -E 'went from'; glassnet descend "x^2" --from 1 --lr 0.123456789 --digits 3 --steps 3 | grep -E 'went from'
> after 3 steps f went from 1 to 0.1824185102069348.
> after 3 steps f went from 1 to 0.182.
