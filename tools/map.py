#!/usr/bin/env python3
"""map.py -- writes MAP.md: every file in the order one would read them, with the first sentence of what it says of itself.

  tools/map.py            prints the map
  tools/map.py --write    writes MAP.md
  tools/map.py --check    exit status 1 when MAP.md is not what would be written
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOMS = ["include", "src/defs", "src/base", "src/formula", "src/kernel", "src/graph", "src/nn", "src/data", "src/lens", "src/cli",
         "tests", "tools", "bench", "examples"]
KINDS = (".c", ".h", ".def", ".py", ".sh", ".map")


def opening(path):
    """The text of the comment that opens a file, without its marks."""
    with open(path, encoding="utf-8") as f:
        text = f.read(4000)
    text = re.sub(r"\A#![^\n]*\n", "", text).lstrip()
    if text.startswith("/*"):
        body = text[2:].split("*/", 1)[0]
        lines = [re.sub(r"^\s*\*+ ?", "", line) for line in body.split("\n")]
    elif text.startswith('"""'):
        lines = text[3:].split('"""', 1)[0].split("\n")
    elif text.startswith(("#", "//")):
        lines = []
        for line in text.split("\n"):
            if not line.startswith(("#", "//")):
                break
            lines.append(line.lstrip("#/ "))
    else:
        return ""
    paragraph = []
    for line in lines:
        if not line.strip() and paragraph:
            break
        paragraph.append(line.strip())
    return " ".join(paragraph).strip()


def sentence(path):
    said = re.sub(r"^\S+ -- ", "", opening(path))
    end = re.search(r"[.:](?= |$)", said)
    return (said[:end.start()] if end else said).strip()


def files(room):
    for folder, folders, names in os.walk(os.path.join(ROOT, room)):
        folders[:] = sorted(d for d in folders if not d.startswith((".", "__")))
        for name in sorted(names):
            if name.endswith(KINDS):
                yield os.path.relpath(os.path.join(folder, name), ROOT)


def the_map():
    out = ["# Map of glassnet", "", "Every file, in the order its room may be built upon, by the first sentence it says of itself. Written by `make map`."]
    for room in ROOMS:
        rows = ["| `%s` | %s |" % (f, sentence(os.path.join(ROOT, f)).replace("|", "\\|")) for f in files(room)]
        if rows:
            out += ["", "## " + room, "", "| file | what it is for |", "|---|---|"] + rows
    return "\n".join(out) + "\n"


def main():
    target = os.path.join(ROOT, "MAP.md")
    if "--write" in sys.argv:
        with open(target, "w", encoding="utf-8") as f:
            f.write(the_map())
    elif "--check" in sys.argv:
        try:
            fresh = open(target, encoding="utf-8").read() == the_map()
        except OSError:
            fresh = False
        if not fresh:
            print("MAP.md is stale: run make map")
            return 1
    else:
        sys.stdout.write(the_map())
    return 0


if __name__ == "__main__":
    sys.exit(main())
