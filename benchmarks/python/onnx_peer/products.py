"""Matrix products as graphs of one node: left [M, K] · right [K, N] → product."""

from onnx import numpy_helper

from .writer import Writer, floats

SIZES = ((512, 512, 512), (1024, 1024, 1024), (768, 256, 1024), (32, 256, 1024), (1, 512, 58101))


def products(weights):
    """A graph for each size; its right side is an input, or stands in the graph where it is a weight."""
    return {f"gemm-{m}x{k}x{n}": product(m, k, n, weights.get(f"gemm-{m}x{k}x{n}")) for m, k, n in SIZES}


def product(m, k, n, weight):
    w = Writer()
    w.op_named("MatMul", ["left", "right"], "product")
    inputs = [floats("left", m, k)]
    if weight is None:
        inputs.append(floats("right", k, n))
    tensors = [] if weight is None else [numpy_helper.from_array(weight, "right")]
    return w.model("product", inputs, [floats("product", m, n)], tensors)
