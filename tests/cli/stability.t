# Will descent converge from here: the eigenvalue, the limit, the regime, and a run beside theory.

# the neuron of the first document: lambda = 2x^2 = 18, limit 1/9, best rate 1/18
$ glassnet stability --x 3 --y 10 --w 0.5 --lr 0.1 | tr -s ' ' | grep -E 'λ_hand|eigenvalue λ|lr_lambda =|share =|error a step r|lr_limit =|lr_suggested =|lr_best =|Regime|Over|lr_scaled'
>  λ_hand = 2*x^2 = 2*3^2 = 18
>  largest eigenvalue λ = 18
>  here lr_lambda = lr*λ = 0.1*18 = 1.8
>  error a step r = 1 - lr*λ = 1 - 0.1*18 = -0.8
>  share of the limit share = lr_lambda/limit = 1.8/2 = 0.9
>  largest rate lr_limit = limit/λ = 2/18 = 0.111111
>  suggested lr_suggested = 0.9*lr_limit = 0.9*0.111111 = 0.1
>  one step at lr_best = 1/λ = 1/18 = 0.0555556
> Regime: oscillating. Each step overshoots, and the error shrinks all the same.
> Over 12 steps each multiplied the distance by 0.8 on average; theory says 0.8.
>  lr_scaled = lr_limit*x^2 = 0.111111*3^2 = 1

# five regimes by the rate, at x = 10: error 1 is that 0.005 is no limit but the best rate
$ for lr in 0.001 0.005 0.009 0.01 0.0101; do glassnet stability --x 10 --y 10 --lr $lr | grep -oE '^Regime: [a-z -]*'; done
> Regime: one-sided
> Regime: one step
> Regime: oscillating
> Regime: two-cycle
> Regime: divergent

# error 3: at 1/(4x^2) the error halves
$ glassnet stability --x 10 --y 10 --lr 0.0025 | tr -s ' ' | grep 'error a step'
>  error a step r = 1 - lr*λ = 1 - 0.0025*200 = 0.5

# two inputs: the Hessian 2xx' has one eigenvalue 2|x|^2 = 10, so rate 0.1 is no luck but one step
$ glassnet stability --x 1,2 --y 10 --w 1,1 --lr 0.1 | tr -s ' ' | grep -E 'λ_hand|eigenvalue λ|lr_limit =|Regime|is 0 '
>  λ_hand = 2*dot(x, x) = 2*dot([1, 2], [1, 2]) = 10
>  largest eigenvalue λ = 10
>  smallest eigenvalue λ_min = 0
> 1 of 2 eigenvalues is 0 within rounding: along its direction the gradient does
>  largest rate lr_limit = limit/λ = 2/10 = 0.2
>  suggested lr_suggested = 0.9*lr_limit = 0.9*0.2 = 0.18
> Regime along the direction of lambda: one step. One step lands on the minimum.

# with a bias 2(|x|^2 + 1); with half squares half of it
$ glassnet stability --x 3 --y 10 --b 0 | tr -s ' ' | grep 'λ_hand'
>  λ_hand = 2*(x^2 + 1) = 2*(3^2 + 1) = 20
$ glassnet stability --x 3 --y 10 --reduction half-sum | tr -s ' ' | grep 'λ_hand'
>  λ_hand = x^2 = 3^2 = 9

# limits of other optimisers at lambda = 200
$ for o in momentum nesterov rmsprop adam; do glassnet stability --x 10 --y 10 --lr 0.0189 --optimizer $o --json > o.json; python3 -c 'import json; d = json.load(open("o.json")); l = next(x for x in d["lines"] if x.get("name") == "limit"); print(l["formula"], "%.12g" % l["value"])'; done
> 2 + 2*mu 3.8
> (2 + 2*mu)/(1 + 2*mu) 1.35714285714
> 2 2
> (2 + 2*beta1)/(1 - beta1) 38
$ glassnet stability --x 10 --y 10 --lr 0.0191 --optimizer momentum | grep -oE '^Regime: [a-z]*'
> Regime: divergent
$ glassnet stability --x 10 --y 10 --optimizer lion | grep -A1 'No limit'
> No limit is known: its step is the sign of a mean slope: of size lr whatever the
> curvature is.

# the decay of adamw stands in its limit beside the rate: the largest rate is solved for, 38/(lambda + 19*wd), and does
# not depend on the rate asked; at it the iteration neither shrinks nor grows
$ glassnet stability --x 10 --y 10 --optimizer adamw --lr 0.005 --weight-decay 2 --json > w.json; python3 -c 'import json; s = {x["name"]: x.get("value") for x in json.load(open("w.json"))["symbols"]}; print("%.6g" % s["lr_limit"], abs(s["lr_limit"] - 38/(s["lambda"] + 38)) < 1e-12, abs(s["share"] - 0.005/s["lr_limit"]) < 1e-12)'
> 0.969151 True True
$ glassnet descend "10*x^2" --from x=1 --optimizer adamw --weight-decay 2 --lr 0.005 --steps 5 | tr -s ' \n' ' ' | grep -oE 'so lr < [0-9.]*'
> so lr < {num}
> so lr < {num}

# a curvature whose square is beyond a double is one like any other
$ for f in "1e155*x^2" "1e-170*x^2"; do glassnet stability "$f" --from x=1 --optimizer sgd --lr 0.1 | grep -oE 'eigenvalue λ = .*'; done
> eigenvalue λ = 2e155
> eigenvalue λ = 2e-170
$ glassnet stability "1e155*x^2 + 3e154*x*y" --from x=1,y=1 --lr 1e-156 --density --json > h.json; python3 -c 'import json; s = {x["name"]: x.get("value") for x in json.load(open("h.json"))["symbols"]}; print(abs(s["trace_estimate"] - 2e155) < 4*s["trace_error"], 1e153 < s["trace_error"] < 2e154)'
> True True

