"""numpy_predict.py -- one row through a network in NumPy as a careful person would write it: float32, vectors kept, products written in place,
one thread. Prints one JSON line: {"peer", "version", "seconds": {shape: seconds a prediction}}."""
import json
import os
import sys
import time

for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "BLIS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)
try:
    import numpy as np
except ImportError:
    print("NumPy is not installed (pip install numpy)", file=sys.stderr)
    sys.exit(77)


def predictor(sizes):
    """Fully connected, relu inside; softmax over more than one output."""
    rng = np.random.default_rng(1)
    f = np.float32
    layers = [((rng.standard_normal((i, o))*np.sqrt(2/i)).astype(f), np.zeros(o, f), np.empty(o, f)) for i, o in zip(sizes, sizes[1:])]
    x, last = rng.random(sizes[0], dtype=f), layers[-1][2]

    def predict():
        a = x
        for w, b, z in layers:
            np.dot(a, w, out=z)
            np.add(z, b, out=z)
            if z is not last:
                np.maximum(z, 0, out=z)
            a = z
        if sizes[-1] > 1:
            np.subtract(a, a.max(), out=a)
            np.exp(a, out=a)
            np.divide(a, a.sum(), out=a)
        return a
    return predict


def seconds_of(predict):
    best, runs = 1e9, 200
    for _ in range(runs):
        predict()
    end = time.perf_counter() + 0.5
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(runs):
            predict()
        best = min(best, (time.perf_counter() - start)/runs)
    return best


SHAPES = {"784-128-10@1": [784, 128, 10], "2-16-16-1@1": [2, 16, 16, 1]}
print(json.dumps({"peer": "numpy", "version": np.__version__, "seconds": {name: seconds_of(predictor(s)) for name, s in SHAPES.items()}}))
