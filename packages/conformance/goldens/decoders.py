"""decoders.json: whole recurrent decoders over four teacher-forced steps, with gradients."""

import torch
from torch import nn
from torch.func import functional_call

from attention import attend
from common import draw, draw_parameters, gradient_case, real_positions, seed, write

BATCH, SOURCE, TARGET = 3, 5, 4
VOCABULARY, EMBEDDING, HIDDEN, MEMORY, ATTENTION = 9, 2, 4, 6, 7
LENGTHS = [3, 5, 1]


class AdditiveAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Linear(HIDDEN, ATTENTION, bias=False)
        self.key = nn.Linear(MEMORY, ATTENTION, bias=False)
        self.bias, self.v = nn.Parameter(torch.zeros(ATTENTION)), nn.Parameter(torch.zeros(ATTENTION))

    def forward(self, query, memory, real):
        return attend("additive", query, memory, dict(self.named_parameters()), real)


class GeneralAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(HIDDEN, MEMORY))

    def forward(self, query, memory, real):
        return attend("general", query, memory, dict(self.named_parameters()), real)


class PlainDecoder(nn.Module):
    """s_t = GRU([y; C], s_{t-1}), logits = W [y; s_t; C] + b: the context C at every step."""

    def __init__(self, layers):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING)
        self.rnn = nn.GRU(EMBEDDING + MEMORY, HIDDEN, layers, batch_first=True)
        self.output = nn.Linear(EMBEDDING + HIDDEN + MEMORY, VOCABULARY)

    def forward(self, inputs):
        logits, h = [], inputs["h_0"]
        context = inputs["context"][:, None]
        for y in inputs["ids"].unbind(1):
            embedded = self.embedding(y[:, None])
            state, h = self.rnn(torch.cat([embedded, context], -1), h)
            logits.append(self.output(torch.cat([embedded, state, context], -1)))
        return {"logits": torch.cat(logits, 1), "h_n": h}


class BahdanauDecoder(nn.Module):
    """Query: the top state before the step. c_t = attention, s_t = GRU([y; c_t], s_{t-1}),
    logits = W [s_t; c_t; y] + b."""

    def __init__(self, layers):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING)
        self.attention = AdditiveAttention()
        self.rnn = nn.GRU(EMBEDDING + MEMORY, HIDDEN, layers, batch_first=True)
        self.output = nn.Linear(HIDDEN + MEMORY + EMBEDDING, VOCABULARY)

    def forward(self, inputs):
        logits, weights, contexts, h = [], [], [], inputs["h_0"]
        real = real_positions(LENGTHS, SOURCE)
        for y in inputs["ids"].unbind(1):
            embedded = self.embedding(y[:, None])
            w, context = self.attention(h[-1][:, None], inputs["memory"], real)
            state, h = self.rnn(torch.cat([embedded, context], -1), h)
            logits.append(self.output(torch.cat([state, context, embedded], -1)))
            weights.append(w)
            contexts.append(context)
        outputs = {"logits": logits, "weights": weights, "context": contexts}
        return {name: torch.cat(steps, 1) for name, steps in outputs.items()} | {"h_n": h}


class LuongDecoder(nn.Module):
    """s_t = LSTM([y; a_{t-1}], s_{t-1}) with a_0 = 0, c_t = attention of the new top state,
    a_t = tanh(W_c [c_t; s_t]), logits = W a_t + b. Without input feeding: s_t = LSTM(y, s_{t-1})."""

    def __init__(self, layers, input_feeding):
        super().__init__()
        self.input_feeding = input_feeding
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING)
        self.rnn = nn.LSTM(EMBEDDING + HIDDEN * input_feeding, HIDDEN, layers, batch_first=True)
        self.attention = GeneralAttention()
        self.combine = nn.Linear(MEMORY + HIDDEN, HIDDEN, bias=False)
        self.output = nn.Linear(HIDDEN, VOCABULARY)

    def forward(self, inputs):
        attentional, weights, contexts = [], [], []
        previous, state = torch.zeros(BATCH, 1, HIDDEN), (inputs["h_0"], inputs["c_0"])
        real = real_positions(LENGTHS, SOURCE)
        for y in inputs["ids"].unbind(1):
            x = self.embedding(y[:, None])
            if self.input_feeding:
                x = torch.cat([x, previous], -1)
            top, state = self.rnn(x, state)
            w, context = self.attention(top, inputs["memory"], real)
            previous = torch.tanh(self.combine(torch.cat([context, top], -1)))
            attentional.append(previous)
            weights.append(w)
            contexts.append(context)
        attentional = torch.cat(attentional, 1)
        return {
            "logits": self.output(attentional),
            "attentional": attentional,
            "weights": torch.cat(weights, 1),
            "context": torch.cat(contexts, 1),
            "h_n": state[0],
            "c_n": state[1],
        }


def case(name, module, layers, source, note):
    case_id = f"{name}-{layers}-layer{'s' if layers > 1 else ''}"
    seed(case_id)
    # Ids repeat, also within a row, so that rows of the embedding gradient add up.
    inputs = {"ids": torch.tensor([[1, 4, 4, 7], [1, 2, 8, 4], [1, 7, 3, 0]])}
    inputs["h_0"] = draw(layers, BATCH, HIDDEN)
    if isinstance(module, LuongDecoder):
        inputs["c_0"] = draw(layers, BATCH, HIDDEN, limit=2)
    if isinstance(module, PlainDecoder):
        inputs["context"] = draw(BATCH, MEMORY)
    else:
        inputs["memory"] = draw(BATCH, SOURCE, MEMORY)
    return gradient_case(
        case_id,
        f"written out with torch.nn modules and autograd; {source}",
        {
            "decoder": name,
            "layers": layers,
            "lengths": None if isinstance(module, PlainDecoder) else LENGTHS,
            "formula": note,
        },
        lambda inputs, parameters: functional_call(module, parameters, (inputs,)),
        inputs,
        draw_parameters(module),
    )


def main():
    cases = []
    for layers in (1, 2):
        cases.append(
            case(
                "plain",
                PlainDecoder(layers),
                layers,
                "Cho et al. 2014, arXiv:1406.1078, with a linear output",
                "s_t = GRU([y; C], s_{t-1}); logits = W [y; s_t; C] + b",
            )
        )
        cases.append(
            case(
                "bahdanau",
                BahdanauDecoder(layers),
                layers,
                "Bahdanau et al. 2015, arXiv:1409.0473, with a linear output",
                "c_t = additive attention of the top of s_{t-1}; s_t = GRU([y; c_t], s_{t-1}); "
                "logits = W [s_t; c_t; y] + b",
            )
        )
        for input_feeding in (True, False):
            cases.append(
                case(
                    "luong-input-feeding" if input_feeding else "luong",
                    LuongDecoder(layers, input_feeding),
                    layers,
                    "Luong et al. 2015, arXiv:1508.04025, eqs. 5 to 8 and section 3.3",
                    f"s_t = LSTM({'[y; a_{t-1}]' if input_feeding else 'y'}, s_{{t-1}}); "
                    "c_t = general attention of the top of s_t; a_t = tanh(W_c [c_t; s_t]), a_0 = 0; "
                    "logits = W a_t + b",
                )
            )
    write("decoders", "recurrent decoders over four teacher-forced steps, batch first", cases)


if __name__ == "__main__":
    main()
