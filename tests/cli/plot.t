# Pictures. The neuron of the notebook, with w0 at k = 0: numbers by --json.
<<< last.py
import json, sys
d = json.load(sys.stdin)
for p in d["panels"]:
    for s in p["series"]:
        print(s.get("label", p["title"]), len(s["y"]), s["y"][0], s["y"][-1])
>>>
<<< few.py
import json, sys
y = json.load(sys.stdin)["panels"][0]["series"][0]["y"]
print([round(v, 12) for v in y[:7]], y[-1])
>>>
$ glassnet plot --kind trajectory --x 3 --y 10 --lr 0.1 --steps 30 --json | python3 few.py
> [0, 6, 1.2, 5.04, 1.968, 4.4256, 2.45952] 3.32920686653571{num}
$ glassnet plot --kind trajectory --x 3 --y 10 --lr 0.01 --steps 30 --json | python3 few.py
> [0, 0.6, 1.092, 1.49544, 1.8262608, 2.097533856, 2.31997776192] 3.32467779036249{num}
$ glassnet plot --kind trajectory --x 9,10,11 --y 10 --lr 0.01 --steps 12 --json | python3 last.py
> x = 9, η = 0.01: r = -0.62, oscillating 13 0 1.10752637026400{num}
> x = 10, η = 0.01: r = -1, two-cycle 13 0 0
> x = 11, η = 0.01: r = -1.42, divergent 13 0 -60.1946004596952{num}
$ glassnet plot --kind trajectory --x 9,10,11 --y 10 --lr 0.001 --steps 50 --json | python3 last.py
> x = 9, η = 0.001: r = 0.838, one-sided 51 0 1.11094969071002{num}
> x = 10, η = 0.001: r = 0.8, one-sided 51 0 0.999985727523072{num}
> x = 11, η = 0.001: r = 0.758, one-sided 51 0 0.90909003397093{num}
$ glassnet plot --kind rates --x 10 --y 10 --rates 0.001,0.005,0.01,0.011,0.015,0.02 --json | python3 last.py
> η=0.001: r=0.8, one-sided, stable 51 0 0.999985727523072{num}
> η=0.005: r=0, one step, stable 51 0 1
> η=0.01: r=-1, two-cycle, critical 51 0 0
> η=0.011: r=-1.2, divergent, unstable 39 0 -1019.674699978{num}
> η=0.015: r=-2, divergent, unstable 11 0 -1023
> η=0.02: r=-3, divergent, unstable 8 0 2188
$ glassnet plot --kind regimes --json | python3 -c 'import json, sys; s = json.load(sys.stdin)["panels"][0]["series"]; print([round(v, 12) for v in s[2]["y"]], [round(v, 12) for v in s[3]["y"]]); print(s[0]["x"][0], s[0]["x"][-1])'
> [0.006172839506, 0.005, 0.004132231405] [0.012345679012, 0.01, 0.00826446281]
> 1 20

# the same map, made by the same function
$ glassnet plot --kind regimes --x 9,10 --json > regimes.json; glassnet stability --map lr-x --x 9,10 --json | cmp - regimes.json

# on the terminal, 80 columns, the same with ASCII alone
$ glassnet plot --kind rates | python3 -c 'import sys; t = sys.stdin.read(); print(max(map(len, t.split("\n"))) <= 80, "two-cycle" in t, "⣀" in t)'
> True True True
$ glassnet plot --kind trajectory --ascii | head -4
>                    weight of a neuron under gradient descent
> weight w
>  |
> 6+     o
$ glassnet plot --kind trajectory --ascii | LC_ALL=C grep -c '[^ -~]'
> 0
? 1

# an expression with the path of descent
$ glassnet plot "(x - 3)^2 + 2*(y + 1)^2" --from 0,0 --lr 0.1 --steps 4 --json | python3 -c 'import json, sys; p = json.load(sys.stdin)["panels"][0]; s = p["series"][0]; print([round(v, 12) for v in s["x"]], [round(v, 12) for v in s["y"]], p["fields"][0]["kind"])'
> [0, 0.6, 1.08, 1.464, 1.7712] [0, -0.4, -0.64, -0.784, -0.8704] contour

