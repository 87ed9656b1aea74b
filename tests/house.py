#!/usr/bin/env python3
"""house.py -- checks the order of the house: what may include what, sizes, names, calls that a library must not make, and that what
stands in a table shows in the command (law 14).

  tests/house.py [BUILD]      BUILD: the build folder, default build

Each violation is printed; the last line is "N passed, N failed".
"""
import glob
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.chdir(ROOT)
BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"
CC = os.environ.get("CC", "cc")
CXX = os.environ.get("CXX", "c++")
ROOMS = ["base", "formula", "kernel", "graph", "nn", "data", "lens", "cli"]
MAX_LINES, MAX_FUNCTION = 520, 100
NOT_ALONE = re.compile(r"_tmpl\.h$|row_names\w*\.h$")     # bodies that a template's user completes

BANNED = ["printf", "fprintf", "vprintf", "vfprintf", "puts", "fputs", "putchar", "perror", "exit", "_exit", "abort", "assert", "setlocale", "strtod",
          "strtof", "atof", "sscanf", "fscanf", "scanf", "rand", "srand", "sprintf", "vsprintf", "strcpy", "strcat", "strtok", "gets", "alloca"]
MEMORY = ["malloc", "calloc", "realloc", "free", "strdup"]


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def code_only(text):
    """C text with comments, strings and characters blanked; every line keeps its number."""
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def sources(*patterns):
    found = []
    for p in patterns:
        found += glob.glob(p, recursive=True)
    return sorted(found)


def room_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


# ---- checks: each yields its violations ---------------------------------------------------------------------------------

def check_includes():
    for path in sources("src/**/*.[ch]"):
        own = room_of(path)
        for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', read(path), re.M):
            target = os.path.normpath(os.path.join(os.path.dirname(path), m.group(1)))
            if not os.path.exists(target):
                target = os.path.join("include", m.group(1))
                if not os.path.exists(target):
                    yield "%s includes %s, which is not there" % (path, m.group(1))
                continue
            room = room_of(target)
            if room in ROOMS and own in ROOMS and ROOMS.index(room) > ROOMS.index(own):
                yield "%s includes %s: %s stands before %s" % (path, target, own, room)


def check_map():
    r = run(sys.executable, "tools/map.py", "--check")
    if r.returncode:
        yield r.stdout.strip() or r.stderr.strip()


def check_file_sizes():
    for path in sources("src/**/*.[ch]", "src/defs/*.def", "include/*.h", "tests/**/*.[ch]", "tests/**/*.py", "tools/*", "bench/**/*.[chp]*",
                        "examples/*.c"):
        if os.path.isfile(path) and not path.endswith(".pyc"):
            n = read(path).count("\n")
            if n > MAX_LINES:
                yield "%s: %d lines, at most %d" % (path, n, MAX_LINES)


def functions(text):
    """(name, first line, last line) of every body that opens at the start of a line or ends a line at depth 0."""
    depth, start, name = 0, 0, ""
    lines = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", blank, text, flags=re.M).split("\n")
    head = ""
    for i, line in enumerate(lines, 1):
        opened, closed = line.count("{"), line.count("}")
        if depth == 0 and opened:
            start = i
            called = re.findall(r"(\w+)\s*\(", head + line)
            name = called[0] if called and "=" not in (head + line).split("(")[0] else ""
        depth += opened - closed
        if depth <= 0 and (opened or closed):
            if name:
                yield name, start, i
            depth, name, head = 0, "", ""
        elif depth == 0:
            head = "" if not line.strip() or line.rstrip().endswith(";") else head + line
    if depth:
        yield "(braces do not match)", 0, 10**6


def check_function_sizes():
    for path in sources("src/**/*.[ch]"):
        if path.endswith("_tmpl.h"):
            continue
        text = code_only(read(path)).replace('extern " "', "")
        for name, first, last in functions(text):
            if last - first + 1 > MAX_FUNCTION:
                yield "%s:%d: %s has %d lines, at most %d" % (path, first, name, last - first + 1, MAX_FUNCTION)


