# Training, saving, evaluating, predicting.
$ glassnet train moons --epochs 30 --seed 1 --out m.safetensors 2> said
> trained after 30 epochs ({num} steps) in {any}, {any} rows a second
>
> on held-out rows
> accuracy  {num} %  ({num} of 200 rows)
> loss      {num}
>
>   class  precision %  recall %   F1 %  rows  as upper  lower
>   upper {any}
>   lower {any}
>
> the model ({num} parameters): m.safetensors

# the summary, then a line an epoch
$ sed -n 2,4p said
>   layer {any}shape{any}parameters
>   {num} relu {any}2 -> {num} {any}
>   {num} relu {any}
$ grep -c '^epoch [0-9]*/30  loss' said
> 30
$ grep -E '^(data|task|scaling|loss|training) ' said
> data      moons: 1000 rows, 2 features
> task      classification (inferred from the target)
> scaling   standard (by the data)
> loss      bce, mean
> training  adam, rate {num}, {any} schedule, batches of 32, 30 epochs, float32, weight decay 0.00125

# nothing but the result with --quiet; one JSON object with plain names
$ glassnet train moons --epochs 30 --seed 1 --quiet --json --out m2.safetensors > r.json
$ python3 -c 'import json; r = json.load(open("r.json")); print(sorted(set(["loss", "accuracy", "samples_per_second", "parameters"]) & set(r))); print(r["status"], r["rows"], len(r["confusion"]))'
> ['accuracy', 'loss', 'parameters', 'samples_per_second']
> done 200 2

# the same command, the same bytes
$ cmp m.safetensors m2.safetensors

# eval on the training set, found again by name
$ glassnet data moons --n 1000 --seed 1 > moons.csv; glassnet eval m.safetensors moons.csv | head -n 1
> accuracy  {num} %  ({num} of 1,000 rows)

$ glassnet eval m.safetensors moons.csv --json | python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["rows"], r["accuracy"] > 0.9)'
> 1000 True

<<< rows.csv
note,x2,x1
left,1.0,0.0
right,-0.5,1.0
>>>
$ glassnet predict m.safetensors rows.csv
> class
> upper
> lower

$ glassnet predict m.safetensors - --proba < rows.csv
> class,p(upper),p(lower)
> upper,{num},{num}
> lower,{num},{num}

$ glassnet predict m.safetensors rows.csv --out p.csv; cat p.csv
> class
> upper
> lower

$ glassnet predict m.safetensors rows.csv --json --proba
> {"predictions": [{"class": "upper", "probabilities": {"upper": {num}, "lower": {num}}}, {"class": "lower", "probabilities": {"upper": {num}, "lower": {num}}}]}

<<< lacking.csv
x1,y
1,2
>>>
$ glassnet predict m.safetensors lacking.csv
! glassnet: error[{any}]: lacking.csv{any}x2{any}
! {lines}
? 3

$ glassnet predict m.safetensors lacking.csv --proba --out - 2>/dev/null
? 3

$ glassnet info m.safetensors
> model, float32
> {lines}
> output: classification of class; classes upper, lower
> made by: glassnet train moons --epochs 30 --seed 1

# a model is refused as data, and data as a model
$ glassnet train m.safetensors
! glassnet: error[FILE-KIND]: m.safetensors: {any}
! hint: {any}
? 3
$ glassnet predict rows.csv rows.csv
! glassnet: error[{any}]: rows.csv{any}
! {lines}
? 3

# the log: a line an epoch
$ glassnet train sine --epochs 4 --log run.jsonl --quiet --out s.safetensors | head -n 4
> trained after 4 epochs ({any}
>
> on held-out rows
> R2    {num}  (200 rows)
$ python3 -c 'import json; r = [json.loads(l) for l in open("run.jsonl")]; print(len(r), [x["epoch"] for x in r], all("loss" in x and "rate" in x for x in r))'
> 4 [1, 2, 3, 4] True

$ glassnet predict s.safetensors rows.csv 2>&1 | head -n 1
> glassnet: error[{any}

# cross-validation: each fold, mean and spread, then a model on all rows
$ glassnet train blobs --n 90 --folds 3 --epochs 20 --quiet --out k.safetensors
> 3 folds, each measured on the rows it was not trained on
>   fold         accuracy %    loss
>   1              {any}
>   2              {any}
>   3              {any}
>   mean           {any}
>   spread (sd)    {any}
>
> all rows, each as the fold says that did not see it
> accuracy  {num} %  ({num} of 90 rows)
> loss      {num}
>
>   class  precision %  recall %    F1 %  rows  as a   b   c
>   a  {any}
>   b  {any}
>   c  {any}
>
> trained after 20 epochs {any}
> training loss {num}
>
> the model ({num} parameters): k.safetensors
$ glassnet train blobs --n 90 --folds 3 --epochs 5 --quiet --json --out k.safetensors | python3 -c 'import json, sys; r = json.load(sys.stdin); print(len(r["folds"]), r["training_rows"], "accuracy" in r, "accuracy_spread" in r); p = r["pooled"]; print(p["rows"], sum(map(sum, p["confusion"])), abs(p["accuracy"] - sum(p["confusion"][i][i] for i in range(3))/90) < 1e-15, abs(p["loss"] - r["loss"]) < 1e-12)'
> 3 90 True True
> 90 90 True True

# training that diverges: exit status 1, the place, and the last finite weights
$ glassnet train linear --lr 1e30 --optimizer sgd --epochs 3 --quiet --out d.safetensors > said.out
! glassnet: error[TRAIN-NONFINITE]: {any}step{any}
! {lines}
? 1
$ tail -n 1 said.out
> the last finite weights ({num} parameters): d.safetensors
$ glassnet info d.safetensors | head -n 1
> model, float32

# a place that cannot be written is told before the work
$ glassnet train xor --out nowhere/m.safetensors --epochs 1000000
! glassnet: error[IO-OPEN]: nowhere/m.safetensors{any}: {any}
? 4

# the model on standard output, the figures on standard error
$ glassnet train xor --epochs 2 --quiet --out - > piped.safetensors; glassnet info piped.safetensors | head -n 1
> model, float32

# a run that diverges leaves a line that says so in its log; plot passes over it, or says why nothing is to be drawn
$ glassnet train sine --optimizer sgd --lr 1e6 --epochs 4 --log lost.jsonl --quiet --out lost.safetensors > lost.txt
! glassnet: error[TRAIN-NONFINITE]: {any}
! hint: {any}
? 1
$ python3 -c 'import json; d = json.loads(open("lost.jsonl").read().splitlines()[-1]); print(d["status"], d["diverged_at_step"] == d["steps"] + 1, d["diverged_in"])'
> diverged True {any}
$ grep status lost.jsonl > only.jsonl; glassnet plot only.jsonl
! glassnet: error[DATA-ROWS]: only.jsonl: the run ended in its first epoch: there is no curve to draw
? 3

# what watching cost is said of a run that diverged in its first epoch too
$ glassnet train blobs --n 150 --layers 64,32 --epochs 12 --optimizer sgd --lr 1e6 --watch-sharpness 1 --quiet --out lost.safetensors --json 2>/dev/null > lost.json; python3 -c 'import json; d = json.load(open("lost.json")); print(d["status"], d["epochs"], 1 < d["sharpness"]["percent_of_time"] <= 100)'
> diverged 0 True