# weight decay adds to every eigenvalue
$ glassnet stability --x 3 --y 10 --weight-decay 0.5 | tr -s ' ' | grep -E 'eigenvalue λ'
>  largest eigenvalue λ = 18.5

# an expression: best fixed rate 2/(l1 + ln) and the rate of convergence
$ glassnet stability "(x - 3)^2 + 2*(y + 1)^2" --from x=0,y=0 --lr 0.1 | tr -s ' ' | grep -E ' λ = [0-9]*$|eigenvalue λ_min|lr_limit =|lr_best| r_best|everywhere'
>  largest eigenvalue λ = 4
>  smallest eigenvalue λ_min = 2
>  largest rate lr_limit = limit/λ = 2/4 = 0.5
>  suggested lr_suggested = 0.9*lr_limit = 0.9*0.5 = 0.45
>  best fixed rate lr_best = 2/(λ + λ_min) = 2/(4 + 2) = 0.333333
>  error a step then r_best = (κ - 1)/(κ + 1) = (2 - 1)/(2 + 1)
> The loss is quadratic: what is said here holds everywhere.

# the largest algebraic eigenvalue, where power iteration finds -5
$ glassnet stability "-2.5*x^2 + 1.5*y^2" --from 1,1 --json > e.json; python3 -c 'import json; s = {x["name"]: x.get("value") for x in json.load(open("e.json"))["symbols"]}; print(s["lambda"], s["lambda_min"])'
> 3 -5
# a saddle is where the gradient is 0; elsewhere it is negative curvature, and only of a quadratic it goes on for ever
$ for f in "x^2 - y^2 --from x=0,y=0" "x^2 - y^2 --from x=1,y=0" "x^2 - exp(-y^2) --from x=1,y=1" "0.5*(a*b - 1)^2 --from a=0,b=0"; do glassnet stability "${f%% --*}" --from "${f##*--from }" | grep -oE '^(A saddle|Negative curvature[^:]*)|this is no saddle'; done
> A saddle
> Negative curvature, everywhere
> Negative curvature
> this is no saddle
> A saddle
$ glassnet stability "x^2 - y^2" --from x=1,y=0 | grep -A2 '^Negative'
> Negative curvature, everywhere: along the direction of the smallest eigenvalue
> the loss falls without end, so it has no minimum. Descent leaves along it at any
> rate, unless the slope along it is exactly 0 where it starts.
$ glassnet stability "-exp(-x^2)" --from x=0.72 | grep -A1 '^No direction'
> No direction curves upwards here, so this is no place to settle in; where the
> slope leads, and whether a minimum lies there, the curvature here does not say.
$ for f in "-x^2 --from x=0.7" "-x^2 - x^4 --from x=0" "where(x > 0, -x^2, x) --from x=1"; do glassnet stability "${f%% --*}" --from "${f##*--from }" | grep -oE '^(No direction curves upwards, here or elsewhere|A maximum|No direction curves upwards here: there is no minimum)'; done
> No direction curves upwards, here or elsewhere
> A maximum
> No direction curves upwards here: there is no minimum

# two eigenvalues: Nesterov at lr*lambda = 1, momentum at its limit, critical damping
$ glassnet stability --x 10 --y 10 --optimizer nesterov --lr 0.005 | sed -n '/^Regime/,/iteration/p'
> Regime: two steps. Two steps land on the minimum: the second corrects the first.
> Both eigenvalues of the iteration are 0.
$ glassnet neuron --x 10 --y 10 --optimizer nesterov --lr 0.005 | grep -E '^regime|predicted'
> regime in the long run: two steps -- two steps land on the minimum: the second
> steps until the error is 1e-6 of the first: predicted 2, observed 2
$ glassnet descend "100*x^2" --from x=1 --lr 0.005 --optimizer nesterov | grep 'two steps' | tr -s ' ' | head -1
>  200 1 0 2 two steps
$ glassnet stability --x 10 --y 10 --optimizer momentum --lr 0.019 | sed -n '/^Regime/,/^first/p' | head -6
> Regime: two-cycle. One of the two eigenvalues is -1: a part of the error is on
> the other side after each step and keeps its size for ever, and before that is
> all that is left the error grows.
> The iteration's eigenvalues are -1 and -0.9: from a start without momentum the
> error grows towards 19 times the first one, on the other side after each step.
> The limit counts as reached within 5.4e-14, 64 units in the last place.
$ glassnet stability "0.5*x^2" --from x=1 --lr 0.01 --optimizer momentum --momentum 0.81 | sed -n '/^Regime/,/equal/p'
> Regime: one-sided. The error keeps its sign and shrinks at every step.
> In the end a step multiplies the error by 0.9: critical damping, the iteration's
> eigenvalues are real and equal.

# the rows that are furthest apart are those of the largest ratio, whichever of both is larger
$ glassnet stability "log(1 + x^2)" --from x=0.3 --lr 3 | grep "^At k"
> At k = 12 they are furthest apart, 0.0118135 against 60.696: they differ, as the
$ glassnet stability "0.5*(a*b - 1)^2" --from a=3,b=0.5 --digits 10 | tr -s ' ' | grep -E 'eigenvalue λ|A local'
>  largest eigenvalue λ = 9.435470351
>  smallest eigenvalue λ_min = -0.1854703512
> A local estimate: the loss is not quadratic, so lambda holds at this point and

