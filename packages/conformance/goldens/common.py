"""Shared by the golden scripts: seeded numbers, gradients with a self-check, and JSON."""

import json
import zlib
from pathlib import Path

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

HERE = Path(__file__).parent
GRID = 64  # every drawn number is a multiple of 1/64: exact in float32, short in JSON


def seed(case_id):
    """Each case has its own seed, so adding or moving a case changes no other case."""
    torch.manual_seed(zlib.crc32(case_id.encode()))


def draw(*shape, limit=1.0):
    """Uniform over the multiples of 1/64 in [-limit, limit]."""
    steps = int(limit * GRID)
    return torch.randint(-steps, steps + 1, shape).to(torch.float64) / GRID


def draw_parameters(module, limit=0.75):
    """Values for the parameters of a module, by state_dict name."""
    return {name: draw(*parameter.shape, limit=limit) for name, parameter in module.named_parameters()}


def real_positions(lengths, size):
    """Bool [B, size], true at positions before each length; lengths None means all."""
    return None if lengths is None else torch.arange(size)[None, :] < torch.tensor(lengths)[:, None]


def encode(value):
    """Tensors to {"shape", "data"}, also inside dicts and lists; other values as they are."""
    if isinstance(value, torch.Tensor):
        return {"shape": list(value.shape), "data": value.detach().reshape(-1).tolist()}
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    return value


def gradient_case(case_id, source, config, function, inputs, parameters, weighted=None, fixed=()):
    """Outputs of `function(inputs, parameters)` and the gradients of sum(output * cotangent).

    `weighted` names the outputs that are in that sum (all of them by default). Integer inputs
    and those named in `fixed` get no gradient. A central difference along a random direction checks the gradients.
    """
    assert not inputs.keys() & parameters.keys()
    given = {**inputs, **parameters}
    leaves = {
        name: tensor.clone().requires_grad_()
        for name, tensor in given.items()
        if tensor.is_floating_point() and name not in fixed
    }

    def evaluate(values):
        values = {**given, **values}
        return function({k: values[k] for k in inputs}, {k: values[k] for k in parameters})

    outputs = evaluate(leaves)
    cotangents = {
        name: draw(*outputs[name].shape) if outputs[name].dim() else torch.tensor(1.0)
        for name in weighted or outputs
    }

    def loss(results):
        return sum((results[name] * cotangent).sum() for name, cotangent in cotangents.items())

    grads = torch.autograd.grad(loss(outputs), list(leaves.values()))
    gradients = dict(zip(leaves, grads, strict=True))
    check_directional_derivative(case_id, lambda values: loss(evaluate(values)), leaves, gradients)
    return {
        "id": case_id,
        "source": source,
        "config": config,
        "inputs": inputs,
        "parameters": parameters,
        "cotangents": cotangents,
        "outputs": outputs,
        "gradients": gradients,
    }


@torch.no_grad()
def check_directional_derivative(case_id, loss, leaves, gradients, step=1e-6):
    """Raises when (loss(x + step u) - loss(x - step u)) / (2 step) differs from gradient · u."""
    for _ in range(2):
        direction = {name: torch.randn_like(leaf) for name, leaf in leaves.items()}
        ahead = loss({name: leaf + step * direction[name] for name, leaf in leaves.items()})
        behind = loss({name: leaf - step * direction[name] for name, leaf in leaves.items()})
        numeric = ((ahead - behind) / (2 * step)).item()
        exact = sum((gradients[name] * direction[name]).sum() for name in leaves).item()
        if abs(numeric - exact) > 1e-6 * (1 + abs(exact)):
            raise AssertionError(f"{case_id}: gradient {exact}, central difference {numeric}")


def render(value, depth=0):
    """JSON with one tensor, number list or scalar to a line, so that diffs stay readable."""
    nested = isinstance(value, (dict, list)) and value and not (isinstance(value, dict) and "data" in value)
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
        nested = False
    if not nested:
        return json.dumps(value, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
    indent, end = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(value, dict):
        items = [f"{json.dumps(key)}: {render(item, depth + 1)}" for key, item in value.items()]
        return "{" + indent + ("," + indent).join(items) + end + "}"
    return "[" + indent + ("," + indent).join(render(item, depth + 1) for item in value) + end + "]"


def write(name, about, cases, folder=HERE):
    """Writes NAME.json into a folder; floats with the fewest digits (at most 17) that give them back exactly."""
    ids = [case["id"] for case in cases]
    assert len(set(ids)) == len(ids), "case ids must differ"
    document = {
        "about": about,
        "torch": torch.__version__.split("+")[0],
        "dtype": "float64",
        "cases": encode(cases),
    }
    path = folder / f"{name}.json"
    path.write_text(render(document) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size / 1024:.0f} KiB")
