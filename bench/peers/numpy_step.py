"""numpy_step.py -- one training step in NumPy as a careful person would write it: float32, preallocated arrays, products written in place, one
thread. Prints one JSON line: {"peer", "version", "seconds": {shape: seconds a step}}."""
import timing

np = timing.library("numpy", "NumPy")

RATE = np.float32(0.05)


class Net:
    """Fully connected, relu inside; softmax with cross-entropy for more than one output, half squared error for one."""

    def __init__(self, sizes, batch):
        rng = np.random.default_rng(1)
        f = np.float32
        self.batch, self.classes = batch, sizes[-1] > 1
        self.w = [(rng.standard_normal((i, o))*np.sqrt(2/i)).astype(f) for i, o in zip(sizes, sizes[1:])]
        self.b = [np.zeros(o, f) for o in sizes[1:]]
        self.a = [np.empty((batch, s), f) for s in sizes]
        self.d = [np.empty((batch, s), f) for s in sizes]
        self.dw = [np.empty_like(w) for w in self.w]
        self.a[0][:] = rng.random((batch, sizes[0]), dtype=f)
        self.t = np.zeros((batch, sizes[-1]), f)
        if self.classes:
            self.t[np.arange(batch), rng.integers(0, sizes[-1], batch)] = 1
        else:
            self.t[:] = rng.random((batch, 1), dtype=f)

    def step(self):
        w, b, a, d, dw, last = self.w, self.b, self.a, self.d, self.dw, len(self.w)
        for i in range(last):
            np.dot(a[i], w[i], out=a[i + 1])
            a[i + 1] += b[i]
            if i < last - 1:
                np.maximum(a[i + 1], 0, out=a[i + 1])
        z = a[last]
        if self.classes:
            z -= z.max(axis=1, keepdims=True)
            np.exp(z, out=z)
            z /= z.sum(axis=1, keepdims=True)
        np.subtract(z, self.t, out=d[last])
        d[last] *= np.float32(1/self.batch)
        for i in range(last - 1, -1, -1):
            np.dot(a[i].T, d[i + 1], out=dw[i])
            db = d[i + 1].sum(axis=0)
            if i:
                np.dot(d[i + 1], w[i].T, out=d[i])
                np.multiply(d[i], a[i] > 0, out=d[i])
            dw[i] *= RATE
            w[i] -= dw[i]
            b[i] -= RATE*db


timing.report(np, timing.STEP, lambda sizes, batch: timing.seconds_a_step(Net(sizes, batch).step))