# quadratic is said where it is proved from the text, and a loss with kinks is so in pieces alone
$ for f in "abs(x)" "abs(x - 1) + x^2" "where(x > 0, x^2, 0*x)" "relu(x)" "(x - 1)^3 - x^3" "x^3" "x^2 + max(x, 3)"; do glassnet stability "$f" --from x=1 | grep -oE '^(The loss is [a-z ]*|A local estimate)'; done
> The loss is piecewise linear
> The loss is piecewise quadratic
> The loss is piecewise quadratic
> The loss is piecewise linear
> The loss is quadratic
> A local estimate
> The loss is piecewise quadratic
$ for o in "--act relu --w 1" "--loss mae" "--loss huber" "--loss mse" "--act leaky_relu" "--act tanh"; do glassnet stability --x 3 --y 10 $o | grep -oE '^(The loss is [a-z ]*|A local estimate)'; done
> The loss is piecewise quadratic
> The loss is piecewise linear
> The loss is piecewise quadratic
> The loss is quadratic
> The loss is piecewise quadratic
> A local estimate
# two runs that begin on either side of a kink are not said to agree, whatever the mean factor is
$ glassnet stability "abs(x)" --from x=0 | sed -n '/^The point/,/^curv/p; /^At k/,/^$/p'
> The point lies on a kink: its slope is the one that is chosen there, and the
> curvature that of one side.
> At k = 1 they are furthest apart, -0.09999 against 1e-5: they differ, as the two
> runs begin on either side of a kink.
> 
$ glassnet stability --x 3 --y 1e9 | grep '^Every'
> Every row is within 5 % of theory, rounding aside: they agree.

# the leaky neuron's rows as a linear model: condition 80.93 and critical rate 0.0011631; standardised 9.79 and 0.15099
<<< rows.csv
a,b,c,d,e,y
-1,2,3,13,17,100
4,-5,6,14,18,200
7,8,-9,15,19,300
-10,11,12,16,-20,400
>>>
$ cat > flat.sh <<'END'
$+ glassnet stability rows.csv --task regression --layers none --reduction half-sum --scale $1 --optimizer sgd --lr 0.0005 --weight-decay 0 --json > f.json
$+ python3 - <<'PY'
$+ import json
$+ s = {x["name"]: x.get("value") for x in json.load(open("f.json"))["symbols"]}
$+ print("%.8g %.8g %.8g" % (s["lambda"], s["lr_limit"], s["lambda"] / s["lambda_least"]))
$+ PY
$+ END
$+ sh flat.sh none
> 1719.5449 0.0011630984 80.930209
$ sh flat.sh standard
> 13.24549 0.15099479 9.7933139
$ glassnet stability rows.csv --task regression --layers none --reduction half-sum --scale none --optimizer sgd --weight-decay 0 2>&1 | tr -s ' ' | grep -E 'lr_scaled|as they are [0-9]|standardised [0-9]|times as large'
>  as they are 429.886 5.31181 80.9302
>  standardised 3.31137 0.338126 9.79331
>  largest rate then lr_scaled = lr_limit*inputs_max/scaled_max
> Standardised inputs would let the rate be 129.821 times as large.

# of one layer whose loss is not squared it is its own eigenvalue on standardised inputs: what --scale standard finds,
# and of a model that of weights which predict the same; of several layers the inputs' eigenvalue is called what it is
<<< wide.csv
x,class
101,no
230,yes
115,no
180,yes
160,no
150,yes
90,no
>>>
$ for s in none standard; do glassnet stability wide.csv --quiet --layers none --scale $s --optimizer sgd --weight-decay 0.1 --json > $s.json; done
$ python3 -c 'import json; v = [{x["name"]: x.get("value") for x in json.load(open(f))["symbols"]} for f in ("none.json", "standard.json")]; print(abs(v[0]["lr_scaled"] / v[1]["lr_limit"] - 1) < 1e-9, abs(v[1]["lr_limit"] / v[0]["lr_limit"] - 1) > 0.5)'
> True True
$ glassnet train wide.csv --quiet --layers none --scale none --optimizer sgd --lr 0.00001 --epochs 20 --precision f64 --holdout 0 --out wide.safetensors > trained 2>&1
$ glassnet stability wide.safetensors wide.csv --quiet --optimizer sgd --weight-decay 0 --json > wide.json; glassnet predict wide.safetensors wide.csv --quiet --proba > wide.p
$ cat > wide.py <<'END'
$+ import csv, json, math
$+ x = [float(r["x"]) for r in csv.DictReader(open("wide.csv"))]
$+ p = [float(list(r.values())[-1]) for r in csv.DictReader(open("wide.p"))]
$+ n = len(x); m = sum(x) / n; sd = math.sqrt(sum((v - m)**2 for v in x) / n)
$+ z = [(v - m) / sd for v in x]; q = [v * (1 - v) / n for v in p]
$+ a, b, c = sum(w * v * v for w, v in zip(q, z)), sum(w * v for w, v in zip(q, z)), sum(q)
$+ top = (a + c) / 2 + math.hypot((a - c) / 2, b)
$+ s = {v["name"]: v.get("value") for v in json.load(open("wide.json"))["symbols"]}
$+ print(abs(s["lambda_scaled"] / top - 1) < 1e-4)
$+ END
$ python3 wide.py
> True
$ glassnet stability wide.csv --quiet --net "3 tanh" --scale none --optimizer sgd | sed -n '/^Standardising/,/^$/p' | head -3
> Standardising would divide the inputs' largest eigenvalue by {num}. lambda of
> the whole network follows it only as far as what the layers make of their inputs
> stays the same; --scale standard shows it.

