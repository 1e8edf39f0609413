"""Greedy decoding with caches as two graphs, their weights in them.

encoder: source [batch, 24] → for each layer keys.I [batch, heads, d, 24] and values.I [batch, heads, 24, d].
decoder: ids [batch, 1], position [1], those, own.keys.I [batch, heads, d, past] and own.values.I → next ids [batch, 1], next.own.* with one more.
"""

import numpy as np
from onnx import numpy_helper

from .sizes import SOURCE, STEPS
from .training import sinusoids
from .writer import Writer, floats, integers


class Transformer:
    """Inference only: keys, values and queries of a self-attention are one product."""

    def __init__(self, weights, sizes):
        self.w = Writer()
        self.weights = weights
        self.sizes = sizes
        self.initializers = {}

    def weight(self, name, value):
        self.initializers[name] = np.ascontiguousarray(value, np.float32)
        return name

    def apply(self, x, names):
        """x W + b, of several layers side by side."""
        parts = [[self.weights[f"{name}.{kind}"] for name in names] for kind in ("weight", "bias")]
        weight = self.weight(f"{names[0]}.weight", np.concatenate(parts[0], axis=1))
        bias = self.weight(f"{names[0]}.bias", np.concatenate(parts[1]))
        return self.w.op("Add", self.w.op("MatMul", x, weight), bias)

    def heads(self, x, order):
        return self.w.op("Transpose", self.w.reshape(x, 0, 0, self.sizes.heads, self.sizes.head), perm=order)

    def embed(self, ids, side, order):
        table = self.weight(f"{side}.embedding", self.weights[f"{side}.embedding.weight"] * self.sizes.width**0.5)
        return self.w.op("Add", self.w.op("Gather", table, ids), order)

    def residual(self, x, made, name):
        scale, shift = (self.weight(f"{name}.{kind}", self.weights[f"{name}.{kind}"]) for kind in ("weight", "bias"))
        return self.w.op("LayerNormalization", self.w.op("Add", x, made), scale, shift, axis=-1, epsilon=1e-5)

    def attend(self, query, keys, values, name):
        queries = self.heads(self.w.op("Mul", query, self.w.constant(self.sizes.head**-0.5)), [0, 2, 1, 3])
        weights = self.w.op("Softmax", self.w.op("MatMul", queries, keys), axis=-1)
        seen = self.w.op("Transpose", self.w.op("MatMul", weights, values), perm=[0, 2, 1, 3])
        return self.apply(self.w.reshape(seen, 0, 0, self.sizes.width), [f"{name}.out_proj"])

    def own(self, x, name):
        """Query rows, keys and values of a self-attention."""
        made = self.apply(x, [f"{name}.{side}_proj" for side in "qkv"])
        query, key, value = self.w.op("Split", made, outputs=3, axis=-1, num_outputs=3)
        return query, self.heads(key, [0, 2, 3, 1]), self.heads(value, [0, 2, 1, 3])

    def feed_forward(self, x, name):
        hidden = self.apply(x, [f"{name}.linear1"])
        if self.sizes.activation == "relu":
            bent = self.w.op("Relu", hidden)
        else:
            bent = self.w.op("Mul", hidden, self.w.op("Sigmoid", hidden))
        return self.apply(bent, [f"{name}.linear2"])

    def memory(self, name, kind, length):
        sides = (self.sizes.head, length) if kind == "keys" else (length, self.sizes.head)
        return floats(name, "batch", self.sizes.heads, *sides)

    def model(self, name, inputs, outputs):
        tensors = [numpy_helper.from_array(array, key) for key, array in self.initializers.items()]
        return self.w.model(name, inputs, outputs, tensors)


def encoder(weights, sizes):
    t = Transformer(weights, sizes)
    x = t.embed("source", "encoder", t.w.constant(sinusoids(SOURCE, sizes.width)))
    for i in range(sizes.layers):
        name = f"encoder.layers.{i}"
        x = t.residual(x, t.attend(*t.own(x, f"{name}.self_attn"), f"{name}.self_attn"), f"{name}.norm1")
        x = t.residual(x, t.feed_forward(x, name), f"{name}.norm2")
    outputs = []
    for i in range(sizes.layers):
        name = f"decoder.layers.{i}.multihead_attn"
        for kind, side, order in (("keys", "k_proj", [0, 2, 3, 1]), ("values", "v_proj", [0, 2, 1, 3])):
            t.w.rename(t.heads(t.apply(x, [f"{name}.{side}"]), order), f"{kind}.{i}")
            outputs.append(t.memory(f"{kind}.{i}", kind, "source"))
    return t.model("encoder", [integers("source", "batch", SOURCE)], outputs)


def decoder(weights, penalty, sizes):
    """`penalty` [V] is added to the logits: what must not be written."""
    t = Transformer({**weights, "decoder.output.bias": weights["decoder.output.bias"] + penalty}, sizes)
    order = t.w.op("Gather", t.w.constant(sinusoids(STEPS, sizes.width)), "position")
    x = t.embed("ids", "decoder", order)
    inputs, outputs = [integers("ids", "batch", 1), integers("position", 1)], [integers("next.ids", "batch", 1)]
    for i in range(sizes.layers):
        name = f"decoder.layers.{i}"
        query, *now = t.own(x, f"{name}.self_attn")
        for kind, axis, value in zip(("keys", "values"), (3, 2), now):
            t.w.op_named("Concat", [f"own.{kind}.{i}", value], f"next.own.{kind}.{i}", axis=axis)
            inputs += [t.memory(f"own.{kind}.{i}", kind, "past"), t.memory(f"{kind}.{i}", kind, "source")]
            outputs.append(t.memory(f"next.own.{kind}.{i}", kind, "present"))
        made = t.attend(query, f"next.own.keys.{i}", f"next.own.values.{i}", f"{name}.self_attn")
        x = t.residual(x, made, f"{name}.norm1")
        seen = t.apply(x, [f"{name}.multihead_attn.q_proj"])
        made = t.attend(seen, f"keys.{i}", f"values.{i}", f"{name}.multihead_attn")
        x = t.residual(x, made, f"{name}.norm2")
        x = t.residual(x, t.feed_forward(x, name), f"{name}.norm3")
    logits = t.apply(x, ["decoder.output"])
    t.w.op_named("ArgMax", [logits], "next.ids", axis=-1, keepdims=0)
    return t.model("decoder", inputs, outputs)
