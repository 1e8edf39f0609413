"""What stands between the attentions of a Transformer: norms, activations, feed-forward nets, the SSRU, and
convolutions in front. Part of transformer.json; transformer.py writes it."""

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

from common import draw, draw_parameters, gradient_case, real_positions, seed

BATCH, TARGET = 2, 4
MODEL, FEED_FORWARD = 8, 6


def zero_padding(output, lengths):
    """Nobody may use what stands at padding, so it is written as 0, and no gradient comes from it."""
    real = real_positions(lengths, output.shape[1])
    return output if real is None else torch.where(real[..., None], output, 0.0)


def function_case(name, source, function, limit=4.0, parameters=None, config=None, shape=(3, 4, MODEL)):
    """A function of one input `x` and of parameters."""
    seed(name)
    drawn = {key: draw(*sizes) for key, sizes in (parameters or {}).items()}
    return gradient_case(
        name,
        source,
        {"part": name.rsplit("-epsilon", 1)[0], **(config or {})},
        lambda inputs, parameters: {"output": function(inputs["x"], parameters)},
        {"x": draw(*shape, limit=limit)},
        drawn,
    )


def norm_cases():
    weight = {"weight": (MODEL,)}
    both = {**weight, "bias": (MODEL,)}
    for epsilon in (1e-5, 0.25):
        config = {"epsilon": epsilon}

        def layer_norm(x, p, epsilon=epsilon):
            return F.layer_norm(x, (MODEL,), p["weight"], p.get("bias"), epsilon)

        def rms_norm(x, p, epsilon=epsilon):
            return F.rms_norm(x, (MODEL,), p["weight"], epsilon)

        source = "torch.nn.functional.layer_norm"
        yield function_case(f"layer-norm-epsilon-{epsilon}", source, layer_norm, 4, both, config)
        no_bias = function_case(f"layer-norm-no-bias-epsilon-{epsilon}", source, layer_norm, 4, weight, config)
        no_bias["config"]["part"] = "layer-norm"
        yield no_bias
        source = "torch.nn.functional.rms_norm"
        yield function_case(f"rms-norm-epsilon-{epsilon}", source, rms_norm, 4, weight, config)


def activation_cases():
    functions = {
        "gelu": (F.gelu, "torch.nn.functional.gelu: x Phi(x)"),
        "gelu-tanh": (lambda x: F.gelu(x, approximate="tanh"), "torch.nn.functional.gelu(approximate='tanh')"),
        "silu": (F.silu, "torch.nn.functional.silu"),
    }
    for name, (function, source) in functions.items():
        yield function_case(name, source, lambda x, _, f=function: f(x), limit=8.0)


def feed_forward_cases():
    """W_2 act(W_1 x + b_1) + b_2, and gated: W_down (act(W_gate x) * (W_up x)), Shazeer 2020."""
    plain = {
        "up.weight": (FEED_FORWARD, MODEL),
        "up.bias": (FEED_FORWARD,),
        "down.weight": (MODEL, FEED_FORWARD),
        "down.bias": (MODEL,),
    }
    gated = {"gate.weight": (FEED_FORWARD, MODEL), "up.weight": (FEED_FORWARD, MODEL)}
    gated["down.weight"] = (MODEL, FEED_FORWARD)

    def feed(activation, x, p):
        if "gate.weight" in p:
            return (activation(x @ p["gate.weight"].T) * (x @ p["up.weight"].T)) @ p["down.weight"].T
        return F.linear(activation(F.linear(x, p["up.weight"], p["up.bias"])), p["down.weight"], p["down.bias"])

    kinds = {
        "relu": (F.relu, plain),
        "gelu": (F.gelu, plain),
        "gelu-tanh": (lambda x: F.gelu(x, approximate="tanh"), plain),
        "silu": (F.silu, plain),
        "swiglu": (F.silu, gated),
        "geglu": (F.gelu, gated),
    }
    for name, (activation, parameters) in kinds.items():
        form = "down(act(gate x) * up x), arXiv:2002.05202" if parameters is gated else "down(act(up x))"
        case = function_case(
            f"feed-forward-{name}",
            f"written out in torch with autograd: {form}",
            lambda x, p, f=activation: feed(f, x, p),
            2,
            parameters,
            {"activation": name, "modelSize": MODEL, "feedForwardSize": FEED_FORWARD},
            (BATCH, 3, MODEL),
        )
        case["config"]["part"] = "feed-forward"
        yield case


def ssru_case(initial):
    """Kim et al. 2019, D19-5632, section 3.1: f = sigmoid(W_f x + b), c = f c' + (1 - f) W x, o = relu(c)."""
    case_id = f"ssru-{initial}-state"
    seed(case_id)
    inputs = {"x": draw(BATCH, TARGET, MODEL, limit=2)}
    if initial == "given":
        inputs["c_0"] = draw(BATCH, MODEL)

    def function(inputs, p):
        c, outputs = inputs.get("c_0", torch.zeros(BATCH, MODEL)), []
        for x in inputs["x"].unbind(1):
            f = torch.sigmoid(F.linear(x, p["forget.weight"], p["forget.bias"]))
            c = f * c + (1 - f) * (x @ p["input.weight"].T)
            outputs.append(torch.relu(c))
        return {"output": torch.stack(outputs, 1), "c_n": c}

    return gradient_case(
        case_id,
        "written out in torch with autograd; Kim et al. 2019, https://aclanthology.org/D19-5632: "
        "f = sigmoid(W_f x + b_f), c = f * c' + (1 - f) * W x, o = relu(c)",
        {"part": "ssru", "modelSize": MODEL},
        function,
        inputs,
        {"input.weight": draw(MODEL, MODEL), "forget.weight": draw(MODEL, MODEL), "forget.bias": draw(MODEL)},
    )


def convolution_case(kernel, stride, lengths=None):
    """nn.Conv1d over frames [B, S, features]; frames beyond a length are 0, as padding is."""
    masking = "lengths" if lengths else "full"
    case_id = f"convolution-kernel-{kernel}-stride-{stride}-{masking}"
    seed(case_id)
    frames, features, channels, padding = 9, 3, 4, (kernel - 1) // 2
    module = nn.Conv1d(features, channels, kernel, stride, padding)
    after = None if lengths is None else [(n + 2 * padding - kernel) // stride + 1 for n in lengths]

    def function(inputs, parameters):
        x = zero_padding(inputs["x"], lengths)
        output = functional_call(module, parameters, (x.transpose(1, 2),)).transpose(1, 2)
        return {"output": zero_padding(output, after)}

    return gradient_case(
        case_id,
        "torch.nn.Conv1d over [B, features, frames], transposed to [B, frames, features] on both sides",
        {
            "part": "convolution",
            "features": features,
            "channels": channels,
            "kernelSize": kernel,
            "stride": stride,
            "padding": padding,
            "lengths": lengths,
            "lengthsAfter": after,
        },
        function,
        {"x": draw(BATCH, frames, features)},
        draw_parameters(module),
    )


def cases():
    return [
        *norm_cases(),
        *activation_cases(),
        *feed_forward_cases(),
        ssru_case("zero"),
        ssru_case("given"),
        convolution_case(1, 1),
        convolution_case(3, 1),
        convolution_case(3, 2, [9, 4]),
        convolution_case(5, 2, [6, 9]),
        convolution_case(5, 3),
    ]
