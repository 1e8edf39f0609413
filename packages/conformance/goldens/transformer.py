"""transformer.json: the parts of a Transformer and whole ones, with gradients."""

import math

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional as F

import sublayers
from common import draw, draw_parameters, gradient_case, real_positions, seed, write
from sublayers import BATCH, FEED_FORWARD, MODEL, TARGET, zero_padding

SOURCE, HEADS = 5, 2
SOURCE_LENGTHS, TARGET_LENGTHS = [3, 5], [4, 2]
NOTHING = [0, 5]


def causal_block(size):
    """PyTorch's own masks are true where a query may not look."""
    return torch.ones(size, size, dtype=torch.bool).triu(1)


def multi_head_case(kind, masking, average=True, key_size=None):
    """nn.MultiheadAttention; `kind` is self or cross, `masking` full, causal, lengths or causal-lengths."""
    case_id = f"multi-head-{kind}-{masking}-{'mean' if average else 'every'}-weights"
    if key_size:
        case_id += "-other-key-size"
    seed(case_id)
    module = nn.MultiheadAttention(MODEL, HEADS, batch_first=True, kdim=key_size, vdim=key_size)
    lengths = SOURCE_LENGTHS if "lengths" in masking else None
    causal = "causal" in masking
    real = real_positions(lengths, SOURCE)
    query_length = SOURCE if kind == "self" else TARGET
    inputs = {"query": draw(BATCH, query_length, MODEL)}
    if kind == "cross":
        inputs["memory"] = draw(BATCH, SOURCE, key_size or MODEL)

    def function(inputs, parameters):
        memory = inputs.get("memory", inputs["query"])
        output, weights = functional_call(
            module,
            parameters,
            (inputs["query"], memory, memory),
            {
                "key_padding_mask": None if real is None else ~real,
                "attn_mask": causal_block(SOURCE) if causal else None,
                "average_attn_weights": average,
            },
        )
        return {"output": output, "weights": weights}

    return gradient_case(
        case_id,
        f"torch.nn.MultiheadAttention(batch_first=True), average_attn_weights={average}",
        {
            "part": "multi-head",
            "modelSize": MODEL,
            "heads": HEADS,
            "keySize": key_size or MODEL,
            "lengths": lengths,
            "causal": causal,
            "averageWeights": average,
        },
        function,
        inputs,
        draw_parameters(module),
    )


def scaled_dot_case(name, heads, key_heads, target, lengths=None, causal=False, bias=False, scale=None):
    """F.scaled_dot_product_attention; the weights come from a second call with the identity as values."""
    case_id = f"scaled-dot-product-{name}"
    seed(case_id)
    size, value_size = 4, 3
    inputs = {
        "query": draw(BATCH, heads, target, size, limit=2),
        "key": draw(BATCH, key_heads, SOURCE, size, limit=2),
        "value": draw(BATCH, key_heads, SOURCE, value_size),
    }
    if bias:
        inputs["bias"] = draw(1, heads, target, SOURCE)
    allowed = torch.ones(BATCH, 1, target, SOURCE, dtype=torch.bool)
    if lengths:
        allowed = allowed & real_positions(lengths, SOURCE)[:, None, None]
    if causal:  # aligned at the end: the last query sees every key
        allowed = allowed & torch.ones(target, SOURCE, dtype=torch.bool).tril(SOURCE - target)

    def function(inputs, _):
        mask = allowed if "bias" not in inputs else inputs["bias"].masked_fill(~allowed, -torch.inf)

        def attend(value):
            return F.scaled_dot_product_attention(
                inputs["query"], inputs["key"], value, attn_mask=mask, scale=scale, enable_gqa=True
            )

        identity = torch.eye(SOURCE).expand(BATCH, key_heads, SOURCE, SOURCE)
        return {"context": attend(inputs["value"]), "weights": attend(identity)}

    return gradient_case(
        case_id,
        "torch.nn.functional.scaled_dot_product_attention(enable_gqa=True): head h reads key head "
        "floor(h / (heads / keyHeads)); rows without an allowed key give 0",
        {
            "part": "scaled-dot-product",
            "heads": heads,
            "keyHeads": key_heads,
            "lengths": lengths,
            "causal": causal,
            "scale": scale,
        },
        function,
        inputs,
        {},
    )


def layer_case(kind, norm, activation, lengths=None, causal=False):
    masking = "lengths" if lengths else "full"
    case_id = f"{kind}-layer-{norm}-norm-{activation}-{masking}"
    seed(case_id)
    module_type = nn.TransformerEncoderLayer if kind == "encoder" else nn.TransformerDecoderLayer
    module = module_type(
        MODEL, HEADS, FEED_FORWARD, 0.0, activation, batch_first=True, norm_first=norm == "pre"
    )
    real = real_positions(lengths, SOURCE)
    blocked = None if real is None else ~real

    def encode(inputs, parameters):
        output = functional_call(module, parameters, (inputs["x"],), {"src_key_padding_mask": blocked})
        return {"output": zero_padding(output, lengths)}

    def decode(inputs, parameters):
        options = {"tgt_mask": causal_block(TARGET), "memory_key_padding_mask": blocked}
        return {"output": functional_call(module, parameters, (inputs["x"], inputs["memory"]), options)}

    inputs = {"x": draw(BATCH, SOURCE if kind == "encoder" else TARGET, MODEL)}
    if kind == "decoder":
        inputs["memory"] = draw(BATCH, SOURCE, MODEL)
    return gradient_case(
        case_id,
        f"torch.nn.{module_type.__name__}(norm_first={norm == 'pre'}, activation='{activation}')"
        + ("" if kind == "encoder" else ", causal"),
        {
            "part": f"{kind}-layer",
            "modelSize": MODEL,
            "heads": HEADS,
            "feedForwardSize": FEED_FORWARD,
            "norm": norm,
            "activation": activation,
            "lengths": lengths,
        },
        encode if kind == "encoder" else decode,
        inputs,
        draw_parameters(module),
    )


