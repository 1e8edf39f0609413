"""Adafactor: the exact formulas of PyTorch and of the paper, and the paper's written out."""

import torch

TORCH_ADAFACTOR = {
    "step": "t = 1, 2, ...; G the gradient, X the parameter",
    "beta2": "1 - t^beta2Decay",
    "rho": "min(learningRate, 1 / sqrt(t))",
    "alpha": "max(epsilon2, RMS(X before the step)) * rho",
    "weightDecay": "X = X * (1 - learningRate * weightDecay), after alpha is taken",
    "matrix": "R = beta2 R + (1 - beta2) mean over columns of G^2; C = beta2 C + (1 - beta2) mean over rows of G^2; "
    "V = R C / max(mean(R), epsilon1)",
    "vector": "V = beta2 V + (1 - beta2) G^2",
    "update": "U = G / sqrt(max(V, epsilon1^2)); X = X - alpha U / max(1, RMS(U) / d)",
    "epsilon1": "None means the machine epsilon of the dtype: 2.220446049250313e-16 in float64",
}

PAPER_ADAFACTOR = {
    "step": "t = 1, 2, ...; G the gradient, X the parameter",
    "beta2": "1 - t^beta2Decay",
    "rho": "min(learningRate, 1 / sqrt(t))",
    "alpha": "max(epsilon2, RMS(X before the step)) * rho",
    "matrix": "R = beta2 R + (1 - beta2) sum over columns of (G^2 + epsilon1); "
    "C = beta2 C + (1 - beta2) sum over rows of (G^2 + epsilon1); V = R C / sum(R)",
    "vector": "V = beta2 V + (1 - beta2) (G^2 + epsilon1)",
    "update": "U = G / sqrt(V); X = X - alpha U / max(1, RMS(U) / d)",
}


def adafactor_config(settings, formulas):
    return {
        "optimizer": "adafactor",
        "learningRate": settings["lr"],
        "beta2Decay": settings["beta2_decay"],
        "epsilon1": settings["eps"][0],
        "epsilon2": settings["eps"][1],
        "d": settings["d"],
        "weightDecay": settings["weight_decay"],
        "formulas": formulas,
    }


ADAFACTOR_DEFAULTS = {"lr": 0.01, "beta2_decay": -0.8, "eps": (None, 1e-3), "d": 1.0, "weight_decay": 0.0}


class PaperAdafactor(torch.optim.Optimizer):
    """Adafactor as Shazeer and Stern 2018, arXiv:1804.04235, write it: algorithms 4 and 5, defaults of 6."""

    def __init__(self, parameters, lr, beta2_decay, eps, d):
        super().__init__(parameters, {"lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                self.update(parameter, group)

    def update(self, parameter, group):
        epsilon1, epsilon2 = group["eps"]
        state, squares = self.state[parameter], parameter.grad**2 + epsilon1
        state["step"] = t = state.get("step", 0) + 1
        beta2 = 1 - t ** group["beta2_decay"]

        def average(key, value):
            state[key] = beta2 * state.get(key, torch.zeros_like(value)) + (1 - beta2) * value
            return state[key]

        if parameter.dim() == 2:
            rows, columns = average("row_sum", squares.sum(1)), average("col_sum", squares.sum(0))
            variance = torch.outer(rows, columns) / rows.sum()
        else:
            variance = average("variance", squares)
        update = parameter.grad / variance.sqrt()
        update = update / max(1.0, rms(update) / group["d"])
        rho = min(group["lr"], t**-0.5)
        parameter -= max(epsilon2, rms(parameter)) * rho * update


def rms(tensor):
    return tensor.square().mean().sqrt().item()
