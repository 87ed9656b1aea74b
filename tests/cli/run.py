#!/usr/bin/env python3
"""run.py -- runs what the expectation files (*.t) say of the command and compares what it does, line by line.

  tests/cli/run.py GLASSNET [FILE.t ...]

An expectation file is a story in one empty folder:

  # a comment
  $ glassnet data xor --n 2       a shell command; lines that begin with "$+ " continue it
  > x1,x2,class                   the lines of its standard output
  ! glassnet: error[...]: ...     the lines of its standard error
  ? 2                             its exit status, when it is not 0
  <<< name                        until the next ">>>": the text of a file, written before the next command

In an expected line {num} stands for any number, {any} for any text; a line that is {lines} for any number of lines,
{ignore} for whatever comes. The last line printed is "N passed, N failed", counting commands.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
NUMBER = r"[-+]?(?:\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?|inf|nan)"
SECONDS = 300


class Case:
    def __init__(self, line, command):
        self.line, self.command = line, command
        self.out, self.err, self.status = [], [], 0
        self.files = []


def read(path):
    """The cases of a file; a file's text belongs to the case after it."""
    cases, files, name, text = [], [], None, []
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if name is not None:
                if line == ">>>":
                    files.append((name, "".join(t + "\n" for t in text)))
                    name, text = None, []
                else:
                    text.append(line)
            elif line.startswith("<<< "):
                name = line[4:].strip()
            elif line.startswith("$ "):
                cases.append(Case(number, line[2:]))
                cases[-1].files, files = files, []
            elif line.startswith("$+ "):
                cases[-1].command += "\n" + line[3:]
            elif line.startswith("> ") or line == ">":
                cases[-1].out.append(line[2:])
            elif line.startswith("! ") or line == "!":
                cases[-1].err.append(line[2:])
            elif line.startswith("? "):
                cases[-1].status = int(line[2:])
            elif line and not line.startswith("#"):
                sys.exit("%s:%d: not understood: %s" % (path, number, line))
    return cases


def pattern(lines):
    parts = []
    for line in lines:
        if line == "{lines}":
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            p = re.escape(line).replace(re.escape("{num}"), NUMBER).replace(re.escape("{any}"), r"[^\n]*?")
            parts.append(p + r"\n")
    return re.compile("".join(parts) + r"\Z")


def same(expected, got):
    if expected == ["{ignore}"]:
        return True
    text = got if not got or got.endswith("\n") else got + "\n"
    return pattern(expected).match(text) is not None


def show(title, expected, got):
    print("    %s, expected:" % title)
    for line in expected or ["(nothing)"]:
        print("      | " + line)
    print("    got:")
    for line in got.split("\n")[:40]:
        print("      | " + line)


def run_case(case, folder, environment):
    for name, text in case.files:
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(text)
    try:
        r = subprocess.run(["sh", "-c", case.command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                           capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        print("    took more than %d seconds" % SECONDS)
        return False
    out, err = r.stdout.decode("utf-8", "replace"), r.stderr.decode("utf-8", "replace")
    good = r.returncode == case.status and same(case.out, out) and same(case.err, err)
    if not good:
        if r.returncode != case.status:
            print("    exit status %d, expected %d" % (r.returncode, case.status))
        if not same(case.out, out) or r.returncode != case.status:
            show("standard output", case.out, out)
        if not same(case.err, err) or r.returncode != case.status:
            show("standard error", case.err, err)
    return good


def main():
    program = os.path.abspath(sys.argv[1])
    files = sys.argv[2:] or sorted(glob.glob(os.path.join(HERE, "*.t")))
    passed = failed = 0
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GLASSNET")}
    for path in files:
        before = failed
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as where:
            os.symlink(program, os.path.join(where, "glassnet"))
            environment.update(PATH=where + os.pathsep + os.environ["PATH"], LC_ALL="C", TERM="dumb",
                               DATA=os.environ.get("GLASSNET_DATA", os.path.join(HERE, "../../../shared/data")))
            for case in read(path):
                if run_case(case, folder, environment):
                    passed += 1
                else:
                    failed += 1
                    print("FAIL  %s:%d: $ %s" % (os.path.basename(path), case.line, case.command))
        print("%s  %s" % ("ok  " if failed == before else "FAIL", os.path.basename(path)))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
