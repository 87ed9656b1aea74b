#!/usr/bin/env python3
"""documents.py -- the networks of four teaching texts as models and data that glassnet reads: weights of your own
choice in a file, in a few lines.

  python3 examples/documents.py [FOLDER]

writes into FOLDER (default: here)
  deaf.safetensors, deaf.csv         S2: 4-6-4-2, ReLU also on the output, numpy's seed 42
  small.safetensors, small.csv       2-3-1 with ReLU and numbers that are easy to follow, three rows
  smooth.safetensors                 the same with tanh
  regressor.safetensors, regressor.csv   S2: MLPRegressor([2, 3, 1]) as numpy's default_rng(42) fills it, four rows
  regressor-mine.csv                 the gradient of its first weight, computed by S2's code
  wave.csv                           20 points of 8*x^4 - 8*x^2 + 1, to be learnt
  leaky.safetensors, leaky.csv       S3: the leaky ReLU neuron, with an output of weight 1 behind it

A model is a safetensors file: eight bytes with the length of a JSON header, the header, the numbers. Tensors are named
as a PyTorch Sequential names them; the metadata say what the network is.
"""
import json
import os
import struct
import sys


def model(path, net, tensors, inputs, targets, reduction="mean"):
    """tensors: name -> (shape, numbers), in float64."""
    header, data = {}, b""
    for name, (shape, numbers) in tensors.items():
        packed = struct.pack("<%dd" % len(numbers), *numbers)
        header[name] = {"dtype": "F64", "shape": shape, "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
    header["__metadata__"] = {
        "format": "glassnet", "version": "1", "task": "regression", "net": net, "loss": "mse", "reduction": reduction,
        "init": "auto", "seed": "1", "precision": "f64", "options": "", "command": "examples/documents.py",
        "sample_type": "f64", "sample_kernels": "base", "sample_inputs": "[]", "sample_outputs": "[]",
        "inputs": str(inputs), "targets": json.dumps(targets)}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def table(path, names, rows):
    with open(path, "w", encoding="ascii") as f:
        f.write(",".join(names) + "\n")
        for row in rows:
            f.write(",".join(repr(v) for v in row) + "\n")


def dense(*layers):
    """Layers as (outputs, inputs, weights, biases); module numbers count activations in between."""
    tensors, module = {}, 0
    for outputs, inputs, weights, biases in layers:
        tensors["%d.weight" % module] = ([outputs, inputs], weights)
        tensors["%d.bias" % module] = ([outputs], biases)
        module += 2
    return tensors


DEAF = (
    (6, 4, [
        0.04967141530112327, -0.013826430117118467, 0.06476885381006925, 0.15230298564080255, -0.023415337472333597,
        -0.023413695694918055, 0.15792128155073915, 0.07674347291529088, -0.04694743859349521, 0.05425600435859647,
        -0.046341769281246226, -0.04657297535702569, 0.02419622715660341, -0.1913280244657798, -0.1724917832513033,
        -0.05622875292409727, -0.10128311203344238, 0.03142473325952739, -0.0908024075521211, -0.14123037013352915,
        0.14656487689215542, -0.02257763004865357, 0.006752820468792384, -0.14247481862134567],
        [-0.5443827245251827, 0.11092258970986608, -1.1509935774223028, 0.37569801834567196, -0.600638689918805,
        -0.2916937497932768]),
    (4, 6, [
        -0.060170661222939695, 0.18522781845089378, -0.0013497224737933921, -0.10577109289559004, 0.08225449121031891,
        -0.12208436499710223, 0.020886359500475543, -0.19596701238797756, -0.13281860488984307, 0.019686123586912352,
        0.07384665799954104, 0.01713682811899705, -0.011564828238824054, -0.03011036955892888, -0.14785219903674274,
        -0.07198442083947086, -0.046063877095978756, 0.10571222262189157, 0.03436182895684614, -0.1763040155362734,
        0.0324083969394795, -0.038508228041631655, -0.06769220003059588, 0.06116762888408679],
        [1.030999522495951, 0.9312801191161986, -0.8392175232226385, -0.3092123758512146]),
    (2, 4, [
        0.033126343140356396, 0.09755451271223592, -0.047917423784529, -0.01856589766638171, -0.11063349740060283,
        -0.11962066240806708, 0.08125258223941981, 0.1356240028570823],
        [-0.07201012158033385, 1.0035328978920242]))
SMALL = ((3, 2, [0.1, -0.2, 0.3, 0.4, -0.5, 0.6], [0.01, 0.02, -0.03]), (1, 3, [0.7, -0.8, 0.9], [0.05]))
REGRESSOR = (
    (3, 2, [
        0.030471707975443137, -0.10399841062404956, 0.07504511958064573, 0.0940564716391214, -0.19510351886538366,
        -0.13021795068623182],
        [0.0, 0.0, 0.0]),
    (1, 3, [
        0.012784040316728537, -0.03162425923435822, -0.0016801157504288797],
        [0.0]))
LEAKY = (
    (1, 5, [0.92542368, 0.63684431, 0.63029109, 0.48955112, 0.96805626], [0.9382288624999986]),
    (1, 1, [1.0], [0.0]))


def write(folder):
    def at(name):
        return os.path.join(folder, name)

    # the ReLU on its output is a layer of its own; the last layer hands it on
    hand_on = (2, 2, [1.0, 0.0, 0.0, 1.0], [0.0, 0.0])
    model(at("deaf.safetensors"), "6 relu, 4 relu, 2 relu", dense(*DEAF, hand_on), 4, ["y1", "y2"])
    table(at("deaf.csv"), ["x1", "x2", "x3", "x4", "y1", "y2"], [[1, 2, 3, 1, 0, 0], [0, 0, 0, 0, 0, 0]])
    model(at("small.safetensors"), "3 relu", dense(*SMALL), 2, ["y"])
    model(at("smooth.safetensors"), "3 tanh", dense(*SMALL), 2, ["y"])
    table(at("small.csv"), ["x1", "x2", "y"], [[1, 0.5, 1], [-2, 1, -1], [0.5, -1.5, 0.5]])
    model(at("regressor.safetensors"), "3 relu", dense(*REGRESSOR), 2, ["y"])
    table(at("regressor.csv"), ["x1", "x2", "y"], [[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 2]])
    model(at("leaky.safetensors"), "1 leaky_relu", dense(*LEAKY), 5, ["y"], "half-sum")
    # as S2's backward gives it
    mine = [-0.0016011749938347152, 0.0, 0.011888078503630058, 0.011891995055352936, 0.0, 0.0]
    table(at("regressor-mine.csv"), ["x1", "x2"], [mine[0:2], mine[2:4], mine[4:6]])
    wave = [(-1 + 2 * i / 19) for i in range(20)]
    table(at("wave.csv"), ["x", "y"], [[x, 8 * x**4 - 8 * x**2 + 1] for x in wave])
    rows = [[-1, 2, 3, 13, 17, 100], [4, -5, 6, 14, 18, 200], [7, 8, -9, 15, 19, 300], [-10, 11, 12, 16, -20, 400]]
    table(at("leaky.csv"), ["x1", "x2", "x3", "x4", "x5", "y"], rows)


if __name__ == "__main__":
    write(sys.argv[1] if len(sys.argv) > 1 else ".")
