#!/usr/bin/env python3
"""pictures.py -- the pictures of docs/pictures.md, made by the commands that stand there.

  tools/pictures.py GLASSNET --write    draws them again into docs/pictures/ (needs gnuplot)
  tools/pictures.py GLASSNET            runs every command and holds its gnuplot script against the kept one: the words must be the same, the numbers
                                        within 1e-6; ends with "N passed, N failed"
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "pictures.md")
KEPT = os.path.join(ROOT, "docs", "pictures")
LARGEST_KEPT = 40000        # bytes of a script that is kept beside its picture
NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?")


def commands():
    with open(PAGE, encoding="utf-8") as f:
        blocks = re.findall(r"^```sh\n(.*?)^```$", f.read(), re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


def run(glassnet, line, folder):
    words = shlex.split(line)
    assert words[0] == "glassnet", line
    if words[1] == "plot":
        words.append("--keep")
    return subprocess.run([glassnet] + words[1:], cwd=folder, capture_output=True, text=True, check=False)


def same(a, b):
    if NUMBER.sub("#", a) != NUMBER.sub("#", b):
        return False
    pairs = zip(NUMBER.findall(a), NUMBER.findall(b))
    return all(x == y or abs(float(x) - float(y)) <= 1e-6 * max(1, abs(float(y))) for x, y in pairs)


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def check(name, folder):
    """What is wrong with the script of a picture, or an empty text."""
    script, kept = os.path.join(folder, name + ".gp"), os.path.join(KEPT, name + ".gp")
    if not os.path.exists(script):
        return "no script was written"
    if not os.path.exists(os.path.join(KEPT, name + ".svg")):
        return "docs/pictures has no such picture; make pictures"
    if os.path.exists(kept) and not same(read(script), read(kept)):
        return "the script is not the kept one; look at it, then make pictures"
    return ""


def main():
    glassnet, write = os.path.abspath(sys.argv[1]), "--write" in sys.argv[2:]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for line in commands():
            r = run(glassnet, line, folder)
            name = re.search(r"--plot (\S+)\.svg", line)
            wrong = "" if r.returncode == 0 or (name and not shutil.which("gnuplot")) else r.stderr
            if not wrong and name and not write:
                wrong = check(name.group(1), folder)
            if not wrong and name and write:
                for end in (".svg", ".gp"):
                    source = os.path.join(folder, name.group(1) + end)
                    if end == ".svg" or os.path.getsize(source) <= LARGEST_KEPT:
                        shutil.copy(source, KEPT)
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong:
                print("FAIL  %s\n      %s" % (line, wrong.strip()))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
