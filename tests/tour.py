#!/usr/bin/env python3
"""tour.py -- holds the pages that teach to what the command does: docs/tour.md, the README's section on the glass box
and docs/acceptance.md.

  tests/tour.py GLASSNET [--write]

docs/tour.md: every block

  ```console
  $ glassnet neuron --x 3 ...
  what it prints
  ```

is run, in order, in one empty folder, and what it prints (both streams) is compared line by line, save that numbers
below 1e-8, which rounding leaves, need only be as small; an exit status that is not 0 stands as a last line
"[exit status N]". Every number in the prose must occur in a block of the same section. With --write the blocks are
filled with what is printed now: read the difference before you commit it.

docs/acceptance.md: in each row of a table, a command in backquotes in the column "command" is run and must end with
status 0, or N where "(exit N)" follows it, and print each number or `text` of the column "shows"; a number agrees when
it is the same to the digits that the page has. A test is named as file: function, and must be registered in a file
whose name begins so.
The last line printed is "N passed, N failed".
"""
import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECONDS = 300
NUMBER = re.compile(r"(?<![\w.,-])[-−]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])")


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def ok(self):
        self.passed += 1

    def bad(self, what, detail=""):
        self.failed += 1
        print("FAIL  " + what)
        for line in detail.splitlines()[:30]:
            print("      " + line)


class Shell:
    """Commands in one empty folder, with glassnet and the examples at hand."""

    def __init__(self, glassnet, folder):
        self.folder = folder
        os.symlink(os.path.join(ROOT, "examples"), os.path.join(folder, "examples"))
        self.env = dict(os.environ, PATH=os.path.dirname(os.path.abspath(glassnet)) + os.pathsep + os.environ["PATH"],
                        LC_ALL="C.UTF-8", NO_COLOR="1", COLUMNS="80")

    def run(self, command):
        done = subprocess.run(["sh", "-c", command], cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
        return done.returncode, done.stdout.decode("utf-8", "replace")


# ---- the tour ----------------------------------------------------------------------------------------------------


def blocks(lines):
    """(first line, line after the last, commands): a command is (text, expected lines)."""
    at = 0
    while at < len(lines):
        if lines[at] != "```console":
            at += 1
            continue
        end = lines.index("```", at)
        commands = []
        for line in lines[at + 1:end]:
            if line.startswith("$ "):
                commands.append([line[2:], []])
            elif line.startswith("> ") and commands and not commands[-1][1] and commands[-1][0].endswith("\\"):
                commands[-1][0] += "\n" + line[2:]
            else:
                commands[-1][1].append(line)
        yield at, end, commands
        at = end + 1


def printed(status, out):
    lines = [line.rstrip() for line in out.rstrip("\n").split("\n")] if out else []
    return lines + (["[exit status %d]" % status] if status else [])


TINY = re.compile(r"-?\d+(?:\.\d+)?e-(?:[1-9]\d|9)\b")


def loose(line):
    """A line with what is left by rounding (below 1e-8, or 0) made equal, and the width of its columns with it."""
    line = re.sub(r"(?<![\w.])0(?!\w|\.\d)", "tiny", TINY.sub("tiny", line))
    return re.sub(r"─+", "─", re.sub(r"\s+", " ", line.strip()))


def first_difference(expected, got):
    """What rounding leaves depends on the instruction set: such numbers need only be as small."""
    rounding = any(TINY.search(line) for line in expected + got)
    if rounding and loose(" ".join(expected)) == loose(" ".join(got)):
        return ""
    for i in range(max(len(expected), len(got))):
        a = expected[i] if i < len(expected) else "(nothing)"
        b = got[i] if i < len(got) else "(nothing)"
        if a != b and not (rounding and loose(a) == loose(b)):
            return "line %d\n  page:    %s\n  printed: %s" % (i + 1, a, b)
    return ""


def values(text):
    """Numbers as floats; a minus sign counts as a sign only where nothing stands before it."""
    found = set()
    for m in NUMBER.finditer(text):
        try:
            found.add(abs(float(m.group().replace(",", "").replace("−", "-"))))
        except ValueError:
            pass
    return found


def prose_numbers(lines, tally, page):
    """Section by section: numbers of the prose against those of the blocks."""
    section, prose, shown, inside = "", [], "", False
    for line in lines + ["## "]:
        if line.startswith("```"):
            inside = not inside
        elif inside:
            shown += line + "\n"
        elif line.startswith("## "):
            have = values(re.sub(r"[=,()\[\]*/^]", " ", shown)) | {float(n) for n in range(0, 11)}
            for text in prose:
                for v in sorted(values(re.sub(r"[=()\[\]*/^]", " ", text)) - have):
                    tally.bad("%s, %s: %r stands in the prose and in no command beside it" % (page, section, v), text)
            tally.ok()
            section, prose, shown = line[3:], [], ""
        elif not line.startswith(("#", "<!--")):
            prose.append(re.sub(r"`[^`]*`|\]\([^)]*\)|\b[A-D]\d+\w?\b|\bS\d\b", " ", line))


def tour(glassnet, write, tally):
    page = os.path.join(ROOT, "docs", "tour.md")
    with open(page, encoding="utf-8") as f:
        lines = f.read().split("\n")
    made, last = [], 0
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(glassnet, folder)
        for start, end, commands in blocks(lines):
            made += lines[last:start + 1]
            for command, expected in commands:
                got = printed(*shell.run(command))
                made += ["$ " + command.replace("\n", "\n> ")] + got
                wrong = first_difference(expected, got)
                if wrong and not write:
                    tally.bad("docs/tour.md:%d: $ %s" % (start + 1, command), wrong)
                else:
                    tally.ok()
            last = end
    made += lines[last:]
    if write:
        with open(page, "w", encoding="utf-8") as f:
            f.write("\n".join(made))
        lines = "\n".join(made).split("\n")
    prose_numbers(lines, tally, "docs/tour.md")


def readme(glassnet, tally):
    """The indented blocks of the README's section on the glass box, one command each."""
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as f:
        text = re.search(r"^## The glass box\n(.*?)^## ", f.read(), re.S | re.M).group(1)
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(glassnet, folder)
        for command, expected in re.findall(r"^    \$ (.*)\n((?:    .*\n)*)", text, re.M):
            got = printed(*shell.run(command))
            wrong = first_difference([line[4:].rstrip() for line in expected.splitlines()], got)
            tally.bad("README.md: $ " + command, wrong) if wrong else tally.ok()


# ---- the table ---------------------------------------------------------------------------------------------------


def cells(line):
    return [c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line.strip()[1:-1])]


