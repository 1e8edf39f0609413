"""Layers as pairs: a value, and a function from its gradient to the gradients of what it was made of.

The backward functions hand the gradients of weights to the writer. Weights of linear layers lie [inputs, outputs].
"""

import numpy as np

from .sizes import HEADS, WIDTH

HEAD = WIDTH // HEADS


def affine(w, x, weight, biases=(), scale=1.0):
    """Rows x W + the sum of the biases; gradients are multiplied by `scale`, which Gemm does for nothing."""
    shift = [] if not biases else [biases[0] if len(biases) == 1 else w.op("Sum", *biases)]
    y = w.op("Gemm", x, weight, *shift)

    def back(dy):
        w.gradient(weight, w.op("Gemm", x, dy, transA=1, alpha=scale))
        if biases:
            total = w.op("ReduceSum", dy, w.sizes(0), keepdims=0)
            for bias in biases:
                w.gradient(bias, total if scale == 1 else w.op("Mul", total, w.constant(scale)))
        return w.op("Gemm", dy, weight, transB=1, alpha=scale)

    return y, back


def linear(w, x, name, size_in, size_out, bias=True, scale=1.0):
    weight = w.weight(f"{name}.weight", size_in, size_out)
    return affine(w, x, weight, [w.weight(f"{name}.bias", size_out)] if bias else [], scale)


def embedding(w, ids, name, vocabulary):
    """Rows of a table for ids [N]."""
    table = w.weight(f"{name}.weight", vocabulary, WIDTH)

    def back(dy):
        zeros = w.op("ConstantOfShape", w.sizes(vocabulary, WIDTH))
        places = w.reshape(ids, -1, 1)
        w.gradient(table, w.op("ScatterND", zeros, places, dy, reduction="add"))

    return w.op("Gather", table, ids), back


def layer_norm(w, x, name):
    scale, shift = w.weight(f"{name}.weight", WIDTH), w.weight(f"{name}.bias", WIDTH)
    y, mean, inverse = w.op("LayerNormalization", x, scale, shift, outputs=3, epsilon=1e-5)

    def rows(value):
        return w.op("ReduceMean", value, w.sizes(-1), keepdims=1)

    def back(dy):
        normal = w.op("Mul", w.op("Sub", x, mean), inverse)
        w.gradient(scale, w.op("ReduceSum", w.op("Mul", dy, normal), w.sizes(0), keepdims=0))
        w.gradient(shift, w.op("ReduceSum", dy, w.sizes(0), keepdims=0))
        inner = w.op("Mul", dy, scale)
        slope = w.op("Mul", normal, rows(w.op("Mul", inner, normal)))
        return w.op("Mul", w.op("Sub", w.op("Sub", inner, rows(inner)), slope), inverse)

    return y, back


def softmax(w, x):
    y = w.op("Softmax", x, axis=-1)

    def back(dy):
        weighted = w.op("Mul", dy, y)
        return w.op("Sub", weighted, w.op("Mul", y, w.op("ReduceSum", weighted, w.sizes(-1), keepdims=1)))

    return y, back


def product(w, a, b, rank):
    """a b of matrices in the last two axes."""

    def swap(x):
        return w.op("Transpose", x, perm=[*range(rank - 2), rank - 1, rank - 2])

    def back(dy):
        return w.op("MatMul", dy, swap(b)), w.op("MatMul", swap(a), dy)

    return w.op("MatMul", a, b), back


def attention(w, x, memory, name, batch, mask=None):
    """Multi-head attention of rows x over rows of the memory."""
    query, query_back = linear(w, x, f"{name}.q_proj", WIDTH, WIDTH)
    key, key_back = linear(w, memory, f"{name}.k_proj", WIDTH, WIDTH)
    value, value_back = linear(w, memory, f"{name}.v_proj", WIDTH, WIDTH)
    shrink = w.constant(HEAD**-0.5)

    def split(rows, order):
        return w.op("Transpose", w.reshape(rows, batch, -1, HEADS, HEAD), perm=order)

    def join(heads, order):
        return w.reshape(w.op("Transpose", heads, perm=order), -1, WIDTH)

    queries = split(w.op("Mul", query, shrink), [0, 2, 1, 3])
    scores, scores_back = product(w, queries, split(key, [0, 2, 3, 1]), 4)
    weights, weights_back = softmax(w, w.op("Add", scores, mask) if mask else scores)
    seen, seen_back = product(w, weights, split(value, [0, 2, 1, 3]), 4)
    y, output_back = linear(w, join(seen, [0, 2, 1, 3]), f"{name}.out_proj", WIDTH, WIDTH)

    def back(dy):
        """Gradients of x, and of the memory through its keys and its values."""
        d_weights, d_values = seen_back(split(output_back(dy), [0, 2, 1, 3]))
        d_queries, d_keys = scores_back(weights_back(d_weights))
        d_query = w.op("Mul", join(d_queries, [0, 2, 1, 3]), shrink)
        return (
            query_back(d_query),
            w.op("Add", key_back(join(d_keys, [0, 3, 1, 2])), value_back(join(d_values, [0, 2, 1, 3]))),
        )

    return y, back


def feed_forward(w, x, name, inner):
    hidden, hidden_back = linear(w, x, f"{name}.linear1", WIDTH, inner)
    bent = w.op("Relu", hidden)
    y, output_back = linear(w, bent, f"{name}.linear2", inner, WIDTH)

    def back(dy):
        # The sign of what ReLU gives is 1 where it let through, else 0.
        return hidden_back(w.op("Mul", output_back(dy), w.op("Sign", bent)))

    return y, back


def cross_entropy(w, logits, labels, count):
    """Mean loss of logits [N, V] for labels [N], and N times its gradient."""
    places = w.reshape(labels, -1, 1)
    probabilities = w.op("Softmax", logits, axis=-1)
    found = w.op("Log", w.op("GatherElements", probabilities, places, axis=1))
    loss = w.op("Neg", w.op("ReduceMean", found, keepdims=0))
    ones = w.constant(np.full((count, 1), -1))
    return loss, w.op("ScatterElements", probabilities, places, ones, axis=1, reduction="add")
