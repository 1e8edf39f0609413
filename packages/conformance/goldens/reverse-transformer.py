"""reverse-transformer.json: a Transformer trained briefly to reverse digits, and what transformers'
`generate` writes with it."""

import random
from base64 import b64encode

import torch
import transformers
from safetensors.torch import save
from transformers import LogitsProcessorList, MarianConfig, MarianMTModel
from transformers.generation import logits_process

from common import HERE, encode, render, seed

torch.set_default_dtype(torch.float32)  # what generate's own tensors must be; the model says float64 itself

PAD, UNK, SOS, EOS, FIRST_DIGIT = 0, 1, 2, 3, 4
VOCABULARY = FIRST_DIGIT + 10
MODEL, HEADS, LAYERS, FEED_FORWARD, LONGEST = 32, 4, 2, 64, 40
BATCH, STEPS, WARMUP, RATE = 64, 900, 100, 2e-3

# Never written, whatever the options: a search of ours has no option for it.
ALWAYS = {"suppress_tokens": [PAD, SOS], "max_new_tokens": 16}

SEARCHES = {
    "greedy": {},
    "greedy-no-repeat-2-gram": {"no_repeat_ngram_size": 2},
    # Without beams transformers penalises logits, with beams log-probabilities; ours are always the latter.
    "greedy-repetition-penalty-of-logits": {"repetition_penalty": 3.0},
    "greedy-repetition-penalty": {"log_probability_repetition_penalty": 3.0},
    "greedy-min-length": {"min_new_tokens": 8},
    "greedy-max-length": {"max_new_tokens": 4},
    "greedy-forced-first": {"forced_bos_token_id": 9},
    "greedy-forced-last": {"max_new_tokens": 5, "forced_eos_token_id": EOS},
    "greedy-suppressed": {"suppress_tokens": [PAD, SOS, 7, 11]},
    "greedy-biased": {"sequence_bias": [[[5], 4.0], [[9], -6.0]]},
    "greedy-prefix": {"prefix": [12, 4]},
    "beam-4": {"num_beams": 4},
    "beam-4-length-penalty-0": {"num_beams": 4, "length_penalty": 0.0},
    "beam-4-length-penalty-0.6": {"num_beams": 4, "length_penalty": 0.6},
    "beam-4-length-penalty-2": {"num_beams": 4, "length_penalty": 2.0},
    "beam-4-length-penalty-minus-1": {"num_beams": 4, "length_penalty": -1.0},
    "beam-4-early-stopping": {"num_beams": 4, "early_stopping": True},
    "beam-4-early-stopping-length-penalty-2": {"num_beams": 4, "early_stopping": True, "length_penalty": 2.0},
    "beam-4-never": {"num_beams": 4, "early_stopping": "never"},
    "beam-4-never-length-penalty-2": {"num_beams": 4, "early_stopping": "never", "length_penalty": 2.0},
    "beam-4-no-repeat-2-gram": {"num_beams": 4, "no_repeat_ngram_size": 2, "length_penalty": 0.6},
    "beam-4-no-repeat-3-gram": {"num_beams": 4, "no_repeat_ngram_size": 3},
    "beam-4-repetition-penalty": {"num_beams": 4, "repetition_penalty": 1.3},
    "beam-4-min-length": {"num_beams": 4, "min_new_tokens": 8, "length_penalty": 0.6},
    "beam-4-max-length": {"num_beams": 4, "max_new_tokens": 4},
    "beam-4-forced-first": {"num_beams": 4, "forced_bos_token_id": 9},
    "beam-4-forced-last": {"num_beams": 4, "max_new_tokens": 5, "forced_eos_token_id": EOS},
    "beam-4-forced-both": {
        "num_beams": 4,
        "max_new_tokens": 6,
        "forced_bos_token_id": 9,
        "forced_eos_token_id": EOS,
        "length_penalty": 0.6,
        "no_repeat_ngram_size": 2,
    },
    "beam-4-suppressed": {"num_beams": 4, "suppress_tokens": [PAD, SOS, 7, 11]},
    "beam-4-biased": {"num_beams": 4, "sequence_bias": [[[5], 4.0], [[9], -6.0]]},
    "beam-4-prefix": {"num_beams": 4, "prefix": [12, 4]},
    # Longer than the first places that caches have room for.
    "greedy-36-tokens": {"min_new_tokens": 34, "max_new_tokens": 36},
    "beam-4-20-tokens": {"num_beams": 4, "min_new_tokens": 18, "max_new_tokens": 20},
    "beam-2": {"num_beams": 2},
    "beam-10": {"num_beams": 10},
}


