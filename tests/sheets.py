#!/usr/bin/env python3
"""sheets.py -- the sheets of tests/test_lens_show.c in their media: HTML is well-formed both ways and asks for nothing, LaTeX compiles where
pdflatex is, Markdown and LaTeX keep to what KaTeX and GitHub render, the command's JSON is JSON with the numbers in full.
   tests/sheets.py BUILD"""
import html.parser
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

passed = failed = 0
VOID = {"meta", "br", "img", "link", "input", "hr"}
# What the equations may use: all of it in amsmath, in KaTeX and in MathJax as GitHub allows it.
KNOWN = set("""frac partial hat mathrm text left right begin end boxed cdot odot oslash sqrt top infty log sin cos tanh max min sigma lVert rVert sum quad
le ge ne circ cdots vdots ddots alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho tau phi chi psi omega
Delta Gamma Theta Lambda Sigma Phi Psi Omega""".split())


def check(name, ok, why=""):
    global passed, failed
    if ok:
        passed += 1
    else:
        failed += 1
        print(f"FAIL  {name}: {why}")


class Balanced(html.parser.HTMLParser):
    """Tags pair as HTML reads them; nothing refers to the network; ids are given once."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.ids, self.data = [], [], set(), 0

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("src", "href", "action", "srcset") or name.startswith("on"):
                self.wrong.append(f"{tag} has {name}")
            if name == "id":
                if value in self.ids:
                    self.wrong.append(f"id {value} twice")
                self.ids.add(value)
            if tag == "data" and name == "value":
                float(value)
                self.data += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")


def check_html(name, text):
    try:
        xml.etree.ElementTree.fromstring(text.split("\n", 1)[1])
        check(name + " as XML", True)
    except xml.etree.ElementTree.ParseError as e:
        check(name + " as XML", False, str(e))
    page = Balanced()
    page.feed(text)
    check(name + " as HTML", not page.open and not page.wrong and page.data > 0, f"{page.open} {page.wrong[:5]} {page.data} numbers")


def braces(text):
    depth = 0
    for sign in re.sub(r"\\[\\{}]", "", text):
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


def check_equations(name, blocks):
    check(name + " has equations", bool(blocks))
    for block in blocks:
        words = set(re.findall(r"\\([A-Za-z]+)", block))
        begins, ends = re.findall(r"\\begin{(\w+)}", block), re.findall(r"\\end{(\w+)}", block)
        fences = len(re.findall(r"\\left\b", block)) == len(re.findall(r"\\right\b", block))
        ok = words <= KNOWN and sorted(begins) == sorted(ends) and fences and braces(block) and "\n\n" not in block
        if not ok:
            check(name, False, f"{sorted(words - KNOWN)} in {block[:300]}")
            return
    check(name + " equations", True)


def check_latex(name, folder, text):
    check_equations(name, re.findall(r"\\begin{fitted}\n(.*?)\\end{fitted}\n", text, re.S))
    if not shutil.which("pdflatex"):
        print("skip  LaTeX compiles: no pdflatex (texlive-latex-base)")
        return
    run = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", name], cwd=folder, capture_output=True)
    errors = [l for l in run.stdout.decode("utf-8", "replace").split("\n") if l.startswith("!") or l.startswith("l.")]
    check(name + " compiles", run.returncode == 0 and os.path.exists(os.path.join(folder, name[:-4] + ".pdf")), str(errors[:4]))


def check_markdown(name, text):
    parts = re.split(r"^\$\$$", text, flags=re.M)
    check(name + " $$ pair", len(parts) % 2 == 1)
    check_equations(name, parts[1::2])
    outside = "\n".join(parts[0::2])
    tags = set(re.findall(r"<[^>]*>", outside))
    check(name + " has no HTML but anchors", all(re.fullmatch(r'<a id="s\d+">|</a>', t) for t in tags), str(tags)[:300])


def numbers_of(value):
    return [n for v in value for n in numbers_of(v)] if isinstance(value, list) else [value]


def check_json(command):
    run = subprocess.run([command, "diff", "x^2 + 4*y^2 + log(z)", "--at", "x=1,y=1,z=0", "--format", "json"], capture_output=True)
    if run.returncode == 2:
        print("skip  JSON: no command of this build shows a sheet")
        return
    sheet = json.loads(run.stdout)
    check("JSON has its parts", {"title", "facts", "symbols", "lines"} <= set(sheet))
    for symbol in sheet["symbols"]:
        values = numbers_of(symbol["value"])
        ok = len(values) == symbol["rows"] * symbol["cols"] and all(isinstance(v, (int, float)) or v in ("inf", "-inf", "nan") for v in values)
        if not ok:
            check("JSON values", False, str(symbol))
            return
    check("JSON values", any(v in ("inf", "-inf") for s in sheet["symbols"] for v in numbers_of(s["value"])), "no number that is not finite")
    equations = [l for l in sheet["lines"] if l["kind"] == "equation"]
    check("JSON equations", bool(equations) and all(sheet["symbols"][l["symbol"]]["name"] == l["name"] for l in equations))
    alike = subprocess.run([command, "diff", "x^2 + 4*y^2 + log(z)", "--at", "x=1,y=1,z=0", "--json"], capture_output=True)
    check("--json is --format json", alike.stdout == run.stdout)
    assert all(math.isfinite(v) for s in sheet["symbols"] for v in numbers_of(s["value"]) if not isinstance(v, str))


# Commands whose equations are all read again, from what the command itself wrote.
COMMANDS = """neuron --x 3 --y 10 --w 0.5 --lr 0.1 --steps 2
neuron --x 1,2 --y 3 --w 1,1 --b 0.5 --lr 0.01 --steps 3
neuron --x 3 --y 10 --w 0.5 --lr 0.5 --steps 400
diff x^2*y+y^3 x*y --order 2 --at x=1,y=2
diff sin(x)*exp(y)^sqrt(x/y)+where(x>0,1,abs(y)) --at x=1,y=2 --along 0.01,0.02
descend x^2+4*y^2 --from x=1,y=1 --lr 0.1
explain xor --row 0-3 --layers 3
explain spirals --row 0 --layers 4 --precision f64
stability x^2+4*y^2 --from x=1,y=1
museum 26"""


def text_of(value):
    if isinstance(value, list):
        return "[" + ", ".join(text_of(v) for v in value) + "]"
    return value if isinstance(value, str) else repr(value)


def check_again(build):
    """Law 13, end to end: numbers and value of every equation in the JSON of each command."""
    for command in COMMANDS.split("\n"):
        run = subprocess.run([os.path.join(build, "glassnet"), *command.split(), "--format", "json"], capture_output=True)
        if run.returncode == 2 and b"no such command" in run.stderr:
            print(f"skip  {command}: not in this build")
            continue
        if run.returncode not in (0, 1) or not run.stdout:
            check(command, False, run.stderr.decode("utf-8", "replace")[:300])
            continue
        sheet = json.loads(run.stdout)
        lines = [l for l in sheet["lines"] if l["kind"] == "equation" and "numbers" in l and "value" in l]
        single = any(s["type"] == "f32" for s in sheet["symbols"])
        text = "".join(f"{1e-5 if single else 1e-9}\t{l['numbers']}\t{text_of(l['value'])}\n" for l in lines)
        again = subprocess.run([os.path.join(build, "tests", "test_lens_show"), "--again"], input=text.encode(), capture_output=True)
        check(f"{command}: {len(lines)} equations", lines and again.returncode == 0, again.stdout.decode("utf-8", "replace")[:600])


# ---- the page --------------------------------------------------------------------------------------------------------

OVERFULL = re.compile(r"Overfull \\[hv]box \(([\d.]+)pt")
SHEETS = re.compile(r"\s*glassnet (diff|explain|neuron|descend|stability|check|diagnose|museum)\b")
# Wide ones: long sums, 17 digits, everything that a depth holds.
WIDE = """explain wide.csv --row 0-7 --weight 0.weight[1,2]
explain wide.csv --row 0 --neuron 1[3] --digits 17 --depth 4
neuron --x 1,2,3,4,5,6,7,8,9,10,11,12 --w 1,1,1,1,1,1,1,1,1,1,1,1 --y 10 --lr 0.001 --digits 17
diff (a+b+c+d+x+y+z)^2*exp(sin(a*b)*cos(c*d))*log(x^2+y^2+z^2) --order 2 --at 1,2,3,4,5,6,7
museum all"""


def tour_commands():
    """The shell commands of docs/tour.md in their order."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(os.path.join(root, "docs", "tour.md"), encoding="utf-8") as f:
        for block in re.findall(r"^```console\n(.*?)^```", f.read(), re.S | re.M):
            yield from re.findall(r"^\$ ((?:.*\\\n)*.*)", block.replace("\\\n> ", " "), re.M)


