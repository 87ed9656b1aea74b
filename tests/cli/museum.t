# Mistakes in print, each beside what is right.
$ glassnet museum | head -n 3
> S0  Math of a Neural Net, a README and its notebook (NB)
>    1  critical-rate     the limit of the learning rate is half of what it is
>    2  two-limits        one cell, two limits

$ glassnet museum | grep -c '^ *[0-9]*  [a-z0-9-]*  '
> 43

$ glassnet museum 26 | head -n 4
> Exhibit 26: divided by the batch twice
> where: S2, Complete Neural Network, backward
> it says: "dW = (dZ @ A_prev.T) / batch"
> right: dW = dZ*A_prev', the mean is in dA already

$ glassnet museum 26 | grep -o 'divided by the batch once more' | head -n 1
> divided by the batch once more

# by name; a stroke or a line under, both are read
$ glassnet museum upside-down | head -n 1
> Exhibit 23: chain rule factors upside down

$ glassnet museum upside_down --digits 14 | grep -c 1.8230714346567
> {num}

$ glassnet museum 34 --json | python3 -c 'import json,sys; d = json.load(sys.stdin); print({s["name"]: s["value"] for s in d["symbols"]}["spectral"])'
> 0.9486832980505{any}

$ glassnet museum all | grep -c '^Exhibit '
> 43

# no line is wider than a terminal
$ glassnet museum all | python3 -c 'import sys; print(max(len(l.rstrip("\n")) for l in sys.stdin) <= 80)'
> True

# all of them are one document in every form, and the list takes the forms too
$ glassnet museum all --format json | python3 -c 'import json,sys; d = json.load(sys.stdin); print(len(d), d[25]["title"])'
> 43 Exhibit 26: divided by the batch twice

$ glassnet museum all --format html | python3 -c 'import re,sys; t = sys.stdin.read(); i = re.findall(r" id=\"([^\"]*)\"", t); print(t.count("<!DOCTYPE"), t.count("</html>"), t.count("<section"), len(i) == len(set(i)), len(i) > 200)'
> 1 1 43 True True

$ glassnet museum all --format latex --out all.tex; grep -c 'documentclass' all.tex; grep -c 'end{document}' all.tex; grep -c '^.section\*{Exhibit' all.tex
> 1
> 1
> 43

$ glassnet museum all --format markdown | python3 -c 'import re,sys; t = sys.stdin.read(); i = re.findall(r"<a id=\"([^\"]*)\"", t); print(len(re.findall("^# ", t, re.M)), len(re.findall("^## ", t, re.M)), len(i) == len(set(i)))'
> 1 43 True

$ glassnet museum --format markdown | head -n 7
> # the museum: mistakes in print
>
> ## S0: Math of a Neural Net, a README and its notebook (NB)
>
> | number | name | what it is |
> | ---: | --- | --- |
> | 1 | critical-rate | the limit of the learning rate is half of what it is |

$ glassnet museum --format html | grep -c '<table'
> 5

$ glassnet museum --json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))'
> 43

$ glassnet museum 44
! glassnet: error[USAGE]: there is no exhibit '44'; they are 1 to 43
! hint: glassnet museum lists them
? 2

$ glassnet museum distil
! glassnet: error[USAGE]: there is no exhibit 'distil'; they are 1 to 43
! hint: did you mean distill?
? 2

$ glassnet museum all --out x.txt; grep -c '^Exhibit ' x.txt
> 43

$ glassnet museum 5 --out five.txt; head -n 1 five.txt
> Exhibit 5: a square that was estimated

# no line of the whole museum ends in a blank or is wider than a page
$ glassnet museum all | python3 -c 'import sys; print(sum(l != l.rstrip() or len(l) > 80 for l in sys.stdin.read().split("\n")))'
> 0
