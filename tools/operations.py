#!/usr/bin/env python3
"""operations.py -- writes docs/operations.md: every row of every table, as `glassnet ops` knows it.

  tools/operations.py GLASSNET            prints the page
  tools/operations.py GLASSNET --write    writes it
  tools/operations.py GLASSNET --check    exit status 1 when it is not what would be written
"""
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGET = os.path.join(ROOT, "docs", "operations.md")
HEADS = {
    "pointwise": ("Pointwise operations", "Value and slopes in x, y, z (the operands) and, in a slope, the value itself under the next letter. "
                  "A number in K(...) is a constant. At a kink the slope is the one that stands here."),
    "contraction": ("Contractions", "Index strings: a letter that is not in the result is summed over, a letter in no operand is broadcast. "
                    "A gradient is a contraction as well, with the result and an operand exchanged."),
    "composed": ("Composed operations", "Spelled in the two kinds above; where there is a fast kernel, a test proves it equal to the spelling."),
    "loss": ("Losses", "In the output z before its link and the target t; the mean over the batch (and the outputs) unless `--reduction` says otherwise."),
    "optimizer": ("Optimisers", "One step of a weight w with gradient g; t counts steps from 1."),
    "schedule": ("Schedules of the learning rate", "What multiplies `--lr`."),
    "init": ("Initialisers", "What multiplies a random draw; in and out are the sizes of the layer, a is the slope of its activation far to the left."),
    "data": ("Generated sets", "What `glassnet data NAME` writes and `glassnet train NAME` learns."),
}


def code(text):
    return "`%s`" % text.replace("|", "\\|") if text else ""


def parameters(row):
    return ", ".join("%s = %s" % (k, json.dumps(v)) for k, v in row.get("parameters", {}).items())


def table(rows):
    columns = [("name", lambda r: code(r["name"]))]
    if any("formula" in r for r in rows):
        columns.append(("formula", lambda r: code(r.get("formula", ""))))
    if any("dx" in r for r in rows):
        columns.append(("slopes", lambda r: "<br>".join("%s: %s" % (d, code(r[d])) for d in ("dx", "dy", "dz") if d in r)))
    if any("parameters" in r for r in rows):
        columns.append(("parameters", parameters))
    if any("about" in r for r in rows):
        columns.append(("what it is for", lambda r: r.get("about", "").replace("|", "\\|")))
    lines = ["| " + " | ".join(c[0] for c in columns) + " |", "|" + "---|" * len(columns)]
    return lines + ["| " + " | ".join(c[1](r) for c in columns) + " |" for r in rows]


def page(program):
    known = json.loads(subprocess.run([program, "ops", "--json"], check=True, capture_output=True, text=True).stdout)
    out = ["# What glassnet knows", "", "Every row of every table in `src/defs/`, as `glassnet ops` prints it; the formula shown is the code that runs. "
           "Written by `make docs`; a test fails when it is stale."]
    for name, rows in known.items():
        title, about = HEADS.get(name, (name, ""))
        out += ["", "## " + title, "", about, ""] + table(rows)
    return "\n".join(out) + "\n"


def main():
    text = page(sys.argv[1])
    if "--write" in sys.argv:
        with open(TARGET, "w", encoding="utf-8") as f:
            f.write(text)
    elif "--check" in sys.argv:
        if not os.path.exists(TARGET) or open(TARGET, encoding="utf-8").read() != text:
            print("docs/operations.md is stale: run make docs")
            return 1
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
