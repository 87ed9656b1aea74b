#!/usr/bin/env python3
"""check_pytorch.py -- law 9 from outside: a reader that shares no code with glassnet loads a saved model and reproduces its
predictions. The reader is thirty lines of plain Python (safetensors is 8 bytes of length, JSON, numbers); where the packages
safetensors and torch are installed, torch.nn.Sequential loads the same file by its own names and must agree as well.

  tests/check_pytorch.py GLASSNET
"""
import csv
import json
import math
import os
import struct
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
# data, network, tolerance of the prediction
ROWS = [
    ("blobs", "12 relu, 8 tanh", 2e-6),
    ("spirals", "16 relu, 16 relu", 1e-5),
    ("moons", "16 sigmoid, 8 relu", 2e-6),
    ("sine", "16 tanh, 16 tanh", 5e-6),
    ("neuron", "8 relu", 2e-4),
]
ACT = {"relu": lambda v: max(v, 0.0), "tanh": math.tanh, "sigmoid": lambda v: 1 / (1 + math.exp(-v)),
       "identity": lambda v: v}


def read(path):
    with open(path, "rb") as f:
        raw = f.read()
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + size])
    tensors = {}
    for name, t in header.items():
        if name == "__metadata__":
            continue
        begin, end = t["data_offsets"]
        assert t["dtype"] == "F32", t["dtype"]
        tensors[name] = (t["shape"], struct.unpack("<%df" % ((end - begin) // 4), raw[8 + size + begin:8 + size + end]))
    return tensors, header["__metadata__"]


def dense(x, weight, bias):
    (rows, columns), w = weight
    return [sum(w[i * columns + j] * x[j] for j in range(columns)) + bias[1][i] for i in range(rows)]


def modules(tensors):
    return sorted({int(name.split(".")[0]) for name in tensors})


def forward(tensors, acts, x):
    for k, m in enumerate(modules(tensors)):
        x = [ACT[acts[k]](v) for v in dense(x, tensors["%d.weight" % m], tensors["%d.bias" % m])]
    return x


def link(z, task):
    if task == "regression":
        return z
    if len(z) == 1:
        p = 1 / (1 + math.exp(-z[0]))
        return [1 - p, p]
    top = max(z)
    e = [math.exp(v - top) for v in z]
    return [v / sum(e) for v in e]


def numbers(meta, name, n):
    """n numbers; one stands for all where they are the same."""
    v = json.loads(meta[name]) if name in meta else None
    return [v] * n if isinstance(v, (int, float)) else v


def scaled(x, shift, factor):
    shift, factor = shift or [0.0] * len(x), factor or [1.0] * len(x)
    assert len(shift) == len(factor) == len(x), (shift, factor, x)
    return [(v - s) * f for v, s, f in zip(x, shift, factor)]


def with_safetensors(path, tensors):
    """Does the format's own package read what was read here? None where it is not installed."""
    try:
        from safetensors.numpy import load_file
    except ImportError:
        return None
    theirs = load_file(path)
    return set(theirs) == set(tensors) and all(
        list(v.shape) == tensors[k][0] and v.ravel().tolist() == list(tensors[k][1]) for k, v in theirs.items())


def with_torch(path, tensors, acts, batch):
    """The same through torch's own reader and modules; None where it is not installed."""
    try:
        import torch
        from safetensors.torch import load_file
    except ImportError:
        return None
    state, layers = load_file(path), []
    for k, m in enumerate(modules(tensors)):
        while len(layers) < m:
            layers.append({"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}[acts[k - 1]]())
        rows, columns = tensors["%d.weight" % m][0]
        layers.append(torch.nn.Linear(columns, rows))
    net = torch.nn.Sequential(*layers)
    net.load_state_dict(state)
    with torch.no_grad():
        return net(torch.tensor(batch, dtype=torch.float32)).tolist()


def check(data, net, tolerance, folder):
    table, model = os.path.join(folder, data + ".csv"), os.path.join(folder, data + ".safetensors")
    run = lambda *a: subprocess.run([PROGRAM, *a], check=True, capture_output=True, text=True).stdout
    run("data", data, "--n", "80", "--out", table)
    run("train", table, "--net", net, "--epochs", "15", "--task", "regression" if data in ("sine", "neuron") else "auto",
        "--holdout", "0", "--out", model, "--quiet")
    tensors, meta = read(model)
    expected = {"%d.%s" % (2 * k, part) for k in range(net.count(",") + 2) for part in ("weight", "bias")}
    yield set(tensors) == expected
    print("%s  %s: tensors named as torch.nn.Sequential names them: %s" % ("ok  " if set(tensors) == expected else "FAIL", data, " ".join(sorted(tensors))))
    same = with_safetensors(model, tensors)
    if same is None:
        print("skip  %s with safetensors: not installed (pip install safetensors numpy)" % data)
    else:
        yield same
        print("%s  %s: the package safetensors reads the same names, shapes and numbers" % ("ok  " if same else "FAIL", data))
    classes = data not in ("sine", "neuron")
    said = list(csv.reader(run("predict", model, table, *(["--proba"] if classes else [])).splitlines()))[1:]
    rows = [[float(v) for v in r[:-1]] for r in list(csv.reader(open(table)))[1:]]
    acts = [part.split()[1] for part in net.split(",")] + ["identity"]
    x = [scaled(r, numbers(meta, "input_shift", len(r)), numbers(meta, "input_factor", len(r))) for r in rows]
    outputs = {"plain Python": [forward(tensors, acts, r) for r in x]}
    outputs["torch"] = with_torch(model, tensors, acts, x)
    for reader, z in outputs.items():
        if z is None:
            print("skip  %s read by %s: not installed (pip install torch safetensors)" % (data, reader))
            continue
        worst = 0.0
        for line, out in zip(said, z):
            mine = link(out, "classification" if classes else "regression")
            if not classes:
                shift = numbers(meta, "target_shift", len(mine)) or [0.0] * len(mine)
                factor = numbers(meta, "target_factor", len(mine)) or [1.0] * len(mine)
                mine = [v / f + s for v, s, f in zip(mine, shift, factor)]
            theirs = [float(v) for v in (line[1:] if classes else line)]
            assert len(theirs) == len(mine), (line, mine)
            worst = max([worst] + [abs(a - b) / max(1.0, abs(a)) for a, b in zip(theirs, mine)])
        good = len(said) == len(rows) and worst <= tolerance
        yield good
        print("%s  %s, \"%s\", read by %s: %d rows, largest difference %.2g (at most %g)" %
              ("ok  " if good else "FAIL", data, net, reader, len(said), worst, tolerance))


def main():
    with tempfile.TemporaryDirectory() as folder:
        results = [good for row in ROWS for good in check(*row, folder)]
    print("%d passed, %d failed" % (results.count(True), results.count(False)))
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