# curves of one log and of two; folds and runs are told apart
$ glassnet train moons --epochs 5 --quiet --json --log a.jsonl --out m.safetensors --seed 1 > /dev/null
$ glassnet train moons --epochs 5 --quiet --json --log b.jsonl --out b.safetensors --seed 2 > /dev/null; glassnet train moons --epochs 4 --quiet --json --log b.jsonl --out b.safetensors --seed 2 > /dev/null
$ glassnet plot a.jsonl b.jsonl --json | python3 -c 'import json, sys; d = json.load(sys.stdin); p = d["panels"][0]; print(d["title"], "|", p["title"]); [print(s["label"], len(s["x"])) for s in p["series"]]'
> learning curves | loss
> a.jsonl: training 5
> a.jsonl: held-out 5
> b.jsonl: training 5
> b.jsonl: held-out 5
> b.jsonl run 2: training 4
> b.jsonl run 2: held-out 4
$ glassnet train moons --epochs 3 --folds 3 --quiet --log f.jsonl --out f.safetensors --plot - | grep -o 'fold [0-9]: training\|all rows: training'
> fold 1: training
> fold 2: training
> fold 3: training
> all rows: training
$ printf '{"epoch": 1, "loss": 0.5}\n{"epoch": 2, "loss": }\n' > bad.jsonl; glassnet plot bad.jsonl
! glassnet: error[LOG-LINE]: bad.jsonl:2:{num}: the line is not JSON
! hint: {any}
? 3
$ printf '{"epoch": 1, "loss": 0.5}\n\n[1]\n' > bad.jsonl; glassnet plot bad.jsonl
! glassnet: error[LOG-LINE]: bad.jsonl:3:1: the line is not a JSON object
! hint: {any}
? 3
$ printf '{"loss": 0.5}\n' > bad.jsonl; glassnet plot bad.jsonl
! glassnet: error[LOG-LINE]: bad.jsonl:1: the line has no epoch
! hint: {any}
? 3
$ : > bad.jsonl; glassnet plot bad.jsonl --kind learning
! glassnet: error[LOG-LINE]: bad.jsonl: the log is empty
! hint: {any}
? 3

# a model, with data and without; what fits is drawn
$ glassnet data moons --n 60 --seed 3 --out moons.csv; glassnet plot m.safetensors | grep -o 'the network, 2,305 parameters'
> the network, 2,305 parameters
$ glassnet plot m.safetensors moons.csv | grep -o 'what the model predicts\|● upper.*'
> what the model predicts
> ● upper  ■ lower    regions:  ␣ upper  ░ lower
$ glassnet plot m.safetensors moons.csv --kind confusion --json | python3 -c 'import json, sys; p = json.load(sys.stdin)["panels"][0]; print(p["x_names"], p["y_names"], sum(map(sum, p["fields"][0]["z"])))'
> ['upper', 'lower'] ['lower', 'upper'] 60
$ glassnet eval m.safetensors moons.csv --json > e.json; glassnet plot m.safetensors moons.csv --kind landscape --json | python3 -c 'import json, sys; z = json.load(sys.stdin)["panels"][0]["fields"][0]["z"]; n = len(z); print(n % 2, abs(z[n // 2][n // 2] - json.load(open("e.json"))["loss"]) < 1e-6, min(map(min, z)) <= z[n // 2][n // 2])'
> 1 True True
$ glassnet plot m.safetensors moons.csv --kind histograms --rows 7 --json | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["title"], len(d["panels"])); print([round(sum(p["series"][0]["y"])) for p in d["panels"]])'
> values and slopes of each layer on the first 7 rows 6
> [100, 100, 100, 100, 100, 100]
$ glassnet data blobs --n 90 > blobs.csv; sed '1s/x1/a,b/' moons.csv | sed '1s/^a,b/"a,b"/' > named.csv; glassnet train named.csv --epochs 1 --quiet --out n.safetensors > /dev/null; glassnet plot n.safetensors named.csv --columns x2,1 --json | python3 -c 'import json, sys; p = json.load(sys.stdin)["panels"][0]; print(p["x_label"], p["y_label"])'
> x2 a,b
$ glassnet plot n.safetensors named.csv --columns x9,1
! glassnet: error[CSV-NOCOL]: --columns: the model has no column 'x9'
! hint: {any}
? 3
$ glassnet plot n.safetensors named.csv --columns x2
! glassnet: error[CFG-VALUE]: --columns takes two different columns
? 2

