"""positions.json: sinusoidal tables, T5's relative buckets and attention, rotary positions, ALiBi."""

import math

import torch
from transformers import LlamaConfig, T5Config
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.gptj import modeling_gptj
from transformers.models.llama import modeling_llama
from transformers.models.marian.modeling_marian import MarianSinusoidalPositionalEmbedding
from transformers.models.t5.modeling_t5 import T5Attention

from common import draw, draw_parameters, gradient_case, real_positions, seed, write

BATCH, HEADS, TIME, HEAD_SIZE = 2, 2, 5, 4
LENGTHS = [3, 5]


def plain_case(case_id, source, config, outputs):
    """A case without inputs: the numbers follow from the config."""
    return {"id": case_id, "source": source, "config": config, "outputs": outputs}


def sinusoids(size, positions):
    """sin and cos of pos / 10000^(2i / size), [positions, size / 2] each."""
    angles = torch.arange(positions)[:, None] / 10000 ** (torch.arange(0, size, 2) / size)
    return torch.sin(angles), torch.cos(angles)


def sinusoidal_cases(size=8, positions=12):
    sin, cos = sinusoids(size, positions)
    halves = torch.cat([sin, cos], 1)
    marian = MarianSinusoidalPositionalEmbedding(positions, size).create_weight()
    torch.testing.assert_close(halves, marian.double(), rtol=1e-6, atol=1e-6)
    config = {"part": "sinusoidal", "modelSize": size, "positions": positions}
    yield plain_case(
        "sinusoidal",
        "Vaswani et al. 2017, section 3.5: PE(pos, 2i) = sin(pos / 10000^(2i / d)), PE(pos, 2i + 1) = cos",
        {**config, "layout": "interleaved"},
        {"table": torch.stack([sin, cos], -1).flatten(1)},
    )
    yield plain_case(
        "sinusoidal-halves",
        "transformers MarianSinusoidalPositionalEmbedding: the same sines first, then the same cosines",
        {**config, "layout": "halves"},
        {"table": halves},
    )


def bucket_cases():
    """Buckets of key position minus query position."""
    for bidirectional in (True, False):
        for buckets, distance in ((32, 128), (8, 20)):
            relative = torch.arange(-2 * distance, 2 * distance + 1)
            values = T5Attention._relative_position_bucket(relative, bidirectional, buckets, distance)
            kind = "bidirectional" if bidirectional else "causal"
            yield plain_case(
                f"relative-buckets-{kind}-{buckets}-to-{distance}",
                "transformers T5Attention._relative_position_bucket(key position - query position)",
                {
                    "part": "relative-buckets",
                    "bidirectional": bidirectional,
                    "buckets": buckets,
                    "maxDistance": distance,
                    "from": -2 * distance,
                },
                {"buckets": values},
            )


def t5_case(causal):
    case_id = f"relative-attention-{'causal' if causal else 'bidirectional'}"
    seed(case_id)
    size, buckets, distance = HEADS * HEAD_SIZE, 4, 6
    config = T5Config(
        d_model=size,
        d_kv=HEAD_SIZE,
        num_heads=HEADS,
        is_decoder=causal,
        relative_attention_num_buckets=buckets,
        relative_attention_max_distance=distance,
        dropout_rate=0.0,
        attn_implementation="eager",
    )
    module = T5Attention(config, has_relative_attention_bias=True, layer_idx=0).double()
    allowed = real_positions(LENGTHS, TIME)[:, None, None].expand(BATCH, 1, TIME, TIME)
    if causal:
        allowed = allowed & torch.ones(TIME, TIME, dtype=torch.bool).tril()
    mask = torch.zeros(BATCH, 1, TIME, TIME).masked_fill(~allowed, torch.finfo(torch.float64).min)

    def function(inputs, parameters):
        output, _, weights = torch.func.functional_call(module, parameters, (inputs["x"],), {"mask": mask})
        return {"output": output, "weights": weights}

    return gradient_case(
        case_id,
        "transformers T5Attention(has_relative_attention_bias=True): scores are q . k + bias[bucket, head], "
        "not divided by sqrt(d)",
        {
            "part": "relative-attention",
            "modelSize": size,
            "heads": HEADS,
            "headSize": HEAD_SIZE,
            "buckets": buckets,
            "maxDistance": distance,
            "causal": causal,
            "lengths": LENGTHS,
        },
        function,
        {"x": draw(BATCH, TIME, size)},
        draw_parameters(module),
    )