def check_headers_alone():
    for path in sources("src/**/*.h"):
        if NOT_ALONE.search(path):
            continue
        r = run(CC, "-fsyntax-only", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-DGN_BUILDING", "-Iinclude", "-Isrc", "-x", "c", path)
        if r.returncode:
            yield "%s does not compile alone: %s" % (path, r.stderr.strip().split("\n")[0])


def check_public_header():
    ways = [(CC, "-std=c11", "c")]
    if shutil.which(CXX):
        ways.append((CXX, "-std=c++17", "c++"))
    for compiler, standard, language in ways:
        r = run(compiler, "-fsyntax-only", standard, "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Iinclude", "-x", language, "-",
                input="#include <glassnet.h>\n")
        if r.returncode:
            yield "glassnet.h under %s: %s" % (standard, r.stderr.strip().split("\n")[0])


def symbols(path, *flags):
    r = run("nm", *flags, "--defined-only", path)
    return [line.split() for line in r.stdout.split("\n") if len(line.split()) == 3]


def check_shared_exports():
    declared = set(re.findall(r"(gn_\w+)\s*\(", " ".join(re.findall(r"GN_API[^;]*;", code_only(read("include/glassnet.h"))))))
    path = BUILD + "/libglassnet.so"
    shown = {s[2].split("@")[0] for s in symbols(path, "-D")}
    if not shown:
        yield "%s: no symbols read" % path
    for name in sorted(shown - declared):
        yield "%s shows %s, which glassnet.h does not declare" % (path, name)
    for name in sorted(declared - shown):
        yield "%s lacks %s, which glassnet.h declares" % (path, name)


def check_archive_names():
    path = BUILD + "/libglassnet.a"
    found = symbols(path, "-g")
    if not found:
        yield "%s: no symbols read" % path
    for s in found:
        if not s[2].startswith("gn_"):
            yield "%s has the global symbol %s" % (path, s[2])


def check_no_mutable_state():
    # Constant tables that hold addresses: nm calls them data, the loader makes them read-only.
    table = run("objdump", "-t", BUILD + "/libglassnet.a").stdout.split("\n")
    fixed = {line.split()[-1] for line in table if ".data.rel.ro" in line}
    for s in symbols(BUILD + "/libglassnet.a"):
        if s[1] in "bBdDcC" and not s[2].startswith("__") and s[2] not in fixed:
            yield "libglassnet.a: %s is mutable state" % s[2]


def check_banned_calls():
    for path in sources("src/**/*.[ch]"):
        room = room_of(path)
        if room not in ROOMS or room == "cli":
            continue
        names = BANNED + ([] if room == "base" else MEMORY)
        text = code_only(read(path))
        for m in re.finditer(r"(?<![\w.>])(%s)\s*\(" % "|".join(names), text):
            yield "%s:%d: calls %s" % (path, line_of(text, m.start()), m.group(1))


def check_unfinished():
    words = re.compile(r"\b(%s)\b" % "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]))
    for path in sources("src/**/*.*", "include/*", "tests/**/*.*", "tools/*", "bench/**/*.*", "examples/*", "Makefile", "*.md"):
        if not os.path.isfile(path) or path.endswith(".pyc"):
            continue
        try:
            text = read(path)
        except UnicodeDecodeError:
            continue
        for m in words.finditer(text):
            yield "%s:%d: %s" % (path, line_of(text, m.start()), m.group(0))


def check_ops_shows_tables():
    tool = BUILD + "/glassnet"
    if not os.path.exists(tool) or run(tool, "ops").returncode:
        raise Skip("%s ops does not run yet" % tool)
    words = set(re.split(r"[^A-Za-z0-9_]+", run(tool, "ops").stdout.replace("-", "_")))
    for table, macro in [("pointwise", "P[123]"), ("contract", "C"), ("composed", "[MN]?"), ("loss", "LOSS"), ("optim", "OPT"), ("schedule", "SCHEDULE"),
                         ("init", "INIT")]:
        text = re.sub(r"/\*.*?\*/", blank, read("src/defs/%s.def" % table), flags=re.S)
        rows = re.findall(r"^(?:%s)\(\s*(\w+)" % macro, text, re.M)
        if not rows:
            yield "src/defs/%s.def: no rows found" % table
        for name in rows:
            if name not in words:
                yield "glassnet ops does not show %s of %s.def" % (name, table)


def check_operations_page():
    r = run(sys.executable, "tools/operations.py", BUILD + "/glassnet", "--check")
    if r.returncode:
        yield r.stdout.strip() or r.stderr.strip()


class Skip(Exception):
    pass


def main():
    passed = failed = 0
    for name, check in sorted((n, c) for n, c in globals().items() if n.startswith("check_")):
        title = name[6:].replace("_", " ")
        try:
            bad = list(check())
        except Skip as why:
            print("skip  %s: %s" % (title, why))
            continue
        for line in bad:
            print("      " + line)
        print("%s  %s" % ("FAIL" if bad else "ok  ", title))
        passed, failed = passed + (not bad), failed + bool(bad)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