# a model on its data, with the optimiser that trained it
$ glassnet train moons --net "8 tanh" --optimizer momentum --lr 0.2 --momentum 0.5 --epochs 20 --weight-decay 0 --quiet --out m.safetensors > trained
$ glassnet data moons --n 400 --seed 1 > moons.csv
$ glassnet stability m.safetensors moons.csv --top 3 | tr -s ' ' | grep -E 'stability of|network:|loss:|parameters|momentum lr|μ =|most lr|local'
> stability of m.safetensors on moons.csv
> network: 8 tanh, 1 identity
> loss: bce, mean over all 400 rows
> 33 parameters; loss {num}, gradient norm {num}
>  momentum lr = 0.2
>  μ = 0.5
>  most lr*lambda limit = 2 + 2*μ = 2 + 2*0.5 = 3
> Regime along the direction of lambda: {any}. On the local quadratic model the
> A local estimate: the loss is not quadratic, so lambda holds at this point and
$ glassnet stability m.safetensors moons.csv --optimizer adam --lr 0.001 | grep -E 'P is what adam'
> P is what adam divides its step by, made from its memory v: held as it is after
$ glassnet stability m.safetensors moons.csv --spectrum --density --json > s.json
$ python3 - <<'END'
$+ import json
$+ d = json.load(open("s.json")); s = {x["name"]: x.get("value") for x in d["symbols"]}
$+ table = next(l for l in d["lines"] if l["kind"] == "table" and l["title"] == "all eigenvalues") if any(l.get("title") == "all eigenvalues" for l in d["lines"]) else None
$+ v = table["columns"][1]["values"] if table else []
$+ print(len(v), abs(sum(v) - s["trace"]) < 1e-9, abs(v[0] - s["lambda"]) < 1e-6, abs(s["trace_estimate"] - s["trace"]) < 5 * s["trace_error"])
$+ END
> 33 True True True

# the same text again
$ glassnet stability m.safetensors moons.csv > 1; glassnet stability m.safetensors moons.csv --threads 3 > 2; cmp 1 2

# every line fits, in every form
$ test "$(glassnet stability m.safetensors moons.csv --density --top 4 --spectrum | wc -L)" -le 80
$ for f in markdown latex html; do glassnet stability --x 3 --y 10 --format $f > out.$f || echo $f; test -s out.$f || echo empty; done

# maps
$ glassnet stability --map lr-x --wrong-line | grep -c .
> {num}
$ glassnet stability --map lr-x --wrong-line | grep -oE 'limit 1/x\^2|one step: 1/\(2x\^2\)|WRONG[^ ]* limit of a notebook: 1/\(2x\^2\)'
> limit 1/x^2
> one step: 1/(2x^2)
> WRONG limit of a notebook: 1/(2x^2)
$ glassnet stability --map lr-momentum | grep -oE 'limit 2 \+ 2mu|ripples from'
> limit 2 + 2mu
> ripples from
$ glassnet stability --map trajectories --x 10 --y 10 | grep -oE 'rate 0.005, 0.5 of the limit'
> rate 0.005, 0.5 of the limit

# watching while training: the weights are the same bytes
$ glassnet train spirals --net "16 tanh" --optimizer sgd --lr 2 --batch 800 --epochs 200 --quiet --out plain.safetensors > /dev/null
$ glassnet train spirals --net "16 tanh" --optimizer sgd --lr 2 --batch 800 --epochs 200 --out watched.safetensors --watch-sharpness 20 --log run.jsonl 2> said | grep -A1 '^sharpness'
> sharpness {num} at step 0, {num} at step 200; the limit at rate 2 is 1{any}
>           first above its limit at step {num}; below at the end
$ cmp plain.safetensors watched.safetensors
$ grep -c 'epoch .* sharpness {any} of 1 ' said
> 0
? 1
$ grep -cE '^epoch [0-9]+/200 .*sharpness [-0-9.]+ of 1 ' said
> 200
$ python3 -c 'import json; r = [json.loads(l) for l in open("run.jsonl")]; w = [x for x in r if "sharpness" in x]; print(len(w), [x["step"] for x in w][:3], w[0]["limit"], all(x["residual"] < 0.05 * abs(x["sharpness"]) for x in w))'
> 11 [0, 20, 40] 1 True
$ glassnet train spirals --net "16 tanh" --optimizer sgd --lr 20 --batch 800 --epochs 5 --out w.safetensors --watch-sharpness 1 2>&1 >/dev/null | grep -A1 'warning: sharpness'
> glassnet: warning: sharpness: at step 0 the largest eigenvalue {num} is above 0.1, the limit at rate 20: on a quadratic this would diverge
> epoch 1/5 {any}
> {lines}