def write_wide(folder):
    with open(os.path.join(folder, "wide.csv"), "w", encoding="utf-8") as f:
        f.write(",".join(f"x{i}" for i in range(13)) + ",class\n")
        for row in range(24):
            f.write(",".join(f"{math.sin(row * 13 + i) * 1000 ** (i / 12):.6g}" for i in range(13)) + f",c{row % 3}\n")


def check_page(build):
    """What the tour shows, and wider things, as LaTeX: pdflatex finds nothing that runs off the page."""
    if not shutil.which("pdflatex"):
        return
    env = dict(os.environ, PATH=os.path.abspath(build) + os.pathsep + os.environ["PATH"], LC_ALL="C.UTF-8")
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(root, "examples"), os.path.join(folder, "examples"))
        write_wide(folder)
        made = []
        for command in tour_commands():
            subprocess.run(["sh", "-c", command], cwd=folder, env=env, capture_output=True, stdin=subprocess.DEVNULL)
            first = command.split(" | ")[0]
            if SHEETS.match(first) and "--format" not in first and "--map" not in first and "--json" not in first and ">" not in first:
                made.append(f"{first} --format latex --out t{len(made)}.tex")
                subprocess.run(["sh", "-c", made[-1]], cwd=folder, env=env, capture_output=True, stdin=subprocess.DEVNULL)
        for command in WIDE.split("\n"):
            made.append(f"{command} (wide)")
            subprocess.run(["glassnet", *command.split(), "--format", "latex", "--out", f"t{len(made) - 1}.tex"], cwd=folder, env=env, capture_output=True)
        check("the tour has sheets", len(made) > 20, str(made))
        for i, command in enumerate(made):
            run = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"t{i}.tex"], cwd=folder, capture_output=True)
            log = run.stdout.decode("utf-8", "replace")
            wide = [l for l in log.split("\n") if (m := OVERFULL.match(l)) and float(m.group(1)) > 20]
            check(f"on the page: {command}", run.returncode == 0 and not wide, f"{log[-300:] if run.returncode else wide[:3]}")


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else "build"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(build, "tests", "test_lens_show"), "--write", folder], check=True)
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8", newline="") as f:
                text = f.read()
            if name.endswith(".html"):
                check_html(name, text)
            if name.endswith(".tex"):
                check_latex(name, folder, text)
            if name.endswith(".md"):
                check_markdown(name, text)
    check_again(build)
    check_page(build)
    check_json(os.path.abspath(os.path.join(build, "glassnet")))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
