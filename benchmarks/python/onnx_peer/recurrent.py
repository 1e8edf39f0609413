"""LSTM and GRU layers, with back-propagation through time by hand.

Everything that does not depend on the step before is outside of the loops: the input projections, all factors of the
gates' gradients, and the gradients of the weights, each one product for all steps. Rows are time first, [time · B, ...].
"""

from onnx import helper

from .layers import affine
from .sizes import BATCH, WIDTH
from .writer import Writer, floats


def scan(w, steps, carries, xs, widths, body, reverse=False):
    """A loop over steps. xs are rows of all steps; `widths` are those of the xs and of the ys.

    The body takes carries and one entry of each x, and gives the next carries and its ys. → the last carries, and each
    y as rows of all steps. Unrolled, the steps take as long, and the session opens several times slower.
    """
    inner = Writer(w)
    before, now = [w.name() for _ in carries], [w.name() for _ in xs]
    after, ys = body(inner, before, now)
    # A name may leave the body once only.
    ys = [inner.op("Identity", y) if y in after else y for y in ys]
    inputs = [floats(name, BATCH, WIDTH) for name in before]
    inputs += [floats(name, BATCH, width) for name, width in zip(now, widths[0])]
    outputs = [floats(name, BATCH, WIDTH) for name in after]
    outputs += [floats(name, BATCH, width) for name, width in zip(ys, widths[1])]
    made = w.op(
        "Scan",
        *carries,
        *(w.reshape(x, steps, BATCH, -1) for x in xs),
        outputs=len(carries) + len(ys),
        body=helper.make_graph(inner.nodes, "step", inputs, outputs),
        num_scan_inputs=len(xs),
        scan_input_directions=[int(reverse)] * len(xs),
        scan_output_directions=[int(reverse)] * len(ys),
    )
    return made[: len(carries)], [w.reshape(y, steps * BATCH, -1) for y in made[len(carries) :]]


def before(w, states, start, steps):
    """The state in front of each step: the start, and all states but the last."""
    ahead = w.op("Slice", states, w.sizes(0), w.sizes((steps - 1) * BATCH), w.sizes(0))
    return w.op("Concat", start, ahead, axis=0)


def slope_of_sigmoid(w, y):
    return w.op("Mul", y, w.op("Sub", w.constant(1), y))


def slope_of_tanh(w, y):
    return w.op("Sub", w.constant(1), w.op("Mul", y, y))


def mul(w, *factors):
    result = factors[0]
    for factor in factors[1:]:
        result = w.op("Mul", result, factor)
    return result


def weights(w, name, layer, gates):
    """The weights of a layer's input and of its state, and the biases of both."""
    matrices = (w.weight(f"{name}.rnn.weight_{side}_l{layer}", WIDTH, gates) for side in ("ih", "hh"))
    biases = [w.weight(f"{name}.rnn.bias_{side}_l{layer}", gates) for side in ("ih", "hh")]
    return *matrices, biases