def paper_positions():
    """PE(pos, 2i) = sin(pos / 10000^(2i / d)), PE(pos, 2i + 1) = cos: Vaswani et al. 2017, section 3.5."""
    exponents = torch.arange(0, MODEL, 2, dtype=torch.float64) / MODEL
    angles = torch.arange(LONGEST)[:, None] / 10000**exponents
    return torch.stack([torch.sin(angles), torch.cos(angles)], -1).reshape(LONGEST, MODEL)


def build(dtype):
    """Marian is the paper's post-norm Transformer; its table of positions is replaced by the paper's."""
    config = MarianConfig(
        vocab_size=VOCABULARY,
        d_model=MODEL,
        encoder_layers=LAYERS,
        decoder_layers=LAYERS,
        encoder_attention_heads=HEADS,
        decoder_attention_heads=HEADS,
        encoder_ffn_dim=FEED_FORWARD,
        decoder_ffn_dim=FEED_FORWARD,
        activation_function="relu",
        max_position_embeddings=LONGEST,
        scale_embedding=True,
        share_encoder_decoder_embeddings=True,
        tie_word_embeddings=True,
        dropout=0.0,
        init_std=MODEL**-0.5,
        pad_token_id=PAD,
        bos_token_id=SOS,
        eos_token_id=EOS,
        decoder_start_token_id=SOS,
        forced_eos_token_id=None,
        attn_implementation="eager",
    )
    model = MarianMTModel(config).to(dtype)
    for side in (model.model.encoder, model.model.decoder):
        side.embed_positions.weight.data = paper_positions().to(dtype)
    return model


def pad(sequences):
    longest = max(map(len, sequences))
    return torch.tensor([[*ids, *[PAD] * (longest - len(ids))] for ids in sequences])


def draw_digits(generator, length):
    return [FIRST_DIGIT + generator.randrange(10) for _ in range(length)]


def train():
    """Not to the end: a model without doubt has nothing for beams to choose from."""
    seed("reverse-transformer")
    generator = random.Random(1)
    model = build(torch.float32)
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98))
    for step in range(1, STEPS + 1):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(step / WARMUP, (WARMUP / step) ** 0.5)
        digits = [draw_digits(generator, generator.randint(1, 8)) for _ in range(BATCH)]
        source = pad([[*ids, EOS] for ids in digits])
        target = pad([[*reversed(ids), EOS] for ids in digits])
        read = torch.cat([torch.full((BATCH, 1), SOS), target[:, :-1]], 1)
        logits = model(input_ids=source, attention_mask=source != PAD, decoder_input_ids=read).logits
        loss = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), target.flatten(), ignore_index=PAD, label_smoothing=0.05
        )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    print(f"loss after {STEPS} steps: {loss.item():.3f}")
    return model


def weights_of(model):
    """Every weight once, by Marian's names: no tables of positions, the shared embedding in one place."""
    shared = {"lm_head.weight", "model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight"}
    return {
        name: tensor.detach().contiguous()
        for name, tensor in model.state_dict().items()
        if name not in shared and "embed_positions" not in name and name != "final_logits_bias"
    }


def load(weights, noise=0.0):
    """The same model in float64; with `noise`, every weight is off by about that much of itself."""
    model = build(torch.float64).eval()
    changed = {name: w.double() * (1 + noise * torch.randn_like(w.double())) for name, w in weights.items()}
    missing, unexpected = model.load_state_dict(changed, strict=False)
    assert not unexpected and not [name for name in missing if "layers" in name]
    model.tie_weights()
    return model


def make_sources():
    generator = random.Random(2)
    lengths = [1, 2, 3, 5, 6, 7, 8, 8, 9, 10, 11, 12]
    repeated = [[4, 4, 4, 4], [5, 6, 5, 6, 5, 6], [13, 13, 4, 13, 13, 4]]
    return [[*ids, EOS] for ids in [*(draw_digits(generator, length) for length in lengths), *repeated]]


def log_softmax(_, scores):
    return scores.log_softmax(-1)


