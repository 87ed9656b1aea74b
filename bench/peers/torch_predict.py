"""torch_predict.py -- one row through a network in PyTorch, one thread, float32, without a gradient, in three ways: by hand with arrays written
in place, eager with nn.Sequential, and that traced and frozen. The fastest stands for the peer. Prints one JSON line: {"peer", "version",
"seconds": {shape: ...}, "ways": {shape: {way: seconds}}}."""
import json
import os
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
try:
    import torch
except ImportError:
    print("PyTorch is not installed (pip install torch)", file=sys.stderr)
    sys.exit(77)

warnings.simplefilter("ignore")     # tracing is deprecated, and fast all the same
torch.set_num_threads(1)
torch.set_flush_denormal(True)


def by_hand(sizes):
    x = torch.rand(1, sizes[0])
    layers = [(torch.randn(i, o)*(2/i)**0.5, torch.zeros(o), torch.empty(1, o)) for i, o in zip(sizes, sizes[1:])]
    last = layers[-1][2]

    def predict():
        a = x
        for w, b, z in layers:
            torch.addmm(b, a, w, out=z)
            if z is not last:
                z.relu_()
            a = z
        return torch.softmax(a, 1) if sizes[-1] > 1 else a
    return predict


def network(sizes):
    layers = []
    for i, o in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(i, o), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1], *([torch.nn.Softmax(1)] if sizes[-1] > 1 else [])).eval()


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


def ways(sizes):
    net, x = network(sizes), torch.rand(1, sizes[0])
    with torch.inference_mode():
        traced = torch.jit.freeze(torch.jit.trace(net, x))
        return {"by hand": seconds_of(by_hand(sizes)), "eager": seconds_of(lambda: net(x)), "traced": seconds_of(lambda: traced(x))}


SHAPES = {"784-128-10@1": [784, 128, 10], "2-16-16-1@1": [2, 16, 16, 1]}
figures = {name: ways(s) for name, s in SHAPES.items()}
print(json.dumps({"peer": "torch", "version": torch.__version__, "seconds": {n: min(f.values()) for n, f in figures.items()}, "ways": figures}))
