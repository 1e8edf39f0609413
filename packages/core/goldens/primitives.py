"""Writes primitives.json: results of the primitive ops, by PyTorch in float64 (and int32, bool).

Ops have the names, attributes and conventions of `src/graph/ops.ts`.
"""

import math
import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "conformance" / "goldens"))

import common  # noqa: E402  (it stands with the goldens of the conformance suite)

INF, NAN = math.inf, math.nan
KINDS = {torch.float64: "float", torch.int32: "int", torch.bool: "bool"}
SPECIAL = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, -2.5, 1e-300, -1e-300, 1e300, -1e300]


def number(value):
    """JSON has no NaN and no infinities: they are written as text."""
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def array(tensor):
    data = tensor.to(torch.int32) if tensor.dtype == torch.bool else tensor
    values = [number(value) for value in data.reshape(-1).tolist()]
    return {"kind": KINDS[tensor.dtype], "shape": list(tensor.shape), "data": values}


CASES = []


def case(op, name, inputs, expected, source, **attributes):
    if expected.dtype == torch.int64:
        expected = expected.to(torch.int32)
    CASES.append(
        {
            "id": f"{op} {name}",
            "op": op,
            "source": source,
            "attributes": attributes,
            "inputs": [array(tensor) for tensor in inputs],
            "expected": array(expected),
        }
    )


def ints(*shape, limit=9):
    return torch.randint(-limit, limit + 1, shape, dtype=torch.int32)


def bools(*shape):
    return torch.randint(0, 2, shape) == 1


def unary():
    grid = torch.linspace(-8, 8, 65)
    wide = torch.tensor(SPECIAL)
    positive = torch.cat([torch.logspace(-300, 300, 25), torch.linspace(0, 4, 17)])
    functions = {
        "neg": torch.neg,
        "abs": torch.abs,
        "floor": torch.floor,
        "exp": torch.exp,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "erf": torch.erf,
        "sin": torch.sin,
        "cos": torch.cos,
    }
    for op, function in functions.items():
        case(op, "on a grid", [grid], function(grid), f"torch.{op}")
    for op in ["neg", "abs", "floor", "exp", "tanh", "sigmoid", "erf"]:
        case(op, "of special values", [wide], functions[op](wide), f"torch.{op}")
    for op in ["log", "sqrt"]:
        function = getattr(torch, op)
        case(op, "of positive numbers", [positive], function(positive), f"torch.{op}")
        case(op, "of special values", [wide], function(wide), f"torch.{op}")
    tails = torch.cat([torch.logspace(-12, 1, 40), -torch.logspace(-12, 1, 40)])
    case("erf", "near 0 and in the tails", [tails], torch.erf(tails), "torch.erf")
    for op in ["neg", "abs", "sign"]:
        x = ints(2, 3)
        case(op, "of ints", [x], getattr(torch, op)(x), f"torch.{op}")


def binary():
    shapes = {
        "of scalars": ((), ()),
        "of one shape": ((2, 3), (2, 3)),
        "with a scalar": ((2, 3), ()),
        "along both operands": ((4, 1, 3), (2, 1)),
        "of rank 4": ((2, 1, 3, 1), (1, 2, 1, 4)),
        "of nothing": ((0, 3), (1, 3)),
    }
    functions = {
        "add": torch.add,
        "sub": torch.sub,
        "mul": torch.mul,
        "div": torch.div,
        "max": torch.maximum,
        "min": torch.minimum,
        "equal": torch.eq,
        "less": torch.lt,
        "lessEqual": torch.le,
    }
    for op, function in functions.items():
        source = f"torch.{function.__name__}"
        for name, (left, right) in shapes.items():
            a, b = common.draw(*left), common.draw(*right)
            case(op, name, [a, b], function(a, b), source)
        wide = torch.tensor(SPECIAL)
        a, b = wide[:, None], wide[None, :]
        case(op, "of special values", [a, b], function(a, b), source)
        if op != "div":
            a, b = ints(3, 1, limit=2), ints(4, limit=2)
            case(op, "of ints", [a, b], function(a, b), source)
    wide = torch.tensor([*SPECIAL, 2.0, 3.0, -3.0])
    case("pow", "of special values", [wide[:, None], wide], torch.pow(wide[:, None], wide), "torch.pow")
    base, exponent = common.draw(2, 3, limit=4).abs(), common.draw(3, limit=4)
    case("pow", "broadcast", [base, exponent], torch.pow(base, exponent), "torch.pow")
    left, right = bools(3, 1), bools(4)
    case("equal", "of bools", [left, right], left == right, "torch.eq")
    case("and", "broadcast", [left, right], left & right, "torch.logical_and")
    case("or", "broadcast", [left, right], left | right, "torch.logical_or")
    condition, yes, no = bools(2, 1, 3), common.draw(4, 1), common.draw(3)
    case("select", "broadcast", [condition, yes, no], torch.where(condition, yes, no), "torch.where")