VOCABULARY = 7


class Translator(nn.Module):
    """nn.Transformer between embeddings, scaled by sqrt(MODEL), with the paper's positions, and logits
    tied to the target embeddings."""

    def __init__(self, norm, activation):
        super().__init__()
        self.source = nn.Embedding(VOCABULARY, MODEL)
        self.target = nn.Embedding(VOCABULARY, MODEL)
        self.transformer = nn.Transformer(
            MODEL, HEADS, 2, 2, FEED_FORWARD, 0.0, activation, batch_first=True, norm_first=norm == "pre"
        )

    def embed(self, embedding, ids):
        angles = torch.arange(ids.shape[1])[:, None] / 10000 ** (torch.arange(0, MODEL, 2) / MODEL)
        positions = torch.stack([torch.sin(angles), torch.cos(angles)], -1).flatten(1)
        return embedding(ids) * math.sqrt(MODEL) + positions

    def forward(self, source, ids):
        blocked = ~real_positions(SOURCE_LENGTHS, SOURCE)
        memory = self.transformer.encoder(self.embed(self.source, source), src_key_padding_mask=blocked)
        decoded = self.transformer.decoder(
            self.embed(self.target, ids),
            memory,
            tgt_mask=causal_block(TARGET),
            tgt_key_padding_mask=~real_positions(TARGET_LENGTHS, TARGET),
            memory_key_padding_mask=blocked,
        )
        logits = zero_padding(decoded @ self.target.weight.T, TARGET_LENGTHS)
        return {"memory": zero_padding(memory, SOURCE_LENGTHS), "logits": logits}


def transformer_case(norm, activation):
    case_id = f"transformer-{norm}-norm-{activation}"
    seed(case_id)
    module = Translator(norm, activation)
    inputs = {
        "source": torch.randint(VOCABULARY, (BATCH, SOURCE)),
        "ids": torch.randint(VOCABULARY, (BATCH, TARGET)),
    }
    return gradient_case(
        case_id,
        f"torch.nn.Transformer(2 + 2 layers, norm_first={norm == 'pre'}), with the LayerNorm that it puts "
        "after each stack; embeddings times sqrt(modelSize), plus sinusoidal positions; tied logits",
        {
            "part": "transformer",
            "vocabularySize": VOCABULARY,
            "modelSize": MODEL,
            "heads": HEADS,
            "layers": 2,
            "feedForwardSize": FEED_FORWARD,
            "norm": norm,
            "activation": activation,
            "lengths": SOURCE_LENGTHS,
            "targetLengths": TARGET_LENGTHS,
        },
        lambda inputs, parameters: functional_call(module, parameters, (inputs["source"], inputs["ids"])),
        inputs,
        draw_parameters(module),
    )


def main():
    cases = [multi_head_case("self", m) for m in ("full", "causal", "lengths", "causal-lengths")]
    cases += [multi_head_case("self", "causal-lengths", average=False)]
    cases += [multi_head_case("cross", m, average) for m in ("full", "lengths") for average in (True, False)]
    cases += [multi_head_case("cross", "lengths", key_size=6)]
    cases += [
        scaled_dot_case("full", 2, 2, TARGET),
        scaled_dot_case("lengths", 2, 2, TARGET, SOURCE_LENGTHS),
        scaled_dot_case("empty-row", 2, 2, TARGET, NOTHING),
        scaled_dot_case("causal", 2, 2, SOURCE, causal=True),
        scaled_dot_case("causal-end-aligned", 2, 2, 2, causal=True),
        scaled_dot_case("one-query", 4, 2, 1, SOURCE_LENGTHS),
        scaled_dot_case("grouped-4-by-2", 4, 2, TARGET, SOURCE_LENGTHS),
        scaled_dot_case("grouped-4-by-1-causal", 4, 1, SOURCE, causal=True),
        scaled_dot_case("bias", 2, 2, TARGET, SOURCE_LENGTHS, bias=True),
        scaled_dot_case("grouped-bias-causal-empty-row", 4, 2, SOURCE, NOTHING, causal=True, bias=True),
        scaled_dot_case("scale-1", 2, 2, TARGET, scale=1.0),
    ]
    for norm in ("post", "pre"):
        for activation in ("relu", "gelu"):
            lengths = SOURCE_LENGTHS if activation == "relu" else None
            cases += [layer_case(kind, norm, activation, lengths) for kind in ("encoder", "decoder")]
        cases.append(transformer_case(norm, "relu" if norm == "post" else "gelu"))
    cases += sublayers.cases()
    write("transformer", "parts of the Transformer and whole ones, batch first", cases)


if __name__ == "__main__":
    main()