def rows(lines):
    """(line number, {column: cell}) of every table that has a column "command" or "test"."""
    head = None
    for number, line in enumerate(lines, 1):
        if not line.startswith("|"):
            head = None
        elif head is None:
            head = cells(line)
        elif not set(line) <= set("|-: "):
            yield number, dict(zip(head, cells(line)))


def agrees(text, number):
    """Does the text hold this number, to the digits that the page gives?"""
    want = float(number)
    digits = len(re.sub(r"[eE].*|\D", "", number).lstrip("0"))
    for m in re.finditer(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", text):
        if m.start() and text[m.start() - 1].isalnum():
            continue
        have = float(m.group())
        if have == want or abs(have - want) <= 0.51 * 10.0 ** (-digits + 1) * 10.0 ** decade(want):
            return True
    return False


def decade(v):
    return len("%d" % int(abs(v))) - 1 if abs(v) >= 1 else int(("%e" % v).split("e")[1]) if v else 0


def shows(out, cell):
    """What of the cell is not in the output."""
    for text in re.findall(r"`([^`]*)`", cell):
        if text not in out:
            yield text
    for part in re.sub(r"`[^`]*`", "", cell).replace(",", " ").split():
        if re.fullmatch(r"-?[\d.]+(?:e-?\d+)?", part) and not agrees(out, part):
            yield part


def check_command(shell, number, row, tally):
    for command, status in re.findall(r"`((?:glassnet|python3|sh) [^`]*)`(?: \(exit (\d+)\))?", row.get("command", "")):
        got, out = shell.run(command)
        where = "docs/acceptance.md:%d: $ %s" % (number, command)
        if got != int(status or 0):
            tally.bad("%s: exit status %d" % (where, got), out)
            continue
        missing = list(shows(out, row.get("shows", "")))
        if missing:
            tally.bad("%s: does not show %s" % (where, ", ".join(missing)))
        else:
            tally.ok()


def check_test(number, row, tally):
    for path, function in re.findall(r"(tests/\w+): (\w+)", row.get("test", "")):
        text = ""
        for name in sorted(glob.glob(os.path.join(ROOT, path + "*.c"))):
            with open(name, encoding="utf-8") as f:
                text += f.read()
        if not re.search(r"\(%s\)" % function, text):
            tally.bad("docs/acceptance.md:%d: there is no %s %s" % (number, path, function))
        else:
            tally.ok()


def acceptance(glassnet, tally):
    with open(os.path.join(ROOT, "docs", "acceptance.md"), encoding="utf-8") as f:
        lines = f.read().split("\n")
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(glassnet, folder)
        shell.run("%s examples/documents.py" % shlex.quote(sys.executable))
        for number, row in rows(lines):
            if "command" not in row and "test" not in row:
                continue
            check_command(shell, number, row, tally)
            check_test(number, row, tally)
            if not re.search(r"`(glassnet|python3|sh) |tests/", row.get("command", "") + row.get("test", "")):
                tally.bad("docs/acceptance.md:%d: nothing shows it" % number, str(row))


def main():
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    tally = Tally()
    tour(sys.argv[1], "--write" in sys.argv[2:], tally)
    readme(sys.argv[1], tally)
    acceptance(sys.argv[1], tally)
    print("%d passed, %d failed" % (tally.passed, tally.failed))
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
