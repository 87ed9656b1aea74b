"""torch_step.py -- one training step in PyTorch, one thread, float32, in two ways: by hand with preallocated arrays written in place, and
eager with autograd and optim.SGD. The faster of the two stands for the peer. Prints one JSON line: {"peer", "version", "seconds": {shape: ...},
"ways": {shape: {way: seconds}}}."""
import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
try:
    import torch
except ImportError:
    print("PyTorch is not installed (pip install torch)", file=sys.stderr)
    sys.exit(77)

torch.set_num_threads(1)
torch.set_flush_denormal(True)
RATE = 0.05


def batch_of(sizes, batch):
    x = torch.rand(batch, sizes[0])
    if sizes[-1] > 1:
        label = torch.randint(0, sizes[-1], (batch,))
        return x, label, torch.nn.functional.one_hot(label, sizes[-1]).float()
    t = torch.rand(batch, 1)
    return x, t, t


def by_hand(sizes, batch):
    x, _, t = batch_of(sizes, batch)
    last = len(sizes) - 1
    w = [torch.randn(o, i)*(2/i)**0.5 for i, o in zip(sizes, sizes[1:])]
    b = [torch.zeros(o) for o in sizes[1:]]
    a = [x] + [torch.empty(batch, s) for s in sizes[1:]]
    d = [torch.empty(batch, s) for s in sizes]

    def step():
        for i in range(last):
            torch.addmm(b[i], a[i], w[i].t(), out=a[i + 1])
            if i < last - 1:
                a[i + 1].relu_()
        y = torch.softmax(a[last], 1) if sizes[-1] > 1 else a[last]
        torch.sub(y, t, out=d[last])
        d[last].div_(batch)
        for i in range(last - 1, -1, -1):
            if i:
                torch.mm(d[i + 1], w[i], out=d[i])
                d[i].mul_(a[i] > 0)
            b[i].sub_(d[i + 1].sum(0), alpha=RATE)
            w[i].addmm_(d[i + 1].t(), a[i], alpha=-RATE)
    return step


def eager(sizes, batch):
    x, t, _ = batch_of(sizes, batch)
    layers = []
    for i, o in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(i, o), torch.nn.ReLU()]
    net = torch.nn.Sequential(*layers[:-1])
    loss = torch.nn.CrossEntropyLoss() if sizes[-1] > 1 else torch.nn.MSELoss()
    optimiser = torch.optim.SGD(net.parameters(), lr=RATE)

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss(net(x), t).backward()
        optimiser.step()
    return step


def seconds_a_step(step):
    steps, best = 10, 1e9
    for _ in range(steps):
        step()
    end = time.perf_counter() + 0.7
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(steps):
            step()
        best = min(best, (time.perf_counter() - start)/steps)
    return best


def ways(sizes, batch):
    with torch.no_grad():
        hand = seconds_a_step(by_hand(sizes, batch))
    return {"by hand": hand, "eager": seconds_a_step(eager(sizes, batch))}


SHAPES = {"784-128-10@64": ([784, 128, 10], 64), "2-16-16-1@32": ([2, 16, 16, 1], 32)}
figures = {name: ways(*s) for name, s in SHAPES.items()}
print(json.dumps({"peer": "torch", "version": torch.__version__, "seconds": {n: min(f.values()) for n, f in figures.items()}, "ways": figures}))
