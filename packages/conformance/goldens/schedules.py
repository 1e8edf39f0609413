"""schedules.json: learning rates and scheduled-sampling probabilities by step."""

import math

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, ReduceLROnPlateau, SequentialLR

from common import write


def optimizer(learning_rate):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=learning_rate)


def formula_case(case_id, source, config, formula, steps):
    """`values` holds formula(step) for each of `steps`."""
    steps = list(steps)
    return {
        "id": case_id,
        "source": source,
        "config": config,
        "steps": steps,
        "values": [float(formula(step)) for step in steps],
    }


def noam_case(model_size, warmup, factor, steps):
    return formula_case(
        f"noam-{model_size}-{warmup}",
        "Vaswani et al. 2017, arXiv:1706.03762, eq. 3, times factor: "
        "factor * modelSize^-0.5 * min(step^-0.5, step * warmupSteps^-1.5)",
        {"schedule": "noam", "modelSize": model_size, "warmupSteps": warmup, "factor": factor, "firstStep": 1},
        lambda step: factor * model_size**-0.5 * min(step**-0.5, step * warmup**-1.5),
        steps,
    )


def inverse_square_root_case(peak, warmup, steps):
    return formula_case(
        f"inverse-square-root-{warmup}",
        "peak * step / warmupSteps while step < warmupSteps, then peak * sqrt(warmupSteps / step)",
        {"schedule": "inverse-square-root", "learningRate": peak, "warmupSteps": warmup, "firstStep": 1},
        lambda step: peak * (step / warmup if step < warmup else math.sqrt(warmup / step)),
        steps,
    )


def constant_case(peak, warmup, steps):
    return formula_case(
        f"constant-warmup-{warmup}",
        "peak * min(1, step / warmupSteps)",
        {"schedule": "constant", "learningRate": peak, "warmupSteps": warmup, "firstStep": 1},
        lambda step: peak * (min(1.0, step / warmup) if warmup else 1.0),
        steps,
    )


def cosine_case(peak, warmup, total, lowest, steps):
    def rate(step):
        if step < warmup:
            return peak * step / warmup
        progress = min(1.0, (step - warmup) / (total - warmup))
        return lowest + (peak - lowest) * 0.5 * (1 + math.cos(math.pi * progress))

    check_cosine(rate, peak, warmup, total, lowest)
    return formula_case(
        f"cosine-{warmup}-{total}",
        "peak * step / warmupSteps while step < warmupSteps, then minimum + (peak - minimum) * "
        "(1 + cos(pi * min(1, (step - warmupSteps) / (totalSteps - warmupSteps)))) / 2; after the warm-up the "
        "same as torch.optim.lr_scheduler.CosineAnnealingLR(T_max=totalSteps - warmupSteps, eta_min=minimum)",
        {
            "schedule": "cosine",
            "learningRate": peak,
            "warmupSteps": warmup,
            "totalSteps": total,
            "minimum": lowest,
            "firstStep": 1,
        },
        rate,
        steps,
    )


def check_cosine(rate, peak, warmup, total, lowest):
    """The closed form against torch's schedulers, step by step."""
    sgd = optimizer(peak)
    cosine = CosineAnnealingLR(sgd, T_max=total - warmup, eta_min=lowest)
    scheduler = cosine
    if warmup:
        ramp = LambdaLR(sgd, lambda step: step / warmup)
        scheduler = SequentialLR(sgd, [ramp, cosine], milestones=[warmup])
    for step in range(total + 1):
        assert math.isclose(sgd.param_groups[0]["lr"], rate(step), rel_tol=1e-9, abs_tol=1e-15), step
        sgd.step()
        scheduler.step()