@torch.no_grad()
def search(model, sources, options):
    """What `generate` gives for each source: every hypothesis, best first."""
    options = {**ALWAYS, **options}
    prefix = options.pop("prefix", [])
    penalty = options.pop("log_probability_repetition_penalty", None)
    if penalty:
        suppress = logits_process.SuppressTokensLogitsProcessor(options.pop("suppress_tokens"))
        repeated = logits_process.RepetitionPenaltyLogitsProcessor(penalty)
        options["logits_processor"] = LogitsProcessorList([log_softmax, repeated, suppress])
    batch, beams = pad(sources), options.get("num_beams", 1)
    if "sequence_bias" in options:
        options["sequence_bias"] = [[list(ids), bias] for ids, bias in options["sequence_bias"]]
    result = model.generate(
        input_ids=batch,
        attention_mask=(batch != PAD).long(),
        decoder_input_ids=torch.tensor([[SOS, *prefix]] * len(sources)),
        num_return_sequences=beams,
        return_dict_in_generate=True,
        output_scores=True,
        **options,
    )
    found = []
    for row, sequence in enumerate(result.sequences.tolist()):
        written = sequence[1:]
        ended = EOS in written
        ids = written[: written.index(EOS)] if ended else written
        hypothesis = {"ids": ids, "finished": "eos" if ended else "length"}
        if beams > 1:
            hypothesis["score"] = result.sequences_scores[row].item()
        found.append(hypothesis)
    return [found[i * beams : (i + 1) * beams] for i in range(len(sources))]


def same(left, right):
    """The same tokens in the same order, and nearly the same scores."""
    for ours, theirs in zip(left, right, strict=True):
        if len(ours) != len(theirs):
            return False
        for a, b in zip(ours, theirs, strict=True):
            if a["ids"] != b["ids"] or abs(a.get("score", 0) - b.get("score", 0)) > 1e-3:
                return False
    return True


def expect_that_options_act(name, options, results, model, sources):
    """Raises when some option could be left out and nobody would see it."""
    for option in options.keys() - {"num_beams"}:
        others = {key: value for key, value in options.items() if key != option}
        if all(same([a], [b]) for a, b in zip(results, search(model, sources, others), strict=True)):
            raise AssertionError(f"{name}: {option} changes nothing")


def search_case(name, options, model, noisy, sources):
    """Only those sources whose result does not hang on the last digits of a score."""
    results = search(model, sources, options)
    expect_that_options_act(name, options, results, model, sources)
    stable = [
        i
        for i, source in enumerate(sources)
        if all(same([results[i]], search(other, [source], options)) for other in (model, *noisy))
    ]
    assert len(stable) >= 8, (name, stable)
    return {
        "id": name,
        "options": {**ALWAYS, **options},
        "sources": [sources[i] for i in stable],
        "hypotheses": [results[i] for i in stable],
    }


@torch.no_grad()
def forward_case(model, sources):
    """A padded batch of three, teacher-forced: the memory, the logits, and every attention."""
    digits = [source[:-1] for source in (sources[5], sources[3], sources[1])]
    source, read = pad([[*ids, EOS] for ids in digits]), pad([[SOS, *reversed(ids)] for ids in digits])
    out = model(
        input_ids=source,
        attention_mask=(source != PAD).long(),
        decoder_input_ids=read,
        output_attentions=True,
    )
    return {
        "source": source,
        "lengths": [len(ids) + 1 for ids in digits],
        "ids": read,
        "targetLengths": [len(ids) + 1 for ids in digits],
        "memory": out.encoder_last_hidden_state * (source != PAD)[..., None],
        "logits": out.logits,
        "attention": {
            **{f"encoder.layers.{i}.self": a for i, a in enumerate(out.encoder_attentions)},
            **{f"decoder.layers.{i}.self": a for i, a in enumerate(out.decoder_attentions)},
            **{f"decoder.layers.{i}.cross": a for i, a in enumerate(out.cross_attentions)},
        },
    }


def main():
    weights = weights_of(train())
    data = save({name: weights[name] for name in sorted(weights)})
    model = load(weights)
    torch.manual_seed(3)
    noisy = [load(weights, noise=2e-6) for _ in range(2)]
    sources = make_sources()
    right = [
        hypotheses[0]["ids"] == source[-2::-1]
        for source, hypotheses in zip(sources, search(model, sources, {}), strict=True)
    ]
    print(f"greedy reverses {sum(right)} of {len(right)}")
    document = {
        "about": "a Transformer that reverses digits, and what transformers' generate writes with it",
        "torch": torch.__version__.split("+")[0],
        "transformers": transformers.__version__,
        "dtype": "float64",
        "config": {
            "vocabularySize": VOCABULARY,
            "modelSize": MODEL,
            "heads": HEADS,
            "layers": LAYERS,
            "feedForwardSize": FEED_FORWARD,
        },
        "weights": b64encode(data).decode(),
        "forward": forward_case(model, sources),
        "searches": [search_case(name, options, model, noisy, sources) for name, options in SEARCHES.items()],
    }
    text = render(encode(document)) + "\n"
    (HERE / "reverse-transformer.json").write_text(text, encoding="utf-8")
    sizes = [len(case["sources"]) for case in document["searches"]]
    print(f"{len(sizes)} searches of {min(sizes)} to {max(sizes)} sources; {len(text) / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