# regression has a plane and no confusion
$ glassnet data sine --n 50 --out sine.csv; glassnet train sine.csv --epochs 2 --quiet --out s.safetensors > /dev/null; glassnet plot s.safetensors sine.csv --kind confusion
! glassnet: error[USAGE]: the model predicts numbers: it has no confusion matrix
! hint: {any}
? 2
$ glassnet plot s.safetensors sine.csv --kind boundary
! glassnet: error[USAGE]: the model has 1 column of numbers; a plane needs two
! hint: {any}
? 2

# what cannot be drawn
$ glassnet plot
! glassnet: error[USAGE]: nothing is named that could be drawn
! hint: {any}
? 2
$ glassnet plot moons.csv
! glassnet: error[FILE-KIND]: 'moons.csv' is neither a log nor a model
! hint: {any}
? 3
$ glassnet plot none.jsonl
! glassnet: error[IO-OPEN]: none.jsonl: No such file or directory
? 4
$ glassnet plot m.safetensors --kind boundary
! glassnet: error[USAGE]: --kind boundary takes a model and data
! hint: such as glassnet plot --kind boundary MODEL DATA
? 2
$ glassnet plot --kind pie
! glassnet: error[CFG-VALUE]: --kind is 'pie'; it must be one of {any}
? 2
$ glassnet plot --kind rates --plot rates.bmp
! glassnet: error[CFG-VALUE]: --plot rates.bmp: the name does not say what kind of picture it is
! hint: A name that ends in .svg, .png or .pdf does; - draws on the terminal.
? 2
$ glassnet train moons --epochs 1 --quiet --plot curves.bmp --out x.safetensors; ls x.safetensors 2>/dev/null
! glassnet: error[CFG-VALUE]: --plot curves.bmp: the name does not say what kind of picture it is
! hint: {any}
? 2
$ glassnet train moons --epochs 1 --quiet --plot - --out -
! glassnet: error[CFG-CONFLICT]: --plot - and --out -: both go to standard output
? 2
$ glassnet plot --kind rates --x 1,2
! glassnet: error[CFG-VALUE]: --x takes one number with --kind rates
? 2

$ glassnet plot "x^2 + 3*y^2" --kind landscape --from 1,2 --json | python3 -c 'import json, sys; d = json.load(sys.stdin)["panels"][0]; z = d["fields"][0]["z"]; m = len(z) // 2; print(d["title"], z[m][m], z[m][-1], z[-1][m])'
> x^2 + 3*y^2 around the point (13 there) 13 16 28

# without gnuplot: told, with the way around it, and no file
$ g=$(command -v glassnet); mkdir empty; PATH=$PWD/empty "$g" plot --kind rates --plot rates.svg; ls rates.svg 2>/dev/null
! glassnet: error[PLOT-PROGRAM]: the picture needs the program gnuplot, which is not installed
! hint: Install the package gnuplot-nox (apt) or gnuplot (dnf, apk, brew); --plot - draws on the terminal without it.
? 2

# a gnuplot that fails: what it said; the picture that was there stays
<<< fails.sh
#!/bin/sh
echo '"line 3: invalid colour"' >&2
printf '<svg>half'
exit 1
>>>
$ mkdir fail; mv fails.sh fail/gnuplot; chmod +x fail/gnuplot; echo old > p.svg; PATH="$PWD/fail:$PATH" glassnet plot --kind rates --plot p.svg; cat p.svg; ls p.svg.* 2>/dev/null
> old
! glassnet: error[PLOT-PROGRAM]: gnuplot says: "line 3: invalid colour"
! hint: {any}
? 2

# a gnuplot that takes what it gets: the script on standard input, without settings of the user's; --keep leaves it
<<< passes.sh
#!/bin/sh
echo "$* $LC_ALL $GNUTERM"
cat
>>>
$ mkdir pass; mv passes.sh pass/gnuplot; chmod +x pass/gnuplot; GNUTERM=x11 PATH="$PWD/pass:$PATH" glassnet plot --kind rates --plot "it's.svg" --keep; head -n 3 "it's.svg"; grep -c . "it's.gp" > /dev/null; grep 'set output' "it's.gp"
> -d C{any}
> # A picture by glassnet, for gnuplot 5.
> set terminal svg size {any}
> set output './it''s.svg'
> unset output