def plateau_case(name, learning_rate, metrics, **options):
    settings = {
        "mode": "min",
        "factor": 0.5,
        "patience": 2,
        "threshold": 1e-4,
        "threshold_mode": "rel",
        "cooldown": 0,
        "min_lr": 0.0,
        "eps": 1e-8,
    } | options
    sgd, values = optimizer(learning_rate), []
    scheduler = ReduceLROnPlateau(sgd, **settings)
    for metric in metrics:
        scheduler.step(metric)
        values.append(sgd.param_groups[0]["lr"])
    arguments = ", ".join(f"{key}={value!r}" for key, value in settings.items())
    return {
        "id": f"plateau-{name}",
        "source": f"torch.optim.lr_scheduler.ReduceLROnPlateau({arguments})",
        "config": {
            "schedule": "plateau",
            "learningRate": learning_rate,
            "mode": settings["mode"],
            "factor": settings["factor"],
            "patience": settings["patience"],
            "threshold": settings["threshold"],
            "thresholdMode": settings["threshold_mode"],
            "cooldown": settings["cooldown"],
            "minimum": settings["min_lr"],
            "smallestChange": settings["eps"],
        },
        "metrics": metrics,
        "values": values,
    }


def plateau_cases():
    falling = [4.0, 3.0, 3.1, 2.9, 2.9, 2.95, 2.92, 2.91, 2.8, 2.79999, 2.81, 2.85, 2.9, 3.0, 3.0, 3.0, 3.0, 2.0]
    rising = [0.1, 0.3, 0.2, 0.25, 0.3, 0.31, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.5, 0.4]
    return [
        plateau_case("min", 0.1, falling),
        plateau_case("max", 0.1, rising, mode="max"),
        plateau_case("absolute", 0.1, falling, threshold=0.15, threshold_mode="abs"),
        plateau_case("cooldown", 0.1, falling, cooldown=2),
        plateau_case("minimum", 0.1, falling, min_lr=0.04),
        plateau_case("patience-0", 0.1, falling, patience=0),
    ]


BENGIO = "Bengio et al. 2015, arXiv:1506.03099, section 2.4"


def sampling_case(name, formula, config, probability, steps):
    return formula_case(
        f"scheduled-sampling-{name}",
        f"{BENGIO}: {formula}; the probability of feeding the true previous token at step i",
        {"schedule": f"scheduled-sampling-{name}", "firstStep": 0} | config,
        probability,
        steps,
    )


def sampling_cases():
    steps = [0, 1, 2, 5, 10, 50, 100, 200, 500, 1000, 5000]
    return [
        sampling_case("constant", "epsilon = k", {"k": 0.75}, lambda i: 0.75, steps),
        sampling_case(
            "linear",
            "epsilon = max(minimum, k - c i)",
            {"k": 1.0, "c": 0.002, "minimum": 0.1},
            lambda i: max(0.1, 1.0 - 0.002 * i),
            steps,
        ),
        sampling_case("exponential", "epsilon = k^i, k < 1", {"k": 0.99}, lambda i: 0.99**i, steps),
        sampling_case(
            "inverse-sigmoid",
            "epsilon = k / (k + exp(i / k)), k >= 1",
            {"k": 100.0},
            lambda i: 100.0 / (100.0 + math.exp(i / 100.0)),
            steps,
        ),
    ]


def main():
    cases = [
        noam_case(512, 4000, 1.0, [1, 2, 10, 100, 1000, 3999, 4000, 4001, 8000, 100000]),
        noam_case(256, 10, 2.0, range(1, 21)),
        inverse_square_root_case(5e-4, 4000, [1, 2, 10, 100, 1000, 3999, 4000, 4001, 8000, 100000]),
        inverse_square_root_case(0.01, 5, range(1, 16)),
        constant_case(0.001, 0, range(1, 6)),
        constant_case(0.001, 5, range(1, 11)),
        cosine_case(0.001, 5, 20, 1e-5, range(1, 26)),
        cosine_case(0.1, 0, 10, 0.0, range(1, 13)),
        *plateau_cases(),
        *sampling_cases(),
    ]
    write("schedules", "learning rates and scheduled-sampling probabilities by step", cases)


if __name__ == "__main__":
    main()
