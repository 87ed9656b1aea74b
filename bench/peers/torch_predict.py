"""torch_predict.py -- one row through a network in PyTorch, one thread, float32, without a gradient, in three ways: by hand with arrays written
in place, eager with nn.Sequential, and that traced and frozen. The fastest stands for the peer. Prints one JSON line: {"peer", "version",
"seconds": {shape: ...}, "ways": {shape: {way: seconds}}}."""
import warnings

import timing

torch = timing.library("torch", "PyTorch")

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


def ways(sizes):
    net, x = network(sizes), torch.rand(1, sizes[0])
    with torch.inference_mode():
        traced = torch.jit.freeze(torch.jit.trace(net, x))
        found = {"by hand": by_hand(sizes), "eager": lambda: net(x), "traced": lambda: traced(x)}
        return {way: timing.seconds_a_prediction(predict) for way, predict in found.items()}


timing.report(torch, timing.PREDICT, ways)