# each time it comes to be above is told, and each time it is back; after five times they are only counted
$ glassnet train spirals --net "16 tanh, 8 tanh" --optimizer momentum --lr 2.5 --batch 32 --schedule constant --epochs 20 --numerics exact --out w.safetensors --watch-sharpness 10 --log cross.jsonl 2> said | grep -A1 '^sharpness'
> sharpness {num} at step 0, {num} at step 500; the limit at rate 2.5 is 1.52
>           first above its limit at step {num}; {num} spells above it in all; {any} at the end
$ cat > crossings.py <<'END'
$+ import json, re
$+ w = [json.loads(l) for l in open("cross.jsonl") if '"sharpness"' in l]
$+ above = [x["sharpness"] > x["limit"] for x in w]
$+ turns = [(x["step"], now) for x, now, was in zip(w, above, [False] + above) if now != was]
$+ told = [(int(s), not b) for s, b in re.findall(r"sharpness: at step (\d+) (?:the|(it is back))", open("said").read())]
$+ up = [s for s, now in turns if now]
$+ print(len(up) > 5, told == turns[:10])
$+ END
$ python3 crossings.py
> True True

# an optimiser without a limit has no line of one in the picture, nor its name
$ for o in lion sgd; do glassnet train moons --net "8 tanh" --optimizer $o --lr 0.001 --epochs 3 --quiet --watch-sharpness 20 --plot - --out w.safetensors | grep -c 'limit of the rate' || true; done
> 0
> 1

# a look that never came is told, and why
$ glassnet train moons --net "8 tanh" --epochs 3 --quiet --watch-sharpness 100000 --out w.safetensors | grep -A1 '^sharpness'
> sharpness not measured: --watch-sharpness 100000 looks every 100000 steps, and there were 75;
>           adam has no P to measure with before its first step
$ glassnet train moons --net "8 tanh" --epochs 3 --quiet --watch-sharpness 100000 --out w.safetensors --json | grep -o '"sharpness": {[^}]*}'
> "sharpness": {"measurements": 0}

# a bias of a unit that is never on has P = eps; decay divided by that is no eigenvalue of what is trained
$ glassnet train moons --watch-sharpness 20 --epochs 60 --log adam.jsonl --out adam.safetensors 2>&1 | grep -cE 'would diverge|above its limit'
> 0
? 1
$ python3 -c 'import json; r = [json.loads(l) for l in open("adam.jsonl")]; w = [x["sharpness"] for x in r if "sharpness" in x]; print(len(w), max(w) < 2000)'
> 75 True
# under an adaptive optimiser the model as it was found comes first, by its plain Hessian
$ glassnet stability adam.safetensors moons | grep -E '^── curv|largest eigenvalue (λ|of)|^P is|^Weight|^without|^[0-9]+ parameters'
> ── curvature as found: H, before any step ──────────────────────────────────────
> 2305 parameters; loss {num}, gradient norm {num}
>    largest eigenvalue λ_found = 0.{any}
> ── curvature, as the optimiser feels it: P^-1/2 H P^-1/2 ───────────────────────
> P is what adam divides its step by, made from its memory v: held as it is after
> 2305 parameters; loss {num}, gradient norm {num}
>    largest eigenvalue λ = {num}
> Weight decay is part of lambda: 0.00125 on the diagonal of H, save at parameters
> without a slope.
$ glassnet stability adam.safetensors moons --json > a.json; glassnet stability adam.safetensors moons --optimizer sgd --weight-decay 0 --json > b.json; python3 -c 'import json; v = [{x["name"]: x.get("value") for x in json.load(open(f))["symbols"]} for f in ("a.json", "b.json")]; print(abs(v[0]["lambda_found"] - v[1]["lambda"]) < 1e-9)'
> True

# inputs whose squares are beyond a double, and a curvature that is: which stage it stops, and what to do
$ cat > huge.csv <<'END'
$+ x1,x2,class
$+ 1e300,-1e300,upper
$+ 2e300,1e299,lower
$+ END
$ glassnet stability adam.safetensors huge.csv --optimizer sgd | grep -oE 'eigenvalue λ = .*'
> eigenvalue λ = {num}
$ glassnet stability "1e307*x^8" --from x=1
! glassnet: error[EIGEN]: Lanczos: product 1 with the Hessian is not finite, so its elements are beyond a double
! hint: scale what is too large, inputs and targets first, or look at another point
? 1
$ glassnet stability huge.csv --net "3 tanh" --scale none --optimizer sgd 2>/dev/null | tail -4 | head -2
> What scaling the inputs would change is not said: the square of an input, 2e300,
> is beyond a double.

# edges of the report: equal eigenvalues are met by one step, a rate that rounding swallows is no curvature of 0
$ glassnet stability --x 0 --y 10 --b 1 | tr -s ' ' | grep -E 'lr_best|r_best|lr_scaled'
>  one step at lr_best = 1/λ = 1/2 = 0.5
$ glassnet stability "1e-30*x^2" --from x=1 --lr 1e-300 | grep '^Regime'
> Regime: still. At this rate a step changes the error by less than rounding does.
$ glassnet stability --x 0 --y 10 | grep -A1 '^Flat'
> Flat: no direction curves here and the gradient is 0, so the point is
> stationary, as is every other: the loss is constant.
# the limit follows 1/x^2 only without decay and without a preconditioner
$ for o in "--optimizer sgd" "--optimizer momentum" "--weight-decay 0.1" "--optimizer adam"; do glassnet stability --x 3 --y 10 $o | grep -c lr_scaled || true; done
> 1
> 1
> 0
> 0
$ printf 'x,y\n1,2\n2,3\n' > two.csv; glassnet stability two.csv --task regression --scale none --net none --optimizer sgd --weight-decay 0.1 --json > raw.json; glassnet stability two.csv --task regression --scale standard --net none --optimizer sgd --weight-decay 0.1 --json > scaled.json; python3 -c 'import json; v = [{x["name"]: x.get("value") for x in json.load(open(f))["symbols"]} for f in ("raw.json", "scaled.json")]; print(abs(v[0]["lr_scaled"] - v[1]["lr_limit"]) < 1e-9, abs(v[0]["lr_scaled"] - v[0]["lr_limit"]) > 0.5)'
> True True
# all slopes 0: P is eps, and what that makes of lambda is said
$ printf 'x,y\n1,2\n' > one.csv; glassnet stability one.csv --net none --task regression --optimizer adam --weight-decay 0 2>/dev/null | grep -A1 '^The direction of lambda'
> The direction of lambda is of parameters whose slope has been 0 at every step,
> so that P is eps there: lambda speaks of steps whose slopes are below eps, not
# one eigenvalue is one bar
$ glassnet stability "x^2" --from x=1 --density | grep -A3 '^  from'
>   from  to  share
>   ───────────────────────────────────────────────
>      2   2      1  ##############################
> 
# the loss of many inputs is not written out
$ glassnet stability --x $(seq -s, 1 100) --y 1 --b 0 | sed -n 2p
> loss L = square(z - 1), z = w1*x1 + ... + w100*x100 + b

