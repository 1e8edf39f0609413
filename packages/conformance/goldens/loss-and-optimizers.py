"""losses.json, optimizers.json and clipping.json."""

import torch
from torch.nn import functional as fn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from adafactor import ADAFACTOR_DEFAULTS, PAPER_ADAFACTOR, TORCH_ADAFACTOR, PaperAdafactor, adafactor_config
from common import draw, gradient_case, real_positions, seed, write

BATCH, TARGET, VOCABULARY, PAD = 3, 5, 7, 0
STEPS = 5
SHAPES = {"weight": (4, 3), "bias": (5,)}


def make_targets(lengths):
    """Ids [B, T] of real tokens (never PAD), with PAD from each length on."""
    ids = torch.randint(1, VOCABULARY, (BATCH, TARGET))
    return ids if lengths is None else ids.masked_fill(~real_positions(lengths, TARGET), PAD)


def loss_case(case_id, label_smoothing, lengths, logits):
    seed(case_id)
    inputs = {"logits": logits(), "targets": make_targets(lengths)}

    def function(inputs, _):
        rows, targets = inputs["logits"].reshape(-1, VOCABULARY), inputs["targets"].reshape(-1)
        options = {"ignore_index": PAD, "label_smoothing": label_smoothing}
        per_token = fn.cross_entropy(rows, targets, reduction="none", **options)
        return {
            "loss": fn.cross_entropy(rows, targets, reduction="mean", **options),
            "perToken": per_token.reshape(BATCH, TARGET),
            "sum": per_token.sum(),
        }

    return gradient_case(
        case_id,
        f"torch.nn.functional.cross_entropy(label_smoothing={label_smoothing}, ignore_index={PAD}, reduction='mean')",
        {"labelSmoothing": label_smoothing, "padId": PAD, "lengths": lengths},
        function,
        inputs,
        {},
        weighted=["loss"],
    )


def weighted_loss_case(label_smoothing):
    case_id = f"token-weights-smoothing-{label_smoothing}"
    seed(case_id)
    inputs = {
        "logits": draw(BATCH, TARGET, VOCABULARY, limit=4),
        "targets": torch.randint(0, VOCABULARY, (BATCH, TARGET)),
        "tokenWeights": torch.tensor([[1.0, 1, 1, 0, 0], [0.5, 2, 0, 1, 0.25], [0, 0, 0, 0, 0]]),
    }

    def function(inputs, _):
        rows, targets = inputs["logits"].reshape(-1, VOCABULARY), inputs["targets"].reshape(-1)
        per_token = fn.cross_entropy(rows, targets, reduction="none", label_smoothing=label_smoothing)
        per_token = per_token.reshape(BATCH, TARGET)
        weights = inputs["tokenWeights"]
        return {
            "loss": (per_token * weights).sum() / weights.sum(),
            "perToken": per_token,
            "sum": (per_token * weights).sum(),
        }

    return gradient_case(
        case_id,
        "sum(w * l) / sum(w), l = torch.nn.functional.cross_entropy(reduction='none', "
        f"label_smoothing={label_smoothing})",
        {"labelSmoothing": label_smoothing, "padId": None, "lengths": None},
        function,
        inputs,
        {},
        weighted=["loss"],
        fixed=["tokenWeights"],
    )


def extreme_logits():
    """Rows with 1e4 and -1e4 among small logits: exp of them overflows unless the maximum is taken off."""
    logits = draw(BATCH, TARGET, VOCABULARY, limit=4)
    logits[0, :, 2], logits[1, :, 3], logits[2, :, 1] = 1e4, -1e4, 1e4
    logits[0, 1, :] = -1e4
    logits[1, 2, :] = 1e4
    logits[2, :, 4] = 1e4
    return logits


def loss_cases():
    cases = []
    for smoothing in (0.0, 0.1):
        for lengths in (None, [5, 3, 1], [2, 0, 5]):
            masking = "full" if lengths is None else "empty-row" if 0 in lengths else "lengths"
            cases.append(
                loss_case(
                    f"cross-entropy-smoothing-{smoothing}-{masking}",
                    smoothing,
                    lengths,
                    lambda: draw(BATCH, TARGET, VOCABULARY, limit=4),
                )
            )
        cases.append(
            loss_case(f"cross-entropy-smoothing-{smoothing}-extreme-logits", smoothing, [5, 5, 3], extreme_logits)
        )
        cases.append(weighted_loss_case(smoothing))
    return cases