# contours: round levels from the path's own values, never from what the grid hits; the colour scale is theirs; curves,
# not pieces, so that the script stays small; the ends of the path are marked
<<< levels.py
import re, sys
t = open(sys.argv[1]).read()
print(re.findall(r"palette cb (\S+)", t), re.search(r"set cbrange (\S+)", t).group(1), len(t) < 40000, re.findall(r" title '([^']*)'", t.split("\nplot ")[1]))
>>>
$ PATH="$PWD/pass:$PATH" glassnet descend "(a*b - 1)^2/2" --from a=4,b=0.3 --lr 0.2 --steps 200 --quiet --plot valley.svg > /dev/null; python3 levels.py valley.svg
> ['0.02', '0.05', '0.1', '0.2', '0.5', '1', '2', '5', '10', '20', '50'] [0.02:50] True ['path', 'start', 'end']
$ PATH="$PWD/pass:$PATH" glassnet descend "sin(x)*cos(y)" --from x=1,y=0.5 --lr 0.3 --steps 40 --quiet --plot waves.svg > /dev/null; python3 levels.py waves.svg
> ['-0.8', '-0.6', '-0.4', '-0.2', '0', '0.2', '0.4', '0.6', '0.8'] [-0.8:0.8] True ['path', 'start', 'end']
# a descent that runs away leaves the picture; its beginning is seen
$ PATH="$PWD/pass:$PATH" glassnet descend "x^2 + 10*y^2" --from x=1,y=0.5 --lr 0.11 --steps 60 --quiet --plot away.svg > /dev/null; python3 levels.py away.svg | grep -o "path, leaves.*"; grep 'set yrange' away.svg
> path, leaves at step {num}', 'start']
> set yrange [-9.{num}:8.{num}]
$ glassnet plot --kind trajectory --x 9,10,11 --y 10 --lr 0.01 --steps 12 | grep -c 'leaves the picture'; glassnet plot --kind trajectory --x 11 --y 10 --lr 0.01 --steps 12 | grep -c 'leaves the picture'
> 1
> 0
? 1

# of more than two columns those are drawn whose plane shows most of what the model says, and it is told which, and at
# what value the others are held; --columns has the last word
<<< four.py
import random
r = random.Random(5)
print("noise,wide,flat,long,class")
for i in range(150):
    c = i % 3
    print("%.2f,%.2f,%.2f,%.2f,%s" % (r.random(), [1, 3, 5][c] + r.random(), 7 + r.random(), [1, 4, 1][c] + r.random(), "abc"[c]))
>>>
$ python3 four.py > four.csv; glassnet train four.csv --net "8 tanh" --epochs 60 --seed 1 --holdout 0 --quiet --out four.safetensors > /dev/null; glassnet plot four.safetensors four.csv --kind boundary --json | python3 -c 'import json, sys; p = json.load(sys.stdin)["panels"][0]; print(p["x_label"], p["y_label"], "|", p["title"], "|", sorted({round(v) for row in p["fields"][0]["z"] for v in row}))'
> wide long | what the model predicts at noise = 0.{num}, flat = 7.{num} (means) | [0, 1, 2]
! glassnet: note: drawn over 'wide' and 'long', by which alone 150 of 150 rows get the class that the model gives them; --columns names others
$ glassnet plot four.safetensors four.csv --kind boundary --columns noise,long --json | python3 -c 'import json, sys; p = json.load(sys.stdin)["panels"][0]; print(p["x_label"], p["y_label"])'
> noise long
$ cut -d, -f2,4,5 four.csv | awk -F, 'NR == 1 { print "tint," $0 } NR > 1 { print (NR % 3 ? "red" : "blue") "," $0 }' > tint.csv; glassnet train tint.csv --net "8 tanh" --epochs 60 --seed 1 --holdout 0 --quiet --out tint.safetensors > /dev/null; glassnet plot tint.safetensors tint.csv --kind boundary 2>/dev/null | grep -o 'what the model.*'
> what the model predicts at tint = red (commonest)
# --columns are those of a boundary: they choose it, and no other kind takes them
$ glassnet plot four.safetensors four.csv --columns 2,4 --json | python3 -c 'import json, sys; p = json.load(sys.stdin)["panels"][0]; print(p["x_label"], p["y_label"], p["title"][:23])'
> wide long what the model predicts
$ glassnet plot four.safetensors four.csv --kind confusion --columns 2,4
! glassnet: error[CFG-CONFLICT]: --columns names the two of a boundary; --kind confusion has none
! hint: such as glassnet plot MODEL DATA --columns 1,2
? 2
$ glassnet plot --kind rates --columns 2,4
! glassnet: error[CFG-CONFLICT]: --columns names the two of a boundary; --kind rates has none
! hint: {any}
? 2
$ glassnet plot "x^2" --columns 2,4
! glassnet: error[CFG-CONFLICT]: --columns names the two of a boundary; an expression has none
! hint: {any}
? 2
$ glassnet plot four.safetensors --columns 2,4
! glassnet: error[USAGE]: --kind boundary takes a model and data
! hint: {any}
? 2