# refusals
$ glassnet stability
! glassnet: error[USAGE]: a neuron needs an input, --x
! hint: glassnet stability --x 3 --y 10 --w 0.5 --lr 0.1
? 2
$ glassnet stability "x^2 + y"
! glassnet: error[USAGE]: 'x^2 + y' is an expression, and there is no point to look at
! hint: say where with --from, such as --from x=1,y=1
? 2
$ glassnet stability "x^2" --from y=1
! glassnet: error[EXP-VAR]: --from: unknown 'y'
! hint: the variables are x; such as --from x=1
? 2
$ glassnet stability nowhere.csv
! glassnet: error[IO-OPEN]: nowhere.csv: No such file or directory
? 4
$ glassnet stability --x 3 --y 10 --optimizer sgdd
! glassnet: error[CFG-OPTIMIZER]: optimizer: "sgdd" is no optimiser
! hint: did you mean "sgd"?
? 2
$ glassnet stability --x 3 --y 10 --lr 0
! glassnet: error[CFG-RATE]: lr: 0 is not a learning rate; it is above 0
? 2
$ glassnet stability --x 1,2 --y 1 --w 3
! glassnet: error[CFG-VALUE]: --w has 1 numbers for 2 inputs; there is one weight an input
? 2
$ glassnet stability --x 3 --y 10 --act nope
! glassnet: error[CFG-VALUE]: --act: 'nope' is no activation of one input
! hint: `glassnet ops` lists them
? 2
$ glassnet stability spirals --x 3
! glassnet: error[CFG-CONFLICT]: --x makes a neuron, and 'spirals' names something else
? 2
$ glassnet stability moons --net "64 tanh, 64 tanh" --spectrum
! {any}
! glassnet: error[CFG-RANGE]: --spectrum computes all eigenvalues; 4417 parameters are more than 1500
! hint: --density shows where they lie, --top 16 the largest
? 2
$ glassnet stability "1/x" --from x=0
! glassnet: error[EIGEN]: the loss is inf and its gradient {any} here: there is no curvature to speak of
! hint: look at another point; where a loss is too large, scale inputs and targets
? 1
$ glassnet stability --x 3 --y 10 --wrong-line
! glassnet: error[CFG-CONFLICT]: --wrong-line is drawn into --map lr-x
? 2

# what would be ignored is refused, by both names
$ for o in "--y 1" "--w 1" "--b 1" "--x 1" "--rows 5" "--net 3" "--scale none" "--act tanh" "--loss mae" "--reduction sum" "--init he" "--at x=2" "--target 1"; do glassnet stability "x^2" --from x=1 $o 2>&1 | cut -d: -f2- || true; done
>  error[CFG-CONFLICT]: --y makes a neuron, and 'x^2' names something else
>  error[CFG-CONFLICT]: --w makes a neuron, and 'x^2' names something else
>  error[CFG-CONFLICT]: --b makes a neuron, and 'x^2' names something else
>  error[CFG-CONFLICT]: --x makes a neuron, and 'x^2' names something else
>  error[CFG-CONFLICT]: --rows and --from: what is looked at is an expression, and of it --rows says nothing
>  error[CFG-CONFLICT]: --net and --from: what is looked at is an expression, and of it --net says nothing
>  error[CFG-CONFLICT]: --scale and --from: what is looked at is an expression, and of it --scale says nothing
>  error[CFG-CONFLICT]: --act and --from: what is looked at is an expression, and of it --act says nothing
>  error[CFG-CONFLICT]: --loss and --from: what is looked at is an expression, and of it --loss says nothing
>  error[CFG-CONFLICT]: --reduction and --from: what is looked at is an expression, and of it --reduction says nothing
>  error[CFG-CONFLICT]: --init and --from: what is looked at is an expression, and of it --init says nothing
>  error[CFG-CONFLICT]: --from and --at: both say where to look
>  error[CFG-CONFLICT]: --target and --from: what is looked at is an expression, and of it --target says nothing
$ for o in "--top 2" "--rows 5" "--target y" "--net 3" "--init he" "--from w=1"; do glassnet stability --x 1 --y 1 $o 2>&1 | cut -d: -f2- || true; done
>  error[CFG-CONFLICT]: --top 2: there is 1 parameter, and no more eigenvalues than that
>  error[CFG-CONFLICT]: --rows and --x: what is looked at is a neuron, and of it --rows says nothing
>  error[CFG-CONFLICT]: --target and --x: what is looked at is a neuron, and of it --target says nothing
>  error[CFG-CONFLICT]: --net and --x: what is looked at is a neuron, and of it --net says nothing
>  error[CFG-CONFLICT]: --init and --x: what is looked at is a neuron, and of it --init says nothing
>  error[CFG-CONFLICT]: --from and --x: what is looked at is a neuron, and of it --from says nothing
$ glassnet stability --x 1,2 --y 1 --top 2 | grep -c '^the largest eigenvalues'
> 1
$ for o in "--layers 4 --net 3" "--net 3 --act tanh" "--w 1"; do glassnet stability moons $o 2>&1 | cut -d: -f2- || true; done
>  error[CFG-CONFLICT]: --net and --layers: both describe the hidden layers
>  error[CFG-CONFLICT]: --net and --act: write the activations into --net
>  error[CFG-CONFLICT]: --w makes a neuron, and 'moons' names something else
$ glassnet stability --map lr-x --rows 5
! glassnet: error[CFG-CONFLICT]: --rows and --map: what is looked at is a map of a neuron, and of it --rows says nothing
? 2