def make_gradients():
    """A gradient per step. The third is 8 times larger, so that Adafactor clips its update; the
    first entry of each is always 0."""
    steps = []
    for step in range(STEPS):
        gradients = {name: draw(*shape, limit=8 if step == 2 else 1) for name, shape in SHAPES.items()}
        for gradient in gradients.values():
            gradient.view(-1)[0] = 0
        steps.append(gradients)
    return steps


def optimizer_case(case_id, source, config, make, learning_rates=None):
    """Runs `make(parameters)` for STEPS steps; `learning_rates` sets one rate per step."""
    seed("optimizers")  # all optimizers start from the same values and see the same gradients
    parameters = {name: torch.nn.Parameter(draw(*shape)) for name, shape in SHAPES.items()}
    initial = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    optimizer, steps = make(list(parameters.values())), []
    for index, gradients in enumerate(make_gradients()):
        if learning_rates:
            optimizer.param_groups[0]["lr"] = learning_rates[index]
        for name, parameter in parameters.items():
            parameter.grad = gradients[name].clone()
        optimizer.step()
        after = {name: parameter.detach().clone() for name, parameter in parameters.items()}
        steps.append({"gradients": gradients, "parameters": after})
    state = {
        name: {key: value for key, value in optimizer.state[parameter].items() if value is not None}
        for name, parameter in parameters.items()
    }
    if learning_rates:
        config = config | {"learningRates": learning_rates}
    return {
        "id": case_id,
        "source": source,
        "config": config,
        "parameters": initial,
        "steps": steps,
        "state": state,
    }


def sgd_case(name, **options):
    settings = {"lr": 0.1, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0} | options
    arguments = ", ".join(f"{key}={value}" for key, value in settings.items())
    config = {
        "optimizer": "sgd",
        "learningRate": settings["lr"],
        "momentum": settings["momentum"],
        "nesterov": settings["nesterov"],
        "weightDecay": settings["weight_decay"],
    }
    make = lambda parameters: torch.optim.SGD(parameters, **settings, foreach=False)  # noqa: E731
    return optimizer_case(f"sgd-{name}", f"torch.optim.SGD({arguments})", config, make)


