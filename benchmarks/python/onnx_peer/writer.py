"""Writes the nodes of an ONNX graph."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

OPSET = 18
IR_VERSION = 9


class Writer:
    """Nodes, constants and weights of one graph. Every op gives the names of its outputs."""

    def __init__(self, outer=None):
        # The body of a loop sees constants and names of the graph around it.
        self.nodes = []
        self.constants = {} if outer is None else outer.constants
        self.shapes = {} if outer is None else outer.shapes
        self.gradients = {}
        self.count = [0] if outer is None else outer.count

    def name(self):
        self.count[0] += 1
        return f"v{self.count[0]}"

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [self.name() for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def op_named(self, kind, inputs, output, **attributes):
        """An op whose output has a name of its own."""
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def rename(self, value, name):
        """Gives the output of a node another name; an Identity would copy it."""
        for node in self.nodes:
            for names in (node.input, node.output):
                for i, each in enumerate(names):
                    if each == value:
                        names[i] = name

    def constant(self, value, dtype=np.float32):
        array = np.asarray(value, dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.constants:
            self.constants[key] = (f"c{len(self.constants)}", array)
        return self.constants[key][0]

    def sizes(self, *values):
        return self.constant(values, np.int64)

    def reshape(self, x, *shape):
        return self.op("Reshape", x, self.sizes(*shape))

    def weight(self, name, *shape):
        """A weight is an input while training, and an initializer where its value is known."""
        self.shapes[name] = shape
        return name

    def gradient(self, weight, value):
        assert weight not in self.gradients, f"{weight} has a gradient already"
        self.gradients[weight] = value

    def model(self, name, inputs, outputs, initializers=()):
        tensors = [numpy_helper.from_array(array, key) for key, array in self.constants.values()]
        graph = helper.make_graph(self.nodes, name, inputs, outputs, [*tensors, *initializers])
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


def floats(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def integers(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.INT64, shape)
