"""rnn.json: Elman, LSTM and GRU layers over whole sequences, with gradients."""

from itertools import product

import torch
from torch import nn
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from common import draw, draw_parameters, gradient_case, real_positions, seed, write

BATCH, TIME = 3, 5
LENGTHS = [3, 5, 1]  # not sorted, so that the order of rows has to be kept

MODULES = {
    "rnn-tanh": (nn.RNN, {"nonlinearity": "tanh"}),
    "rnn-relu": (nn.RNN, {"nonlinearity": "relu"}),
    "lstm": (nn.LSTM, {}),
    "gru": (nn.GRU, {}),
}


def sizes(layers, directions):
    """Input and hidden size: the single plain layer is larger, the others keep the file small."""
    return (4, 6) if layers == directions == 1 else (2, 4)


def make_inputs(cell, layers, directions, initial, input_size, hidden_size):
    inputs = {"input": draw(BATCH, TIME, input_size, limit=2)}
    if initial == "given":
        inputs["h_0"] = draw(layers * directions, BATCH, hidden_size)
        if cell == "lstm":
            inputs["c_0"] = draw(layers * directions, BATCH, hidden_size, limit=2)
    return inputs


def torch_case(cell, layers, directions, initial, lengths):
    case_id = (
        f"{cell}-{layers}-layer{'s' if layers > 1 else ''}-{'bidirectional' if directions == 2 else 'forward'}"
        f"-{initial}-state-{'lengths' if lengths else 'full'}"
    )
    seed(case_id)
    input_size, hidden_size = sizes(layers, directions)
    kind, options = MODULES[cell]
    module = kind(
        input_size, hidden_size, layers, batch_first=True, bidirectional=directions == 2, **options
    )

    def function(inputs, parameters):
        state = inputs.get("h_0")
        if "c_0" in inputs:
            state = (inputs["h_0"], inputs["c_0"])
        sequence = inputs["input"]
        if lengths:
            sequence = pack_padded_sequence(sequence, lengths, batch_first=True, enforce_sorted=False)
        output, final = functional_call(module, parameters, (sequence, state))
        if lengths:
            output, _ = pad_packed_sequence(output, batch_first=True, total_length=TIME)
        h_n, c_n = final if cell == "lstm" else (final, None)
        return {"output": output, "h_n": h_n} | ({} if c_n is None else {"c_n": c_n})

    packed = ", packed with enforce_sorted=False, padded back with 0" if lengths else ""
    return gradient_case(
        case_id,
        f"torch.nn.{kind.__name__}(batch_first=True{packed})",
        config(cell, layers, directions, initial, lengths, input_size, hidden_size),
        function,
        make_inputs(cell, layers, directions, initial, input_size, hidden_size),
        draw_parameters(module),
    )


def variants(layers, directions):
    """Initial states and lengths: all four pairs for the plain layer, two for the others."""
    if layers == directions == 1:
        return list(product(("zero", "given"), (None, LENGTHS)))
    return [("zero", None), ("given", LENGTHS)]


def config(cell, layers, directions, initial, lengths, input_size, hidden_size):
    return {
        "cell": cell,
        "layers": layers,
        "bidirectional": directions == 2,
        "initialState": initial,
        "lengths": lengths,
        "inputSize": input_size,
        "hiddenSize": hidden_size,
    }


def reset_before_step(x, h, p, layer):
    """The GRU of Cho et al. 2014, arXiv:1406.1078, eqs. 5 to 8, with biases added.

    Here r multiplies h before W_hn; PyTorch multiplies after it. Gate order and names are PyTorch's.
    """
    x_r, x_z, x_n = nn.functional.linear(x, p[f"weight_ih_l{layer}"], p[f"bias_ih_l{layer}"]).chunk(3, -1)
    w_r, w_z, w_n = p[f"weight_hh_l{layer}"].chunk(3, 0)
    b_r, b_z, b_n = p[f"bias_hh_l{layer}"].chunk(3, 0)
    r = torch.sigmoid(x_r + h @ w_r.T + b_r)
    z = torch.sigmoid(x_z + h @ w_z.T + b_z)
    n = torch.tanh(x_n + (r * h) @ w_n.T + b_n)
    return (1 - z) * n + z * h


def reset_before_case(layers, initial, lengths):
    case_id = (
        f"gru-reset-before-{layers}-layer{'s' if layers > 1 else ''}-forward-{initial}-state"
        f"-{'lengths' if lengths else 'full'}"
    )
    seed(case_id)
    input_size, hidden_size = sizes(layers, 1)
    real = real_positions(lengths or [TIME] * BATCH, TIME)

    def function(inputs, parameters):
        sequence, finals = inputs["input"], []
        for layer in range(layers):
            h = inputs["h_0"][layer] if "h_0" in inputs else torch.zeros(BATCH, hidden_size)
            outputs = []
            for t in range(TIME):
                following = reset_before_step(sequence[:, t], h, parameters, layer)
                is_real = real[:, t, None]
                h = torch.where(is_real, following, h)
                outputs.append(torch.where(is_real, following, 0.0))
            sequence = torch.stack(outputs, 1)
            finals.append(h)
        return {"output": sequence, "h_n": torch.stack(finals)}

    return gradient_case(
        case_id,
        "written out in torch with autograd; Cho et al. 2014, arXiv:1406.1078: "
        "n = tanh(W_in x + b_in + W_hn (r * h) + b_hn), h' = (1 - z) * n + z * h",
        config("gru-reset-before", layers, 1, initial, lengths, input_size, hidden_size),
        function,
        make_inputs("gru", layers, 1, initial, input_size, hidden_size),
        draw_parameters(nn.GRU(input_size, hidden_size, layers)),
    )


def main():
    cases = [
        torch_case(cell, layers, directions, *variant)
        for cell, layers, directions in product(MODULES, (1, 2), (1, 2))
        for variant in variants(layers, directions)
    ]
    cases += [reset_before_case(layers, *variant) for layers in (1, 2) for variant in variants(layers, 1)]
    write("rnn", "recurrent layers over whole sequences, batch first", cases)


if __name__ == "__main__":
    main()