def adam_case(name, kind=torch.optim.Adam, learning_rates=None, **options):
    default_decay = 0.01 if kind is torch.optim.AdamW else 0.0
    settings = {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": default_decay} | options
    arguments = ", ".join(f"{key}={value}" for key, value in settings.items())
    config = {
        "optimizer": kind.__name__.lower(),
        "learningRate": settings["lr"],
        "beta1": settings["betas"][0],
        "beta2": settings["betas"][1],
        "epsilon": settings["eps"],
        "weightDecay": settings["weight_decay"],
    }
    make = lambda parameters: kind(parameters, **settings, foreach=False)  # noqa: E731
    source = f"torch.optim.{kind.__name__}({arguments})"
    return optimizer_case(f"{kind.__name__.lower()}-{name}", source, config, make, learning_rates)


def torch_adafactor_case(name, **options):
    settings = ADAFACTOR_DEFAULTS | options
    arguments = ", ".join(f"{key}={value}" for key, value in settings.items())
    make = lambda parameters: torch.optim.Adafactor(parameters, **settings, foreach=False)  # noqa: E731
    source = f"torch.optim.Adafactor({arguments})"
    return optimizer_case(f"adafactor-torch-{name}", source, adafactor_config(settings, TORCH_ADAFACTOR), make)


def paper_adafactor_case(name, **options):
    settings = {"lr": 0.01, "beta2_decay": -0.8, "eps": (1e-30, 1e-3), "d": 1.0} | options
    arguments = ", ".join(f"{key}={value}" for key, value in settings.items())
    return optimizer_case(
        f"adafactor-paper-{name}",
        f"Shazeer and Stern 2018, arXiv:1804.04235, algorithms 4 to 6, written out in torch ({arguments})",
        adafactor_config(settings | {"weight_decay": 0.0}, PAPER_ADAFACTOR),
        lambda parameters: PaperAdafactor(parameters, **settings),
    )


def check_adafactor(paper, torchs):
    """Where no epsilon acts, torch and the paper agree."""
    for ours, theirs in zip(paper["steps"], torchs["steps"], strict=True):
        for name in SHAPES:
            torch.testing.assert_close(ours["parameters"][name], theirs["parameters"][name], rtol=1e-12, atol=0)


def optimizer_cases():
    adamw = torch.optim.AdamW
    default_eps = (1e-30, 1e-3)
    cases = [
        sgd_case("plain"),
        sgd_case("momentum", momentum=0.9),
        sgd_case("nesterov", momentum=0.9, nesterov=True),
        sgd_case("weight-decay", weight_decay=0.05),
        sgd_case("momentum-weight-decay", momentum=0.9, weight_decay=0.05),
        sgd_case("nesterov-weight-decay", momentum=0.9, nesterov=True, weight_decay=0.05),
        adam_case("default"),
        adam_case("weight-decay", weight_decay=0.1),
        adam_case("vaswani", betas=(0.9, 0.98), eps=1e-9),
        adam_case("changing-rate", learning_rates=[0.001, 0.002, 0.003, 0.002, 0.001]),
        adam_case("default", kind=adamw),
        adam_case("weight-decay", kind=adamw, weight_decay=0.1),
        adam_case("changing-rate", kind=adamw, weight_decay=0.1, learning_rates=[0.001, 0.002, 0.003, 0.002, 0.001]),
        torch_adafactor_case("default"),
        torch_adafactor_case("relative-step", lr=1.0, eps=default_eps),
        torch_adafactor_case("epsilon", eps=(0.25, 2.0), d=2.0),
        torch_adafactor_case("weight-decay", weight_decay=0.1),
        paper_adafactor_case("default"),
        paper_adafactor_case("relative-step", lr=1.0),
        paper_adafactor_case("epsilon", eps=(0.25, 2.0), d=2.0),
    ]
    by_id = {case["id"]: case for case in cases}
    for name in ("default", "relative-step"):
        check_adafactor(by_id[f"adafactor-paper-{name}"], by_id[f"adafactor-torch-{name}"])
    return cases


def clipping_case(case_id, source, config, gradients, clip):
    parameters = [torch.nn.Parameter(torch.zeros_like(gradient)) for gradient in gradients.values()]
    for parameter, gradient in zip(parameters, gradients.values(), strict=True):
        parameter.grad = gradient.clone()
    norm = clip(parameters)
    outputs = {name: parameter.grad for name, parameter in zip(gradients, parameters, strict=True)}
    if norm is not None:
        outputs = {"norm": norm} | outputs
    return {"id": case_id, "source": source, "config": config, "inputs": gradients, "outputs": outputs}


def clipping_cases():
    def gradients(limit):
        return {name: draw(*shape, limit=limit) for name, shape in SHAPES.items()}

    def by_norm(name, values, limit):
        return clipping_case(
            f"norm-{name}",
            f"torch.nn.utils.clip_grad_norm_(max_norm={limit}): scale by min(1, max_norm / (norm + 1e-6))",
            {"kind": "norm", "limit": limit, "epsilon": 1e-6},
            values,
            lambda parameters: clip_grad_norm_(parameters, limit),
        )

    def by_value(name, values, limit):
        return clipping_case(
            f"value-{name}",
            f"torch.nn.utils.clip_grad_value_(clip_value={limit})",
            {"kind": "value", "limit": limit},
            values,
            lambda parameters: clip_grad_value_(parameters, limit),
        )

    seed("clipping")
    large, small = gradients(2), gradients(0.125)
    unit = {"weight": torch.zeros(4, 3), "bias": torch.tensor([0.0, 1, 0, 0, 0])}
    zero = {name: torch.zeros(shape) for name, shape in SHAPES.items()}
    return [
        by_norm("above", large, 1.0),
        by_norm("above-far", {name: 1024 * gradient for name, gradient in large.items()}, 0.25),
        by_norm("below", small, 1.0),
        by_norm("at-the-limit", unit, 1.0),
        by_norm("zero", zero, 1.0),
        by_value("above", large, 0.5),
        by_value("below", small, 0.5),
    ]


def main():
    write("losses", "token cross-entropy in nats; gradients are those of `loss`", loss_cases())
    write(
        "optimizers",
        f"{STEPS} steps of each optimizer: given gradients, parameters after the step, state after the last",
        optimizer_cases(),
    )
    write("clipping", "gradients before (inputs) and after (outputs) clipping", clipping_cases())


if __name__ == "__main__":
    main()