# more classes than there are looks: the key says which are alike
$ awk 'BEGIN { print "a,b,class"; for (i = 0; i < 244; i++) print i % 11 "," i % 13 ",k" 100 + i % 122 }' > wide.csv; glassnet train wide.csv --epochs 1 --holdout 0 --quiet --out wide.safetensors > /dev/null; glassnet plot wide.safetensors wide.csv --json | python3 -c 'import json, sys; l = [s["label"] for s in json.load(sys.stdin)["panels"][0]["series"]]; print(len(l), l[119:])'
> 122 ['k219', 'k220, like k100', 'k221, like k101']

# rows over the colours of what is predicted: white with a dark edge
$ awk 'BEGIN { print "a,b,y"; for (i = 0; i < 60; i++) print i % 7 "," i % 9 "," (i % 7) * (i % 9) }' > product.csv; glassnet train product.csv --epochs 1 --holdout 0 --quiet --out product.safetensors > /dev/null; PATH="$PWD/pass:$PATH" glassnet plot product.safetensors product.csv --plot product.svg; grep -oE "lw 3.6 pt 7 lc rgb '#FFFFFF'|lc rgb '#222222' pt 6 ps 0.8 title '.*'" product.svg
> lw 3.6 pt 7 lc rgb '#FFFFFF'
> lc rgb '#222222' pt 6 ps 0.8 title 'rows of the data'

# of one row every unit is a bar; of few values there are few bars
<<< bars.py
import json, sys
for p in json.load(sys.stdin)["panels"][::2]:
    print(p["x_label"], "|", p["y_label"], "|", len(p["series"][0]["y"]), "|", round(sum(p["series"][0]["y"])) == 100)
>>>
$ glassnet plot four.safetensors four.csv --kind histograms --rows 1 --json | python3 bars.py
> unit | value | 8 | False
> unit | value | 3 | False
$ glassnet plot four.safetensors four.csv --kind histograms --rows 6 --json | python3 bars.py
> value | share in % | 7 | True
> value | share in % | 5 | True
$ glassnet explain four.csv --row 3 --net "8 tanh" --plot - --quiet --json | python3 -c 'import json, sys; print([len(p["series"][0]["y"]) for p in json.load(sys.stdin)["picture"]["panels"]])'
> [8, 8, 3, 3]

# many runs: one name for all their aims, and a key with room of its own
$ PATH="$PWD/pass:$PATH" glassnet plot --kind trajectory --x 1,2,3,4,5,6,7,8,9,10,11,12 --y 10 --lr 0.001 --steps 50 --plot many.svg; grep -c "title 'w\* = y/x of each x'" many.svg; grep -o "size 720,[0-9]*" many.svg
> 1
> size 720,640
$ glassnet plot --kind regimes | head -n 1
>             gradient descent on L = (w·x − y)²: λ = 2x², r = 1 − ηλ

# its borders are curves: few points, most of them not at a cell's corner
$ PATH="$PWD/pass:$PATH" glassnet plot four.safetensors four.csv --kind boundary --columns 2,4 --plot four.svg; python3 -c 'import re; t = open("four.svg").read(); b = re.search(r"\$d2 << EOD\n(.*?)EOD", t, re.S).group(1).split("\n"); print(4 < len(b) < 400)'
> True

# slopes of which nearly all are nearly 0: by the logarithm, so that the others are seen
<<< shares.py
import re
t = open("hist.svg").read()
panels = t.split("set ylabel ")[1:]
print([("logarithm" in p.split("\n")[0]) == bool(re.search(r"^set logscale y", p, re.M)) for p in panels], "logarithm" in t)
>>>
$ sed '2s/.$/b/' four.csv > wrong.csv; PATH="$PWD/pass:$PATH" glassnet plot four.safetensors wrong.csv --kind histograms --plot hist.svg; python3 shares.py
> [True, True, True, True] True

