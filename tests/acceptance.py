#!/usr/bin/env python3
"""acceptance.py -- what the program must show on real data: each row is a command, run as a user would run it, and the figure it must
reach. Usage: acceptance.py GLASSNET [DATA_FOLDER] [--quick]. Rows whose data is not there are skipped and said so; the last line is
'N passed, N failed, N skipped'.

--quick leaves out the rows that take more than a few seconds."""
import json
import os
import resource
import subprocess
import sys
import tempfile

QUICK = "--quick" in sys.argv
ARGS = [a for a in sys.argv[1:] if not a.startswith("--")]
PROGRAM = os.path.abspath(ARGS[0])
DATA = os.path.abspath(ARGS[1]) if len(ARGS) > 1 else ""

# (name, file below DATA or "", arguments after `train`, JSON field, least value, slow)
ROWS = [
    ("mnist, defaults", "mnist", ["--epochs", "10"], "accuracy", 0.975, True),
    ("mnist, 512,256", "mnist", ["--layers", "512,256", "--epochs", "20", "--dropout", "0.2", "--schedule", "cosine"], "accuracy", 0.983, True),
    ("iris, 5 folds", "iris.csv", ["--folds", "5"], "accuracy", 0.945, False),
    ("wine, 5 folds", "wine.csv", ["--folds", "5"], "accuracy", 0.96, False),
    ("abalone, 5 folds", "abalone.csv", ["--task", "regression", "--folds", "5"], "r2", 0.54, True),
    ("california housing", "california-housing.csv", ["--target", "median_house_value", "--missing", "median"], "r2", 0.77, True),
    ("spirals", "", ["spirals"], "accuracy", 0.99, False),
    ("moons", "", ["moons"], "accuracy", 0.99, False),
    ("circles", "", ["circles"], "accuracy", 0.99, False),
    ("xor", "", ["xor"], "accuracy", 0.99, False),
]


def train(arguments, model):
    """Run one training; returns its JSON result, or None with the reason printed."""
    command = [PROGRAM, "train", *arguments, "--quiet", "--json", "--out", model]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        print("    exit %d: %s" % (done.returncode, done.stderr.strip()[-400:]))
        return None
    return json.loads(done.stdout)


def run_row(row, folder):
    name, below, arguments, field, least, slow = row
    if slow and QUICK:
        return None, "slow, left out by --quick"
    if below:
        path = os.path.join(DATA, below)
        if not DATA or not os.path.exists(path):
            return None, "no data at %s" % (path if DATA else "(no data folder given)")
        arguments = [path, *arguments]
    result = train(arguments, os.path.join(folder, "model.safetensors"))
    if result is None:
        return False, "did not run"
    value = result.get(field)
    good = isinstance(value, (int, float)) and value >= least
    return good, "%s %s, asked for %s" % (field, value, least)


def main():
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory() as folder:
        for row in ROWS:
            good, said = run_row(row, folder)
            print("%-20s %s  %s" % (row[0], {True: "ok  ", False: "FAIL", None: "skip"}[good], said), flush=True)
            passed += good is True
            failed += good is False
            skipped += good is None
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    good = peak < 600
    print("%-20s %s  %.0f MB, asked for under 600" % ("peak memory", "ok  " if good else "FAIL", peak))
    passed, failed = passed + good, failed + (not good)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