# an argument that is nothing says so
$ glassnet stability 'x^'
! glassnet: error[IO-OPEN]: x^: No such file or directory
! hint: an expression is looked at from a point: --from x=1
? 4
$ glassnet stability --map trajectories --x 10 --y 10 --lr 0.009 | grep -oE 'rate 0.009, 0.9 of the limit'
> rate 0.009, 0.9 of the limit

# a curvature of 0 at the bottom of x^4; exp has no minimum for a step to land on
$ glassnet stability "x^4" --from x=0 --lr 0.1 | grep -A1 '^Flat'
> Flat: no direction curves here and the gradient is 0, so the point is
> stationary; whether it is a minimum, the curvature does not say.
$ glassnet stability "abs(x)" --from x=0.05 --lr 0.1 | grep -A1 '^Flat'
> Flat: no direction curves here, which says nothing of a minimum elsewhere; the
> gradient is not 0, so descent moves on.
$ glassnet stability "exp(x)" --from x=0 --lr 1 | grep '^Regime'
> Regime: one step. On the local quadratic model one step lands on the minimum.

# of many parameters the smallest eigenvalue is found, its sign with it: the same as in the whole spectrum
$ glassnet stability spirals --quiet --net "8 relu, 8 relu" --optimizer adam --json > near.json; glassnet stability spirals --quiet --net "8 relu, 8 relu" --optimizer adam --spectrum --json > whole.json
$ python3 -c 'import json; v = [{x["name"]: x.get("value") for x in json.load(open(f))["symbols"]} for f in ("near.json", "whole.json")]; print(v[0]["lambda_min"] < 0, abs(v[0]["lambda_min"] / v[1]["lambda_min"] - 1) < 1e-3)'
> True True
$ glassnet stability spirals --quiet --net "8 relu, 8 relu" --optimizer adam | grep -c '^Negative curvature'
> 1

# sentences have the digits that are asked for, and the picture's axis is what it draws
$ glassnet stability "exp(x)" --from x=0.7 --digits 17 | grep '^1 parameter'
> 1 parameter; loss 2.0137527074704766, gradient norm 2.0137527074704766
$ glassnet stability --x 3 --y 10 --lr 0.1 --plot - | grep -c '^|distance|'
> 1

# rows weigh what they weighed in training, by the recorded column; without it the report says so. The heavy row's
# curvature decides, and a rate within the limit of the unweighted rows diverges
$ python3 -c 'print("x,k,y\n" + "0.5,1,1\n"*19 + "4,20,8")' > wt.csv; cut -d, -f1,3 wt.csv > bare.csv
$ glassnet train wt.csv --target y --weight k --task regression --layers none --scale none --optimizer sgd --lr 0.1 --batch 20 --holdout 0 --weight-decay 0 --schedule constant --epochs 20 --watch-sharpness 20 --quiet --out w.st | grep -oE '^sharpness [0-9.]*'
> sharpness 17.97
$ for d in wt.csv bare.csv "wt.csv --weight x"; do glassnet stability w.st $d | tr -s ' \n' ' ' | grep -oE 'rows weigh.* float64|largest eigenvalue λ = [0-9.]*|lr_limit = limit/λ = [^ ]* = [0-9.]*'; done
> rows weigh by the column k float64
> largest eigenvalue λ = 17.9727
> lr_limit = limit/λ = 2/17.9727 = 0.11128
> rows weigh the same here, although training weighed them by k, which is not in these data float64
> largest eigenvalue λ = 3.38802
> lr_limit = limit/λ = 2/3.38802 = 0.590315
> rows weigh by the column x float64
> largest eigenvalue λ = {num}
> lr_limit = limit/λ = 2/{num} = {num}
$ glassnet stability wt.csv --target y --weight k --layers none --scale none --task regression --optimizer sgd --weight-decay 0 | tr -s ' ' | grep -E '^rows weigh|^ largest (eigenvalue|rate then)'
> rows weigh by the column k
>  largest eigenvalue λ = 17.9727
>  largest rate then lr_scaled = lr_limit*inputs_max/scaled_max
$ glassnet stability --x 1 --y 2 --weight k
! glassnet: error[CFG-CONFLICT]: --weight and --x: what is looked at is a neuron, and of it --weight says nothing
? 2