def movement():
    x = common.draw(2, 3, 4)
    case("transpose", "of rank 3", [x], x.permute(2, 0, 1), "torch.permute", permutation=[2, 0, 1])
    y = common.draw(2, 1, 3, 2)
    case("transpose", "of rank 4", [y], y.permute(3, 1, 0, 2), "torch.permute", permutation=[3, 1, 0, 2])
    z = common.draw(3, 1)
    case("broadcast", "to rank 4", [z], z.expand(2, 1, 3, 2), "torch.expand", shape=[2, 1, 3, 2])
    case("slice", "of rank 3", [x], x[1:, 0:2, 1:3], "torch indexing", starts=[1, 0, 1], sizes=[1, 2, 2])
    padded = torch.nn.functional.pad(x, (2, 0, 0, 1, 1, 0), value=-0.5)
    case("pad", "of rank 3", [x], padded, "torch.nn.functional.pad", low=[1, 0, 2], high=[0, 1, 0], value=-0.5)
    parts = [common.draw(2, n, 2) for n in (1, 0, 3)]
    case("concat", "along axis 1", parts, torch.cat(parts, 1), "torch.cat", axis=1)
    case("flip", "of two axes", [x], x.flip(0, 2), "torch.flip", axes=[0, 2])


def indexing():
    table = common.draw(4, 3, 2)
    for axis in range(3):
        ids = torch.randint(0, table.shape[axis], (2, 5), dtype=torch.int32)
        rows = torch.index_select(table, axis, ids.reshape(-1)).unflatten(axis, (2, 5))
        case("gather", f"along axis {axis}", [table, ids], rows, "torch.index_select", axis=axis)
        updates = common.draw(*rows.shape)
        zeros = torch.zeros_like(table)
        summed = zeros.index_add(axis, ids.reshape(-1), updates.flatten(axis, axis + 1))
        size = table.shape[axis]
        source = "torch.index_add"
        case("scatterAdd", f"along axis {axis}", [ids, updates], summed, source, axis=axis, size=size)
        shape = list(table.shape)
        shape[axis] = 6
        along = torch.randint(0, size, shape, dtype=torch.int32)
        picked = torch.gather(table, axis, along.long())
        case("gatherAlong", f"axis {axis}", [table, along], picked, "torch.gather", axis=axis)
        updates = common.draw(*shape)
        summed = zeros.scatter_add(axis, along.long(), updates)
        case("scatterAlong", f"axis {axis}", [along, updates], summed, "torch.scatter_add", axis=axis, size=size)


def reduction():
    x = common.draw(2, 3, 4, 2)
    for axes in ([3], [0, 2], [1, 2, 3], [0, 1, 2, 3]):
        for keep in (False, True):
            suffix = f"over {axes}{', kept' if keep else ''}"
            options = {"axes": axes, "keepDims": keep}
            case("reduceSum", suffix, [x], x.sum(axes, keepdim=keep), "torch.sum", **options)
            case("reduceMax", suffix, [x], x.amax(axes, keepdim=keep), "torch.amax", **options)
            case("reduceMin", suffix, [x], x.amin(axes, keepdim=keep), "torch.amin", **options)
    wide = torch.tensor([[1.0, NAN, -INF], [INF, -INF, 2.0], [-0.0, 0.0, -1.0]])
    for op, function in {"reduceSum": torch.sum, "reduceMax": torch.amax, "reduceMin": torch.amin}.items():
        source = f"torch.{function.__name__}"
        case(op, "of special values", [wide], function(wide, 1), source, axes=[1], keepDims=False)
    for axis in range(4):
        case("argMax", f"axis {axis}", [x], x.argmax(axis), "torch.argmax", axis=axis)


def product():
    sizes = {
        "of matrices": ((), ()),
        "of batches": ((3,), (3,)),
        "with one right operand": ((2, 3), ()),
        "with batches that broadcast": ((2, 1), (3,)),
    }
    for name, (left, right) in sizes.items():
        for a_swapped in (False, True):
            for b_swapped in (False, True):
                a = common.draw(*left, *((3, 5) if a_swapped else (5, 3)))
                b = common.draw(*right, *((4, 3) if b_swapped else (3, 4)))
                expected = torch.matmul(a.mT if a_swapped else a, b.mT if b_swapped else b)
                suffix = f"{', left swapped' * a_swapped}{', right swapped' * b_swapped}"
                options = {"transposeA": a_swapped, "transposeB": b_swapped}
                case("matmul", name + suffix, [a, b], expected, "torch.matmul", **options)


for group in (unary, binary, movement, indexing, reduction, product):
    common.seed(group.__name__)
    group()
common.write("primitives", "results of the primitive ops; attributes and conventions as in src/graph/ops.ts", CASES, HERE)
