"""numpy_predict.py -- one row through a network in NumPy as a careful person would write it: float32, vectors kept, products written in place,
one thread. Prints one JSON line: {"peer", "version", "seconds": {shape: seconds a prediction}}."""
import timing

np = timing.library("numpy", "NumPy")


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


timing.report(np, timing.PREDICT, lambda sizes: timing.seconds_a_prediction(predictor(sizes)))