# names from a file are text, never code
<<< hostile.csv
"x'; system(""touch hacked""); '",`touch hacked`,class
1,2,$(touch hacked)
2,1,@hacked
3,1,$(touch hacked)
1,3,@hacked
4,2,$(touch hacked)
2,4,@hacked
>>>
$ glassnet train hostile.csv --epochs 1 --holdout 0 --quiet --out h.safetensors > /dev/null; PATH="$PWD/pass:$PATH" glassnet plot h.safetensors hostile.csv --plot h.svg; grep -o "^set [xy]label.*" h.svg | tail -n 2
> set xlabel 'x''; system("touch hacked"); '''."\n"
> set ylabel '`touch hacked`'
$ if command -v gnuplot > /dev/null; then for k in boundary confusion histograms; do glassnet plot h.safetensors hostile.csv --kind $k --plot "h $k.svg" --keep || echo failed; (gnuplot -d "h $k.gp" 2>&1 | grep -v iconv); done; glassnet plot h.safetensors --plot hn.svg || echo failed; fi; ls hacked 2>/dev/null
? 2

$ PATH="$PWD/pass:$PATH" glassnet plot --kind rates --plot none/r.svg
! glassnet: error[IO-OPEN]: none/r.svg: {any}
? 4

# the real one, where it is: each kind of file
$ if command -v gnuplot > /dev/null; then for e in svg png pdf; do glassnet plot --kind rates --plot r.$e || echo failed; done; head -c 4 r.png | tail -c 3; echo; head -c 4 r.pdf; echo; grep -c '</svg>' r.svg; else printf 'PNG\n%%PDF\n1\n'; fi
> PNG
> %PDF
> 1

# a drawing with characters is text: the other forms refuse it, JSON holds its numbers
$ glassnet descend "x^2" --from x=1 --steps 3 --plot - --format json | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["title"], len(d["picture"]["panels"]))'
> sgd on x^2 {num}
$ for c in "neuron --x 3 --y 10" "diff x^2 --at x=1" "stability --x 3 --y 10" "explain xor"; do glassnet $c --quiet --plot - --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["picture"]["panels"]) > 0)'; done
> True
> True
> True
> True
$ glassnet train moons --epochs 2 --quiet --plot - --json --out t.safetensors | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["status"], len(d["picture"]["panels"]) > 0)'
> done True
$ glassnet stability --map lr-x --json | python3 -c 'import json, sys; print(list(json.load(sys.stdin)))'
> ['panels']
$ glassnet stability --map lr-x --format latex
! glassnet: error[CFG-CONFLICT]: a drawing with characters does not go into latex
! hint: --plot picture.svg writes a file; --format json holds the picture's numbers
? 2
$ glassnet explain xor --plot - --format html
! glassnet: error[CFG-CONFLICT]: a drawing with characters does not go into html
! hint: --plot picture.svg writes a file; --format json holds the picture's numbers
? 2
# beside a result that goes to a file it may be drawn
$ glassnet diff "x^2" --at x=1 --format latex --out d.tex --plot - | grep -c tangent; grep -c 'end{document}' d.tex
> 1
> 1
$ glassnet diff "x^2" --json --format html
! glassnet: error[CFG-CONFLICT]: --json and --format html: the result has one form
? 2

# names stand beside the units, cut in their middle, with room for them at both ends
<<< long.csv
mean_concave_points_of_the_tumour_0,b,mean_concave_points_of_the_tumour_2,y_1,y_2
1,2,3,4,5
2,1,0,1,2
0,1,2,3,4
3,2,1,0,1
1,0,1,0,1
2,2,2,2,2
>>>
$ glassnet train long.csv --target y_1,y_2 --layers 3 --epochs 2 --holdout 0 --quiet --out l.safetensors > /dev/null 2>&1; glassnet plot l.safetensors | grep -oE '(mean_concav…mour_[02]| b) ○|○ y_[12]'
> mean_concav…mour_0 ○
> ○ y_1
>  b ○
> ○ y_2
> mean_concav…mour_2 ○
$ if command -v gnuplot > /dev/null; then glassnet plot l.safetensors --plot l.svg --keep; grep -cE "^set label '(y_1|y_2|b)' .* (left|right) offset" l.gp; else echo 3; fi
> 3

