"""timing.py -- what the peers share: their library on one thread, the shapes, the time of a run, and the line that is printed: {"peer", "version",
"seconds": {shape: ...}}, with "ways": {shape: {way: seconds}} where a peer has several, of which the fastest stands for it."""
import importlib
import json
import os
import sys
import time

MISSING = 77
STEP = {"784-128-10@64": ([784, 128, 10], 64), "2-16-16-1@32": ([2, 16, 16, 1], 32)}     # sizes, rows of a batch
PREDICT = {"784-128-10@1": ([784, 128, 10],), "2-16-16-1@1": ([2, 16, 16, 1],)}


def library(module, name):
    """The module, made to keep to one thread: which most read when they are loaded."""
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS"):
        os.environ[variable] = "1"
    os.environ.pop("OPENBLAS_CORETYPE", None)
    try:
        return importlib.import_module(module)
    except ImportError:
        print("%s is not installed (pip install %s)" % (name, module), file=sys.stderr)
        sys.exit(MISSING)


def seconds_of(run, together, long):
    """A run in the fastest group of so many together, in `long` seconds of groups after the first."""
    best = 1e9
    for _ in range(together):
        run()
    end = time.perf_counter() + long
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(together):
            run()
        best = min(best, (time.perf_counter() - start)/together)
    return best


def seconds_a_step(step):
    return seconds_of(step, 10, 0.7)


def seconds_a_prediction(predict):
    return seconds_of(predict, 200, 0.5)


def report(module, shapes, measure):
    """measure: what a shape takes, in seconds, or in seconds by the name of the way."""
    found = {name: measure(*s) for name, s in shapes.items()}
    answer = {"peer": module.__name__, "version": module.__version__, "seconds": found}
    if any(isinstance(f, dict) for f in found.values()):
        answer.update(seconds={name: min(f.values()) for name, f in found.items()}, ways=found)
    print(json.dumps(answer))