# classes too, while training is watched and afterwards
$ glassnet data blobs --n 90 > blobs.csv
$ for c in "" "--class-weights 1,5,20"; do glassnet train blobs.csv --net "3 tanh" --optimizer sgd --lr 0.05 --holdout 0 --weight-decay 0 --schedule constant --epochs 40 --watch-sharpness 10 --quiet $c --out c.st --json > c.json; glassnet stability c.st blobs.csv --json > s.json; python3 -c 'import json; a = json.load(open("c.json"))["sharpness"]["last"]; d = json.load(open("s.json")); b = {x["name"]: x.get("value") for x in d["symbols"]}["lambda"]; print(abs(a/b - 1) < 5e-3, [f for f in d["facts"] if "classes" in f])'; done
> True []
> True ['classes weigh 1, 5, 20']
$ glassnet stability c.st blobs.csv --class-weights 1,1,1 --json > u.json; python3 -c 'import json; v = [{x["name"]: x.get("value") for x in json.load(open(f))["symbols"]}["lambda"] for f in ("s.json", "u.json")]; print(abs(v[0]/v[1] - 1) > 0.05)'
> True

# weight decay by the data is that of the rows trained on, not of those looked at; a file that does not say is told apart
$ glassnet train blobs.csv --layers 4 --optimizer sgd --epochs 5 --quiet --out d.st > d.txt; glassnet stability d.st blobs.csv | grep '^Weight decay'
> Weight decay adds 0.0138889 to every eigenvalue; it is part of lambda.
$ python3 - <<'END'
$+ import json, struct
$+ b = open("d.st", "rb").read()
$+ n = struct.unpack("<Q", b[:8])[0]
$+ h = json.loads(b[8:8 + n])
$+ print(h["__metadata__"].pop("training_rows"))
$+ t = json.dumps(h).encode()
$+ t += b" " * (-len(t) % 8)
$+ open("old.st", "wb").write(struct.pack("<Q", len(t)) + t + b[8 + n:])
$+ END
> 72
$ glassnet stability old.st blobs.csv | tr -s ' \n' ' ' | grep -oE 'weight decay .* float64|Weight decay adds [0-9.]*'
> weight decay 0.0111111 is 1/rows of these data: the model's file does not say how many rows it was trained on float64
> Weight decay adds 0.0111111

# a clip that the model was trained with: the regime is that without it, and with it a limit cycle, as the neuron says
$ glassnet data linear --n 40 > lin.csv; glassnet train lin.csv --layers none --batch 40 --holdout 0 --optimizer sgd --lr 1.5 --clip 0.01 --weight-decay 0 --schedule constant --epochs 2000 --watch-sharpness 1000 --quiet --out lin.st 2>&1 | grep -oE 'on a quadratic this would diverge .*|without the clip; .*|loss 0.00'
> on a quadratic this would diverge without the clip; with it steps are bounded, and go to and fro about a minimum
> without the clip; above it a clipped run ends in a limit cycle
> loss 0.00
$ glassnet stability lin.st lin.csv | tr -s ' ' | sed -n '/^Regime/,/^The loss is/p'
> Regime along the direction of lambda: divergent. Each step overshoots by more
> than it had to go: the error grows.
> The limit counts as reached within {num}, 64 units in the last place.
>  each slope clipped to clip = 0.01
>  largest step, clipped step_max = lr*clip = 1.5*0.01 = 0.015
> That is without the clip. With it no step moves a weight by more than that: the
> run does not grow without end. It comes near the minimum and then goes to and
> fro about it, in a limit cycle of steps of up to that size.
> The loss is quadratic: what is said here holds everywhere.
$ glassnet stability --x 10 --y 10 --lr 0.015 --clip 1 | tr '\n' ' ' | grep -oE 'in a limit cycle of that width|no slope is clipped'
> in a limit cycle of that width
> no slope is clipped
$ glassnet stability --x 10 --y 10 --lr 0.005 --clip 1 | grep '^The clip'
> The clip acts here, as the slopes are large; where the rate converges it leaves
$ glassnet stability --x 10 --y 10 --optimizer momentum --lr 0.05 --clip-norm 1 | tr -s ' ' | grep -A1 step_max
>  largest step, clipped step_max = lr*clip_norm/(1 - μ) = 0.05*1/(1 - 0.9)
>  = 0.5

# a loss that is linear in the prediction between its kinks: lambda is of decay, and no rate is suggested
$ for l in none 4; do glassnet train lin.csv --layers $l --loss mae --optimizer sgd --epochs 5 --quiet --out mae.st > mae.txt; glassnet stability mae.st lin.csv | tee mae.txt | tr '\n' ' ' | grep -oE 'No largest rate .*, and none|lambda is (weight decay alone|of weight decay and)'; grep -cE 'lr_limit|lr_suggested|lr_best|^Regime|scaling' mae.txt; done; true
> No largest rate follows from lambda, and none
> lambda is weight decay alone
> 0
> No largest rate follows from lambda, and none
> lambda is of weight decay and
> 0

# the rate suggested to an adaptive optimiser is by the P of the rate asked, and is tried
$ for lr in 0.005 0.1; do glassnet stability --x 10 --y 10 --optimizer adam --lr $lr | sed -n '/^Both/,/^Regime/p' | tr '\n' ' ' | grep -oE 'Both .* here'; done
> Both belong to P as 100 steps at the rate 0.005 made it. After as many at the suggested rate P is another, and the largest rate is {num}: the suggested one would still be within it. The loss there is {num}, not above the {num} here
> Both belong to P as 100 steps at the rate 0.1 made it. After as many at the suggested rate P is another, and the largest rate is {num}: the suggested one would still be within it. The loss there is {num}, above the {num} here