# of a wide layer the strongest units are drawn, wherever they stand; on the terminal the strongest of many weights
<<< wide.py
import random
r = random.Random(3)
print(",".join("in%d" % i for i in range(24)) + ",y")
for _ in range(200):
    x = [r.gauss(0, 1) for _ in range(24)]
    print(",".join("%.3f" % v for v in x) + ",%.3f" % (9 * x[11] - 7 * x[12]))
>>>
$ python3 wide.py > wide.csv; glassnet train wide.csv --net "6 tanh" --epochs 60 --seed 1 --quiet --out wide.safetensors > /dev/null; glassnet plot wide.safetensors > wide.txt; grep -oE 'in1[12]|14 strongest units a layer|24 inputs|the [0-9]+ strongest of the [0-9]+ weights' wide.txt
> 14 strongest units a layer
> 24 inputs
> in11
> in12
> the {num} strongest of the 90 weights

# a part of the rows is spread over all of them, and said to be one
$ glassnet data blobs --n 3000 | (read h; echo "$h"; sort -t, -k3) > sorted.csv; glassnet train sorted.csv --out sorted.safetensors --epochs 3 --quiet > trained.txt; glassnet plot sorted.safetensors sorted.csv --kind landscape --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["panels"][0]["title"])' | sed 's/[0-9.]* there/# there/'
> loss around the weights (# there, over 1,000 of 3,000 rows)
$ glassnet plot sorted.safetensors sorted.csv --kind histograms --json | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["title"]); print(d["panels"][0]["title"])'
> values and slopes of each layer on 1,000 of 3,000 rows
> layer 1 ({any}

# a metric has a panel of its own: an R2 is no accuracy, in whatever order the logs are named; a log without a curve is
# left out and noted
<<< panels.py
import json, sys
for p in json.load(sys.stdin)["panels"]:
    print(p["title"], [(s["label"], s["y"][-1]) for s in p["series"]])
>>>
$ printf '{"epoch": 1, "loss": 2, "held_loss": 2, "held_r2": 0.55}\n' > r2.jsonl; printf '{"epoch": 1, "loss": 1, "held_loss": 1, "held_accuracy": 0.9}\n' > acc.jsonl; printf '{"status": "diverged", "steps": 1}\n' > over.jsonl; glassnet plot r2.jsonl acc.jsonl --json | python3 panels.py | tail -n +2; glassnet plot acc.jsonl r2.jsonl --json | python3 panels.py | tail -n +2
> held-out R2 [('r2.jsonl', 0.55)]
> held-out accuracy [('acc.jsonl', 0.9)]
> held-out accuracy [('acc.jsonl', 0.9)]
> held-out R2 [('r2.jsonl', 0.55)]
$ glassnet plot over.jsonl acc.jsonl --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["title"])'
> learning curves of acc.jsonl
! glassnet: note: over.jsonl: the run ended in its first epoch and has no curve
$ glassnet plot over.jsonl
! glassnet: error[DATA-ROWS]: over.jsonl: the run ended in its first epoch: there is no curve to draw
? 3
# the axis of an accuracy ends at 1
$ PATH="$PWD/pass:$PATH" glassnet plot acc.jsonl --plot acc.svg; grep 'set yrange' acc.svg | tail -n 1
> set yrange [{num}:1]

# where the start has no value there is nothing to draw
$ glassnet plot "log(x)+y^2" --from -1,1 --lr .1
! glassnet: error[CFG-VALUE]: --from: the function is not finite where it starts, with x = -1, y = 1
! hint: start inside its domain: log(x), say, has values above 0 alone
? 2
$ glassnet plot "1/x" --from 0 --kind landscape
! glassnet: error[CFG-VALUE]: --from: the function is not finite where it starts, with x = 0
! hint: start where the function and its slopes are finite numbers
? 2

