"""averaging.json: R-Drop, moving averages of weights, and averages of checkpoints."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel

from common import draw, gradient_case, real_positions, seed, write

ROWS, TIME, VOCABULARY = 2, 4, 6
LENGTHS = [4, 2]


def r_drop_case(alpha, smoothing):
    """Two passes with different dropout; the symmetric divergence between them, Liang et al. 2021."""
    case_id = f"r-drop-alpha-{alpha}-smoothing-{smoothing}"
    seed(case_id)
    real = real_positions(LENGTHS, TIME)
    inputs = {
        "first": draw(ROWS, TIME, VOCABULARY, limit=3),
        "second": draw(ROWS, TIME, VOCABULARY, limit=3),
        "targets": torch.randint(VOCABULARY, (ROWS, TIME)),
    }

    def cross_entropy(logits, targets):
        losses = F.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), reduction="none", label_smoothing=smoothing
        )
        return losses.view(ROWS, TIME)

    def function(inputs, _):
        p, q = (inputs[name].log_softmax(-1) for name in ("first", "second"))
        forwards = F.kl_div(q, p, reduction="none", log_target=True).sum(-1)  # KL(p || q)
        backwards = F.kl_div(p, q, reduction="none", log_target=True).sum(-1)
        divergence = (forwards + backwards) / 2
        losses = cross_entropy(inputs["first"], inputs["targets"]) + cross_entropy(
            inputs["second"], inputs["targets"]
        )
        count = real.sum()
        return {
            "crossEntropy": torch.where(real, losses, 0.0).sum() / count,
            "divergence": torch.where(real, divergence, 0.0).sum() / count,
            "loss": torch.where(real, losses + alpha * divergence, 0.0).sum() / count,
        }

    return gradient_case(
        case_id,
        "written out with torch.nn.functional.cross_entropy and kl_div; Liang et al. 2021, arXiv:2106.14448, eq. 4: "
        "(CE(p) + CE(q)) + alpha (KL(p || q) + KL(q || p)) / 2, the mean over real tokens",
        {"part": "r-drop", "alpha": alpha, "labelSmoothing": smoothing, "lengths": LENGTHS},
        function,
        inputs,
        {},
        weighted=["loss"],
    )


def moving_case(decay, updates=6):
    """AveragedModel copies the weights at its first update; later ones go by the function that it is given."""
    case_id = f"moving-average-decay-{decay}"
    seed(case_id)
    module = nn.Linear(3, 2)

    def move(average, weights, updates_before):
        kept = min(decay, (1 + float(updates_before)) / (10 + float(updates_before)))
        return kept * average + (1 - kept) * weights

    averaged = AveragedModel(module, avg_fn=move)
    steps = []
    for _ in range(updates):
        weights = {name: draw(*parameter.shape) for name, parameter in module.named_parameters()}
        module.load_state_dict(weights)
        averaged.update_parameters(module)
        average = {name: value.clone() for name, value in averaged.module.state_dict().items()}
        steps.append({"weights": weights, "average": average})
    return {
        "id": case_id,
        "source": "torch.optim.swa_utils.AveragedModel: step 0 copies, step n gives d average + (1 - d) weights with "
        "d = min(decay, (1 + n) / (10 + n)), the start of TensorFlow's ExponentialMovingAverage",
        "config": {"part": "moving-average", "decay": decay},
        "steps": steps,
    }


def checkpoint_case(count=5):
    """The plain mean; AveragedModel without a function of its own is that, too."""
    case_id = f"checkpoint-average-{count}"
    seed(case_id)
    module = nn.Linear(3, 2)
    averaged = AveragedModel(module)
    checkpoints = []
    for _ in range(count):
        weights = {name: draw(*parameter.shape) for name, parameter in module.named_parameters()}
        module.load_state_dict(weights)
        averaged.update_parameters(module)
        checkpoints.append(weights)
    mean = {name: torch.stack([each[name] for each in checkpoints]).mean(0) for name in checkpoints[0]}
    for name, value in averaged.module.state_dict().items():
        torch.testing.assert_close(value, mean[name], rtol=1e-14, atol=1e-15)
    return {
        "id": case_id,
        "source": "the mean of each weight over the checkpoints, as Vaswani et al. 2017, section 6.1, do",
        "config": {"part": "checkpoint-average"},
        "checkpoints": checkpoints,
        "average": mean,
    }


def main():
    cases = [r_drop_case(alpha, smoothing) for alpha, smoothing in ((1.0, 0.0), (5.0, 0.1), (0.0, 0.1))]
    cases += [moving_case(0.999), moving_case(0.5), checkpoint_case()]
    write("averaging", "R-Drop, and averages of weights", cases)


if __name__ == "__main__":
    main()
