"""torch_step.py -- one training step in PyTorch, one thread, float32, in two ways: by hand with preallocated arrays written in place, and
eager with autograd and optim.SGD. The faster of the two stands for the peer. Prints one JSON line: {"peer", "version", "seconds": {shape: ...},
"ways": {shape: {way: seconds}}}."""
import timing

torch = timing.library("torch", "PyTorch")

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


def ways(sizes, batch):
    with torch.no_grad():
        hand = timing.seconds_a_step(by_hand(sizes, batch))
    return {"by hand": hand, "eager": timing.seconds_a_step(eager(sizes, batch))}


timing.report(torch, timing.STEP, ways)