# options that a kind does not read are refused
$ for o in "--rows 2" "--lr 0.1" "--seed 2" "--from 1" "--guard 3"; do glassnet plot acc.jsonl $o; done 2>&1 | grep error
> glassnet: error[CFG-CONFLICT]: --rows says nothing about a picture of --kind learning
> glassnet: error[CFG-CONFLICT]: --lr says nothing about a picture of --kind learning
> glassnet: error[CFG-CONFLICT]: --seed says nothing about a picture of --kind learning
> glassnet: error[CFG-CONFLICT]: --from says nothing about a picture of --kind learning
> glassnet: error[CFG-CONFLICT]: --guard says nothing about a picture of --kind learning
$ glassnet plot four.safetensors four.csv --kind confusion --lr 0.1
! glassnet: error[CFG-CONFLICT]: --lr says nothing about a picture of --kind confusion
! hint: it is read by --kind contour, rates, regimes, trajectory
? 2
$ glassnet plot m.safetensors moons.csv --rows 5
! glassnet: error[CFG-CONFLICT]: --rows says nothing about a picture of --kind boundary
! hint: it is read by --kind landscape, histograms, confusion
? 2
$ glassnet plot "x^2" --x 3
! glassnet: error[CFG-CONFLICT]: --x says nothing about a picture of --kind contour
! hint: it is read by --kind rates, regimes, trajectory
? 2
$ glassnet plot "x^2" --kind landscape --delim ,
! glassnet: error[CFG-CONFLICT]: --delim says nothing about a picture of --kind landscape of an expression
! hint: {any}
? 2
$ glassnet plot --kind regimes --keep
! glassnet: error[CFG-CONFLICT]: --keep leaves the script beside a picture's file, and --plot names none
! hint: --plot picture.svg --keep leaves picture.gp
? 2

# of one row the units of a layer of up to 40 have a bar each
$ for n in 40 41; do glassnet explain four.csv --row 3 --net "$n tanh" --plot - --quiet --json | python3 -c 'import json, sys; p = json.load(sys.stdin)["picture"]["panels"][0]; print(p["x_label"], len(p["series"][0]["y"]))'; done
> unit 40
> value 7

# a sample of the rows is said to be one
$ (cat four.csv; tail -n +2 four.csv) > eight.csv; glassnet plot four.safetensors eight.csv --kind boundary > /dev/null
! glassnet: note: drawn over 'wide' and 'long', by which alone {num} of 150 rows looked at (of 300) get the class that the model gives them; --columns names others

# what no font has is written as a number in .png and .pdf, by what fc-list says or, without it, by what is sure; .svg
# keeps it, and so does the name of a file
<<< fc-list
#!/bin/sh
echo "PCF 65e5"
echo "TrueType 20-7e 41"
echo "CFF 100 672c-8a9e"
>>>
$ awk 'BEGIN { print "a,b,class"; for (i = 0; i < 20; i++) print i "," i % 3 "," (i < 10 ? "日本語" : "é α 語") }' > cjk.csv; glassnet train cjk.csv --epochs 1 --holdout 0 --quiet --out cjk.safetensors > /dev/null; mkdir fonts; mv fc-list fonts; chmod +x fonts/fc-list; PATH="$PWD/fonts:$PWD/pass:$PATH" glassnet plot cjk.safetensors cjk.csv --plot 日.png --keep; grep -ohE "title '[^']*[α語]'|^set output.*日.*" 日.png 日.gp | sort
> set output './日.png'
> title '\u65e5本語'
> title '\u65e5本語'
> title 'é α 語'
> title 'é α 語'
! glassnet: note: no font here is known to have U+65E5: in the picture such characters stand as \u65e5; an .svg keeps them
$ g=$(command -v glassnet); mkdir alone; ln -s "$(command -v cat)" "$(command -v sh)" alone; cp pass/gnuplot alone; PATH="$PWD/alone" "$g" plot cjk.safetensors cjk.csv --plot alone.pdf; grep -oE "title '[^']*(α|u8a9e)[^']*'" alone.pdf
> title 'é α \u8a9e'
> title '\u65e5\u672c\u8a9e'
! glassnet: note: no font here is known to have U+8A9E: in the picture such characters stand as \u8a9e; an .svg keeps them
$ PATH="$PWD/alone:$PATH" glassnet plot cjk.safetensors cjk.csv --plot alone.svg; grep -o "title '日本語'" alone.svg
> title '日本語'

# a model alone is no expression
$ glassnet plot sorted.safetensors --kind landscape
! glassnet: error[USAGE]: --kind landscape takes a model and data, or an expression
! hint: such as glassnet plot --kind landscape MODEL DATA
? 2
$ glassnet plot "x^2 + y^2" --kind landscape --from 1,1 > land.txt
$ glassnet plot "x +* y" --kind landscape --from 1,1 2>&1 | head -n 1
> glassnet: error[EXP-SYNTAX]: {any}