def check_llama_angles(theta, cos, sin, positions):
    """Llama computes its tables in float32."""
    config = LlamaConfig(
        hidden_size=HEAD_SIZE, num_attention_heads=1, rope_parameters={"rope_type": "default", "rope_theta": theta}
    )
    tables = modeling_llama.LlamaRotaryEmbedding(config)(torch.zeros(1), positions[None])
    torch.testing.assert_close(tables[0][0].double(), cos, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(tables[1][0].double(), sin, rtol=1e-5, atol=1e-5)


def rotary_case(pairs, theta=10000.0, start=0):
    """Pair i turns by pos * theta^(-2i / d): features i and i + d/2 (halves), or 2i and 2i + 1 (interleaved)."""
    case_id = f"rotary-{pairs}-theta-{theta:g}-from-{start}"
    seed(case_id)
    positions = torch.arange(start, start + TIME)
    angles = positions[:, None] * theta ** (-torch.arange(0, HEAD_SIZE, 2) / HEAD_SIZE)
    sin, cos = torch.sin(angles), torch.cos(angles)
    doubled = torch.cat([cos, cos], -1), torch.cat([sin, sin], -1)
    check_llama_angles(theta, *doubled, positions)

    def function(inputs, _):
        query, key = inputs["query"], inputs["key"]
        if pairs == "halves":
            query, key = modeling_llama.apply_rotary_pos_emb(query, key, doubled[0][None], doubled[1][None])
        else:  # GPT-J has heads after positions
            query, key = (
                modeling_gptj.apply_rotary_pos_emb(x.transpose(1, 2), sin[None], cos[None]).transpose(1, 2)
                for x in (query, key)
            )
        return {"rotatedQuery": query, "rotatedKey": key, "scores": query @ key.transpose(-1, -2)}

    family = "llama" if pairs == "halves" else "gptj"
    return gradient_case(
        case_id,
        f"transformers.models.{family} apply_rotary_pos_emb, with angles in float64; Su et al. 2021, arXiv:2104.09864",
        {"part": "rotary", "pairs": pairs, "theta": theta, "start": start},
        function,
        {name: draw(BATCH, HEADS, TIME, HEAD_SIZE, limit=2) for name in ("query", "key")},
        {},
    )


def alibi_slopes(heads):
    """2^(-8 / n), its square, ...; between powers of two, every second slope of the next power is added."""
    power = 2 ** math.floor(math.log2(heads))
    slopes = [2 ** (-8 * i / power) for i in range(1, power + 1)]
    return slopes + [2 ** (-4 * i / power) for i in range(1, 2 * (heads - power), 2)]


def alibi_case(heads, time=6):
    slopes = torch.tensor(alibi_slopes(heads))
    bloom = build_alibi_tensor(torch.ones(1, time), heads, torch.float64)[:, 0]
    positions = torch.arange(time)
    torch.testing.assert_close(bloom, slopes[:, None] * positions, rtol=1e-6, atol=0.0)
    distance = (positions[None, :] - positions[:, None]).abs()
    return plain_case(
        f"alibi-{heads}-heads",
        "Press et al. 2022, arXiv:2108.12409: bias = -slope |key - query|, checked against transformers "
        "build_alibi_tensor (BLOOM), which has slope * key: in a causal row the same but for a constant, "
        "so the same weights",
        {"part": "alibi", "heads": heads, "time": time},
        {"slopes": slopes, "bias": -slopes[:, None, None] * distance},
    )


def main():
    cases = [*sinusoidal_cases(), *bucket_cases(), t5_case(False), t5_case(True)]
    cases += [
        rotary_case("halves"),
        rotary_case("halves", start=7),
        rotary_case("halves", theta=500.0),
        rotary_case("interleaved", start=3),
    ]
    cases += [alibi_case(heads) for heads in (1, 2, 6, 8, 12)]
    write("positions", "positions of tokens in attention and embeddings", cases)


if __name__ == "__main__":
    main()
