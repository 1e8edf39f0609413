"""A training step as one graph: forward, backward and Adam.

Inputs: source, target and labels (int64, all rows of a batch), `rate` and `epsilon` of Adam, and for each weight NAME,
m.NAME and v.NAME. Outputs: loss, and next.NAME for each of those.
"""

import numpy as np

from . import layers, recurrent
from .sizes import BATCH, INNER, RECURRENT_LAYERS, SOURCE, TARGET, TRANSFORMER_LAYERS, VOCABULARY, WIDTH
from .writer import Writer, floats, integers

BETA1, BETA2 = 0.9, 0.999


def sinusoids(length, width=WIDTH):
    angles = np.arange(length)[:, None] / 10000 ** (np.arange(0, width, 2) / width)
    return np.stack((np.sin(angles), np.cos(angles)), -1).reshape(length, width)


def transformer(w):
    """Rows stand batch first. → the features that the output layer reads, and the backward function."""
    scale = w.constant(WIDTH**0.5)

    def read(side, ids, length):
        rows, back = layers.embedding(w, ids, f"{side}.embedding", VOCABULARY)
        order = w.constant(np.tile(sinusoids(length), (BATCH, 1)))
        return w.op("Add", w.op("Mul", rows, scale), order), lambda dy: back(w.op("Mul", dy, scale))

    def residual(x, made, name, collect):
        """norm(x + made); `collect` picks the gradients of x from those that the sub-layer gives."""
        value, made_back = made
        y, norm_back = layers.layer_norm(w, w.op("Add", x, value), name)

        def back(dy):
            direct = norm_back(dy)
            return w.op("Sum", direct, *collect(made_back(direct)))

        return y, back

    def of_own(gradients):
        return gradients

    def of_net(gradient):
        return [gradient]

    of_memory = []

    def of_source(gradients):
        of_memory.append(gradients[1])
        return gradients[:1]

    def stack(x, sublayers):
        """Sub-layers one after the other, each (name of its norm, function of x, collect)."""
        backs = []
        for name, apply, collect in sublayers:
            x, back = residual(x, apply(x), name, collect)
            backs.append(back)

        def back(dy):
            for each in reversed(backs):
                dy = each(dy)
            return dy

        return x, back

    def own(name, mask=None):
        return lambda x: layers.attention(w, x, x, f"{name}.self_attn", BATCH, mask)

    def source(name):
        return lambda x: layers.attention(w, x, memory, f"{name}.multihead_attn", BATCH)

    def net(name):
        return lambda x: layers.feed_forward(w, x, name, INNER)

    sublayers = []
    for i in range(TRANSFORMER_LAYERS):
        name = f"encoder.layers.{i}"
        sublayers += [(f"{name}.norm1", own(name), of_own), (f"{name}.norm2", net(name), of_net)]
    x, source_back = read("encoder", "source", SOURCE)
    memory, encoder_back = stack(x, sublayers)

    mask = w.constant(np.triu(np.full((TARGET, TARGET), -1e9), 1))
    sublayers = []
    for i in range(TRANSFORMER_LAYERS):
        name = f"decoder.layers.{i}"
        sublayers += [
            (f"{name}.norm1", own(name, mask), of_own),
            (f"{name}.norm2", source(name), of_source),
            (f"{name}.norm3", net(name), of_net),
        ]
    x, target_back = read("decoder", "target", TARGET)
    x, decoder_back = stack(x, sublayers)

    def back(dy):
        target_back(decoder_back(dy))
        source_back(encoder_back(w.op("Sum", *of_memory)))

    return x, back


def encoder_decoder(w, cell):
    """Recurrent layers of both sides; rows stand time first. → states of both, and the backward function."""
    zero = w.constant(np.zeros((BATCH, WIDTH)))
    starts = [[zero] * (2 if cell is recurrent.lstm else 1)] * RECURRENT_LAYERS

    def side(name, ids, starts, steps):
        x, embedding_back = layers.embedding(w, ids, f"{name}.embedding", VOCABULARY)
        finals, backs = [], []
        for layer, start in enumerate(starts):
            x, final, back = cell(w, x, start, name, layer, steps)
            finals.append(final)
            backs.append(back)

        def back(dy, d_finals):
            d_starts = []
            for each, d_final in zip(reversed(backs), reversed(d_finals)):
                dy, d_start = each(dy, d_final)
                d_starts.insert(0, d_start)
            embedding_back(dy)
            return d_starts

        return x, finals, back

    memory, finals, encoder_back = side("encoder", "source", starts, SOURCE)
    states, _, decoder_back = side("decoder", "target", finals, TARGET)

    def back(d_memory, d_states):
        d_starts = decoder_back(d_states, starts)
        encoder_back(d_memory or w.constant(np.zeros((SOURCE * BATCH, WIDTH))), d_starts)

    return memory, states, back


