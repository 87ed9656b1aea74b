# Pictures of a neuron under an optimiser that is asked for: its own run, its own limit, or a word that there is none.
<<< labels.py
import json, sys
for s in json.load(sys.stdin)["panels"][0]["series"]:
    if s.get("label"): print(s["label"], s["y"][0], s["y"][-1])
>>>
$ glassnet plot --kind trajectory --x 10 --y 10 --lr 0.018 --optimizer momentum --steps 40 --json > t.json; python3 labels.py < t.json
> x = 10, η = 0.018: |r| = 0.9487, rippling 0 1.1065{num}
# the weights are those that the neuron prints
$ glassnet neuron --x 10 --y 10 --lr 0.018 --optimizer momentum --steps 40 --json > n.json
$ python3 -c 'import json; w = json.load(open("t.json"))["panels"][0]["series"][0]["y"]; t = json.dumps(json.load(open("n.json"))); print(all(json.dumps(v) in t for v in w[1:12]))'
> True
$ glassnet plot --kind trajectory --x 10 --y 10 --lr 0.0195 --optimizer momentum --steps 40 --json | python3 labels.py | cut -d' ' -f1-10
> x = 10, η = 0.0195: |r| = 1.316, divergent
$ glassnet plot --kind trajectory --x 10 --y 10 --lr 0.018 --optimizer momentum | grep -o 'under momentum, μ = 0.9'
> under momentum, μ = 0.9
$ glassnet plot --kind trajectory --x 3 --y 10 --lr 0.5 --optimizer adam --json | python3 labels.py
> x = 3, η = 0.5: adam 0 {num}
$ glassnet plot --kind rates --rates 0.005,0.018,0.0195 --optimizer momentum --json | python3 -c 'import json, sys; p = json.load(sys.stdin); print(p["title"]); [print(x["title"]) for x in p["panels"]]'
> learning rates of a neuron with x = 10, y = 10, momentum, μ = 0.9
> η=0.005: |r|=0.949, rippling, stable
> η=0.018: |r|=0.949, rippling, stable
> η=0.0195: |r|=1.32, divergent, unstable

# the map: 1.9/x^2 under momentum, the same by both commands
$ glassnet plot --kind regimes --optimizer momentum --json > a.json; glassnet stability --map lr-x --optimizer momentum --json | cmp - a.json
$ python3 labels.py < a.json | cut -d' ' -f1-3
> limit 1.9/x^2 1.9
> ripples from 0.001317/x^2
> ripples to 1.899/x^2
$ glassnet plot --kind regimes --json | python3 labels.py | cut -d' ' -f1-2
> limit 1/x^2:
> one step:

# what has no such limit, and what would be another neuron, is refused
$ glassnet plot --kind regimes --optimizer adam
! glassnet: error[CFG-CONFLICT]: a map of regimes needs sgd, momentum or nesterov, and adam is none: its limit is on the curvature divided by P, which the slopes so far make
! hint: `glassnet neuron --optimizer adam --plot -` draws a run of it
? 2
$ glassnet stability --map lr-x --optimizer lion
! glassnet: error[CFG-CONFLICT]: a map of regimes needs sgd, momentum or nesterov, and lion is none: {any}
! hint: {any}
? 2
$ glassnet stability --map lr-momentum --optimizer adam
! glassnet: error[CFG-CONFLICT]: this map is over the momentum mu, and adam has none
! hint: use --optimizer momentum or nesterov
? 2
# the neuron that is asked about is marked, and with its input the axis is of the rate; what has no place is refused
$ glassnet stability --map lr-momentum --optimizer nesterov --momentum 0.4 --x 10 --y 10 --lr 0.005 --json | python3 -c 'import json, sys; p = json.load(sys.stdin)["panels"][0]; print(p["y_label"], [(s["label"], s["x"], s["y"]) for s in p["series"]][-1])'
> learning rate η (ηλ = 200·η) ('η = 0.005, μ = 0.4: ηλ = 1, two steps', [0.4], [0.005])
$ glassnet stability --map lr-momentum --momentum 0.4 | grep -c 'μ = 0.4'
> 1
$ glassnet stability --map lr-momentum --lr 0.1
! glassnet: error[CFG-CONFLICT]: --lr and --map lr-momentum: without a neuron the map is over lr*lambda, and the rate alone is no point of it
! hint: give the input too, such as --x 10: lambda is 2x^2
? 2
$ glassnet stability --map lr-momentum --x 0
! glassnet: error[CFG-CONFLICT]: --x 0 and --map lr-momentum: the curvature 2x^2 is 0, and no rate has a limit
? 2
$ for m in lr-momentum trajectories; do glassnet stability --map $m --wrong-line || true; done
! glassnet: error[CFG-CONFLICT]: --wrong-line is drawn into --map lr-x, not into --map lr-momentum
! glassnet: error[CFG-CONFLICT]: --wrong-line is drawn into --map lr-x, not into --map trajectories
$ glassnet stability --map lr-x --x 1000000 --json > a.json; python3 labels.py < a.json
> limit 1/x^2: r = -1, two-cycle 4e-12 3.90{num}
> one step: 1/(2x^2), r = 0 2e-12 1.95{num}
$ glassnet stability --map lr-x --x 0.5,1000
! glassnet: error[CFG-CONFLICT]: --x 0.5 and 1000 do not fit into one map of rates, whose limits are over x^2: none may be 0, nor 100 times as large as another
? 2
$ for c in "stability --map lr-x" "plot --kind regimes"; do glassnet $c --x 10 --lr 0.004 --json | python3 labels.py | tail -1; done
> η = 0.004: ηλ = 0.8, one-sided 0.004 0.004
> η = 0.004: ηλ = 0.8, one-sided 0.004 0.004
# a map has the regimes of the report
$ glassnet stability --map lr-momentum --optimizer nesterov | grep -oE 'one-sided|rippling|oscillating|divergent|smooth' | sort -u
> divergent
> one-sided
> oscillating
> rippling
$ glassnet stability --map lr-x --act sigmoid --loss mae
! glassnet: error[CFG-CONFLICT]: --map is of the neuron p = w*x under L = (p - y)^2: it takes no --act
! hint: {any}
? 2
$ glassnet stability --map trajectories --x 10 --y 10 --loss mae
! glassnet: error[CFG-CONFLICT]: --map is of the neuron p = w*x under L = (p - y)^2: it takes no --loss
! hint: {any}
? 2
$ glassnet stability --map lr-x --act identity --loss mse | grep -c 'limit 1/x^2'
> 1
$ glassnet stability --map lr-x --wrong-line --optimizer momentum
! glassnet: error[CFG-CONFLICT]: the wrong line is of plain gradient descent, not of momentum
? 2
$ glassnet plot --kind rates --weight-decay 0.1
! glassnet: error[CFG-CONFLICT]: --weight-decay moves the minimum away from y/x, and this picture is of the loss alone
! hint: `glassnet neuron --weight-decay 0.1 --plot -` draws a run with it
? 2
$ glassnet plot --kind trajectory --momentum 0.4
! glassnet: error[CFG-OPTIMIZER]: momentum: the optimiser sgd has no mu
? 2
