"""attention.json: attention of decoder queries over encoder states, with gradients."""

import math

import torch
from torch import nn

from common import draw, gradient_case, real_positions, seed, write

BATCH, SOURCE, TARGET = 3, 5, 4
QUERY, KEY, ATTENTION = 2, 6, 7  # sizes; dot and scaled dot use KEY for the queries too
SAME_SIZE = {"dot", "scaled-dot"}

FORMULAS = {
    "additive": "v . tanh(W_q q + W_k k + b); Bahdanau et al. 2015, arXiv:1409.0473, A.1.2",
    "dot": "q . k; Luong et al. 2015, arXiv:1508.04025, eq. 8",
    "general": "q . (W k); Luong et al. 2015, arXiv:1508.04025, eq. 8",
    "concat": "v . tanh(W [k; q]); Luong et al. 2015, arXiv:1508.04025, eq. 8",
    "scaled-dot": "q . k / sqrt(d); Vaswani et al. 2017, arXiv:1706.03762, eq. 1",
}


def parameter_shapes(kind, coverage):
    shapes = {
        "additive": {
            "query.weight": (ATTENTION, QUERY),
            "key.weight": (ATTENTION, KEY),
            "bias": (ATTENTION,),
            "v": (ATTENTION,),
        },
        "general": {"weight": (QUERY, KEY)},
        "concat": {"weight": (ATTENTION, KEY + QUERY), "v": (ATTENTION,)},
    }.get(kind, {})
    return shapes | ({"coverage.weight": (ATTENTION, 1)} if coverage else {})


def scores(kind, queries, keys, p, coverage=None):
    """Scores [B, T, S] of queries [B, T, Hq] on keys [B, S, Hk]; coverage is [B, S]."""
    if kind == "dot":
        return queries @ keys.transpose(1, 2)
    if kind == "scaled-dot":
        return queries @ keys.transpose(1, 2) / math.sqrt(keys.shape[-1])
    if kind == "general":
        return queries @ (keys @ p["weight"].T).transpose(1, 2)
    q, k = queries[:, :, None, :], keys[:, None, :, :]
    if kind == "additive":
        inner = q @ p["query.weight"].T + k @ p["key.weight"].T + p["bias"]
    else:
        both = [q.shape[0], q.shape[1], k.shape[2]]
        inner = torch.cat([k.expand(*both, -1), q.expand(*both, -1)], -1) @ p["weight"].T
    if coverage is not None:
        inner = inner + coverage[:, None, :, None] * p["coverage.weight"][:, 0]
    return torch.tanh(inner) @ p["v"]


def masked_softmax(values, real):
    """Softmax over the last axis where `real` is true; 0 elsewhere, and all 0 in a row with none."""
    if real is None:
        return torch.softmax(values, -1)
    lowest = torch.finfo(values.dtype).min
    highest = values.masked_fill(~real, lowest).amax(-1, keepdim=True).detach()
    exponentials = torch.where(real, torch.exp(torch.where(real, values - highest, 0.0)), 0.0)
    total = exponentials.sum(-1, keepdim=True)
    return exponentials / torch.where(total > 0, total, 1.0)


def attend(kind, queries, keys, p, real, coverage=None):
    """Weights [B, T, S] and context [B, T, Hk]; the values are the keys themselves."""
    weights = masked_softmax(scores(kind, queries, keys, p, coverage), None if real is None else real[:, None])
    return weights, weights @ keys


def check_masked_softmax():
    """Against torch.softmax of -inf, in the rows where that is no NaN."""
    torch.manual_seed(0)
    values, real = torch.randn(4, 6), torch.rand(4, 6) < 0.6
    real[1] = False
    ours, torchs = masked_softmax(values, real), torch.softmax(values.masked_fill(~real, -torch.inf), -1)
    assert (ours[1] == 0).all() and torchs[1].isnan().all()
    rows = real.any(-1)
    torch.testing.assert_close(ours[rows], torchs[rows], rtol=1e-14, atol=1e-14)


def check_scaled_dot():
    """Against torch.nn.functional.scaled_dot_product_attention."""
    torch.manual_seed(0)
    queries, keys, real = torch.randn(3, 4, 6), torch.randn(3, 5, 6), real_positions([5, 3, 1], 5)
    _, context = attend("scaled-dot", queries, keys, {}, real)
    expected = nn.functional.scaled_dot_product_attention(queries, keys, keys, attn_mask=real[:, None])
    torch.testing.assert_close(context, expected, rtol=1e-13, atol=1e-13)


def case(kind, target, lengths, coverage=False, limit=1.0, note=""):
    query_size = KEY if kind in SAME_SIZE else QUERY
    extent = "step" if target == 1 else "sequence"
    masking = "full" if lengths is None else "empty-row" if 0 in lengths else "lengths"
    case_id = f"{kind}{'-coverage' if coverage else ''}-{extent}-{masking}{note}"
    seed(case_id)
    inputs = {"queries": draw(BATCH, target, query_size, limit=limit), "keys": draw(BATCH, SOURCE, KEY, limit=limit)}
    if coverage:
        inputs["coverage"] = draw(BATCH, SOURCE).abs() if target == 1 else torch.zeros(BATCH, SOURCE)
    real = real_positions(lengths, SOURCE)

    def function(inputs, parameters):
        queries, keys = inputs["queries"], inputs["keys"]
        if not coverage:
            weights, context = attend(kind, queries, keys, parameters, real)
            return {"weights": weights, "context": context}
        covered, weights, context = inputs["coverage"], [], []
        for t in range(target):
            w, c = attend(kind, queries[:, t : t + 1], keys, parameters, real, covered)
            covered = covered + w[:, 0]
            weights.append(w)
            context.append(c)
        return {"weights": torch.cat(weights, 1), "context": torch.cat(context, 1), "coverage_n": covered}

    formula = FORMULAS[kind]
    if coverage:
        formula += "; w_c c is added inside the tanh, c the sum of the weights of earlier steps (not detached)"
    return gradient_case(
        case_id,
        f"written out in torch with autograd: {formula}",
        {
            "kind": kind,
            "lengths": lengths,
            "coverage": coverage,
            "querySize": query_size,
            "keySize": KEY,
            "attentionSize": None if kind in SAME_SIZE | {"general"} else ATTENTION,
        },
        function,
        inputs,
        {name: draw(*shape) for name, shape in parameter_shapes(kind, coverage).items()},
    )


def main():
    check_masked_softmax()
    check_scaled_dot()
    cases = []
    for kind in FORMULAS:
        cases += [case(kind, 1, lengths) for lengths in (None, [2, 0, 5])]
        cases += [case(kind, TARGET, lengths) for lengths in (None, [3, 5, 1], [2, 0, 5])]
    for kind in ("additive", "concat"):
        cases += [case(kind, 1, [3, 5, 1], coverage=True)]
        cases += [case(kind, TARGET, lengths, coverage=True) for lengths in (None, [3, 5, 1], [2, 0, 5])]
    cases.append(case("dot", 1, [3, 5, 1], limit=64.0, note="-large-scores"))
    write("attention", "attention weights and context of decoder queries over encoder states (keys = values)", cases)


if __name__ == "__main__":
    main()