def gru_model(w):
    _, states, back = encoder_decoder(w, recurrent.gru)
    return states, lambda dy: back(None, dy)


def lstm_model(w):
    """With attention of Luong et al. 2015: scores q · (W k), then tanh(W_c [context; state])."""
    memory, states, net_back = encoder_decoder(w, recurrent.lstm)

    def batch_first(rows, steps):
        return w.op("Transpose", w.reshape(rows, steps, BATCH, WIDTH), perm=[1, 0, 2])

    def time_first(x):
        return w.reshape(w.op("Transpose", x, perm=[1, 0, 2]), -1, WIDTH)

    keys, keys_back = layers.linear(w, memory, "decoder.attention", WIDTH, WIDTH, bias=False)
    across = w.op("Transpose", w.reshape(keys, SOURCE, BATCH, WIDTH), perm=[1, 2, 0])
    scores, scores_back = layers.product(w, batch_first(states, TARGET), across, 3)
    weights, weights_back = layers.softmax(w, scores)
    context, context_back = layers.product(w, weights, batch_first(memory, SOURCE), 3)
    joined = w.op("Concat", time_first(context), states, axis=1)
    combined, combine_back = layers.linear(w, joined, "decoder.combine", 2 * WIDTH, WIDTH, bias=False)
    features = w.op("Tanh", combined)

    def back(dy):
        d_joined = combine_back(w.op("Mul", dy, recurrent.slope_of_tanh(w, features)))
        d_context, d_direct = w.op("Split", d_joined, outputs=2, axis=1, num_outputs=2)
        d_weights, d_values = context_back(batch_first(d_context, TARGET))
        d_queries, d_across = scores_back(weights_back(d_weights))
        d_keys = w.reshape(w.op("Transpose", d_across, perm=[2, 0, 1]), -1, WIDTH)
        d_memory = w.op("Add", keys_back(d_keys), time_first(d_values))
        net_back(d_memory, w.op("Add", time_first(d_queries), d_direct))

    return features, back


MODELS = {
    "TT": transformer,
    "TR": lstm_model,
    "TG": gru_model,
}


def adam(w, name, gradient, rate, epsilon):
    """Kingma and Ba 2015; `rate` and `epsilon` hold the corrections of the first steps."""

    def mix(kept, value, beta):
        return w.op("Add", w.op("Mul", kept, w.constant(beta)), w.op("Mul", value, w.constant(1 - beta)))

    m = mix(f"m.{name}", gradient, BETA1)
    v = mix(f"v.{name}", w.op("Mul", gradient, gradient), BETA2)
    step = w.op("Div", w.op("Mul", m, rate), w.op("Add", w.op("Sqrt", v), epsilon))
    return {name: w.op("Sub", name, step), f"m.{name}": m, f"v.{name}": v}


def training_step(workload):
    w = Writer()
    features, back = MODELS[workload](w)
    rows = BATCH * TARGET
    logits, logits_back = layers.linear(w, features, "decoder.output", WIDTH, VOCABULARY, scale=1 / rows)
    loss, d_logits = layers.cross_entropy(w, logits, "labels", rows)
    back(logits_back(d_logits))
    assert set(w.gradients) == set(w.shapes)
    outputs = {}
    for name, gradient in w.gradients.items():
        outputs |= adam(w, name, gradient, "rate", "epsilon")
    w.rename(loss, "loss")
    state = []
    for name, value in outputs.items():
        w.rename(value, f"next.{name}")
        state.append((name, w.shapes[name.removeprefix("m.").removeprefix("v.")]))
    inputs = [integers("source", BATCH * SOURCE), integers("target", rows), integers("labels", rows)]
    inputs += [floats("rate"), floats("epsilon"), *(floats(name, *shape) for name, shape in state)]
    return w.model(workload, inputs, [floats("loss"), *(floats(f"next.{name}", *shape) for name, shape in state)])