def lstm(w, x, start, name, layer, steps):
    """→ states, their last hidden and cell, and the backward function."""
    weight, recurrent, biases = weights(w, name, layer, 4 * WIDTH)
    projection, projection_back = affine(w, x, weight, biases)

    def forward(g, carries, now):
        hidden, cell = carries
        total = g.op("Gemm", hidden, recurrent, now[0])
        i, f, n, o = g.op("Split", total, outputs=4, axis=1, num_outputs=4)
        i, f, n, o = g.op("Sigmoid", i), g.op("Sigmoid", f), g.op("Tanh", n), g.op("Sigmoid", o)
        after = g.op("Add", mul(g, f, cell), mul(g, i, n))
        squashed = g.op("Tanh", after)
        state = mul(g, o, squashed)
        return [state, after], [state, after, i, f, n, o, squashed]

    widths = [4 * WIDTH], [WIDTH] * 7
    final, rows = scan(w, steps, start, [projection], widths, forward)
    states, cells, i, f, n, o, squashed = rows

    def back(d_states, d_final):
        earlier = before(w, cells, start[1], steps)
        of_cell = w.op(
            "Concat",
            mul(w, n, slope_of_sigmoid(w, i)),
            mul(w, earlier, slope_of_sigmoid(w, f)),
            mul(w, i, slope_of_tanh(w, n)),
            axis=1,
        )
        of_output = mul(w, squashed, slope_of_sigmoid(w, o))
        through = mul(w, o, slope_of_tanh(w, squashed))

        def backward(g, carries, now):
            d_hidden, d_cell = carries
            given, factors, output_factor, cell_factor, forget = now
            total = g.op("Add", d_hidden, given)
            inner = g.op("Add", d_cell, mul(g, total, cell_factor))
            three = g.op("Concat", inner, inner, inner, axis=1)
            d_gates = g.op("Concat", mul(g, three, factors), mul(g, total, output_factor), axis=1)
            return [g.op("Gemm", d_gates, recurrent, transB=1), mul(g, inner, forget)], [d_gates]

        streams = [d_states, of_cell, of_output, through, f]
        widths = [WIDTH, 3 * WIDTH, WIDTH, WIDTH, WIDTH], [4 * WIDTH]
        d_start, (d_gates,) = scan(w, steps, d_final, streams, widths, backward, reverse=True)
        w.gradient(recurrent, w.op("Gemm", before(w, states, start[0], steps), d_gates, transA=1))
        return projection_back(d_gates), d_start

    return states, final, back


def gru(w, x, start, name, layer, steps):
    """→ states, the last of them, and the backward function; the reset gate acts after the product."""
    weight, recurrent, (input_bias, bias) = weights(w, name, layer, 3 * WIDTH)
    projection, projection_back = affine(w, x, weight, [input_bias])
    gates, candidates = w.op("Split", projection, w.sizes(2 * WIDTH, WIDTH), outputs=2, axis=1)

    def forward(g, carries, now):
        (hidden,) = carries
        made = g.op("Gemm", hidden, recurrent, bias)
        both, inner = g.op("Split", made, g.sizes(2 * WIDTH, WIDTH), outputs=2, axis=1)
        r, z = g.op("Split", g.op("Sigmoid", g.op("Add", now[0], both)), outputs=2, axis=1, num_outputs=2)
        n = g.op("Tanh", g.op("Add", now[1], mul(g, r, inner)))
        state = g.op("Add", n, mul(g, z, g.op("Sub", hidden, n)))
        return [state], [state, r, z, n, inner]

    widths = [2 * WIDTH, WIDTH], [WIDTH] * 5
    final, rows = scan(w, steps, start, [gates, candidates], widths, forward)
    states, r, z, n, inner = rows

    def back(d_states, d_final):
        earlier = before(w, states, start[0], steps)
        of_new = mul(w, w.op("Sub", w.constant(1), z), slope_of_tanh(w, n))
        of_update = mul(w, w.op("Sub", earlier, n), slope_of_sigmoid(w, z))
        of_reset = mul(w, of_new, inner, slope_of_sigmoid(w, r))
        factors = w.op("Concat", of_reset, of_update, mul(w, of_new, r), axis=1)

        def backward(g, carries, now):
            given, factor, update = now
            total = g.op("Add", carries[0], given)
            d_product = mul(g, g.op("Concat", total, total, total, axis=1), factor)
            return [g.op("Gemm", d_product, recurrent, mul(g, total, update), transB=1)], [total, d_product]

        widths = [WIDTH, 3 * WIDTH, WIDTH], [WIDTH, 3 * WIDTH]
        d_start, (totals, d_products) = scan(
            w, steps, d_final, [d_states, factors, z], widths, backward, reverse=True
        )
        w.gradient(recurrent, w.op("Gemm", earlier, d_products, transA=1))
        w.gradient(bias, w.op("ReduceSum", d_products, w.sizes(0), keepdims=0))
        d_gates = w.op("Slice", d_products, w.sizes(0), w.sizes(2 * WIDTH), w.sizes(1))
        return projection_back(w.op("Concat", d_gates, mul(w, totals, of_new), axis=1)), d_start

    return states, final, back
