"""Decoding as transformers does it, on logits that follow a plain rule.

Writes beam-search.json. The model has no layers: the logits of the next token are log softmax of

    source[first] + previous[y_1] + before[y_2] + position[t]

with `first` the only token of the source, y_1 the last target token, y_2 the one before it (at the start both
are <sos>) and t the number of target tokens. Without the last term two targets made of the same steps in
another order would score the same, and transformers has no rule for ties. To `generate` the source is an
argument beside the prompt [<sos>, target prefix], as that of an encoder-decoder. (Greedy search there gives
processors what the model returns, and beam search its log softmax: here both are one.)

transformers 5 has no group beam search any more: `diverse` below is written from Vijayakumar et al. 2018,
algorithm 1, with the beam search of transformers 5 in each group.
Needs torch==2.13.* and transformers==5.17.*.
"""

import json
from pathlib import Path

import torch
import transformers
from transformers import GenerationConfig, GenerationMixin, LogitsProcessorList, PretrainedConfig, PreTrainedModel
from transformers.generation import (
    MinPLogitsWarper,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)
from transformers.modeling_outputs import CausalLMOutput

V, PAD, SOS, EOS = 11, 0, 2, 3
GRID = 1024  # every entry is a multiple of 1/1024: exact in float32, short in JSON
LONGEST = 20


class RuleConfig(PretrainedConfig):
    model_type = "rule"


class RuleModel(PreTrainedModel, GenerationMixin):
    config_class = RuleConfig
    main_input_name = "input_ids"

    def __init__(self, config, tables):
        super().__init__(config)
        self.tables = tables
        self.unused = torch.nn.Parameter(torch.zeros(1))  # generate asks a parameter for its device
        self.post_init()

    def forward(self, input_ids, source=None, attention_mask=None, **_):
        rows = self.tables["previous"][input_ids] + self.tables["source"][source][:, None]
        before = torch.cat([torch.full_like(input_ids[:, :1], SOS), input_ids[:, :-1]], dim=1)
        rows = rows + self.tables["before"][before] + self.tables["position"][: input_ids.shape[1]]
        return CausalLMOutput(logits=rows.log_softmax(-1))

    def prepare_inputs_for_generation(self, input_ids, source=None, attention_mask=None, **_):
        return {"input_ids": input_ids, "source": source}


def draw_tables(seed):
    torch.manual_seed(seed)
    draw = lambda limit, rows=V: torch.randint(-limit * GRID, limit * GRID + 1, (rows, V)).float() / GRID
    tables = {"source": draw(1), "previous": draw(3), "before": draw(2), "position": draw(1, LONGEST + 4)}
    tables["source"][:, EOS] += 1  # or most targets would never end
    return tables


SOURCES = [4, 5, 9]
LENGTHS = [
    dict(num_beams=beams, length_penalty=penalty, max_new_tokens=longest, min_new_tokens=shortest)
    for beams, penalty, longest, shortest in [
        (1, 1.0, 12, 0),
        (1, 1.0, 12, 4),
        (2, 1.0, 12, 0),
        (3, 0.0, 12, 0),
        (3, 1.0, 12, 0),
        (3, 2.0, 12, 0),
        (4, 0.6, 12, 3),
        (4, 1.0, 3, 0),
        (4, 1.0, 1, 0),
        (4, -1.0, 9, 2),
        (5, 1.5, LONGEST, 0),
        (2, 1.0, 6, 6),
    ]
]


FREE = dict(num_beams=4, length_penalty=1.0, max_new_tokens=14, min_new_tokens=0)
ONE = dict(num_beams=1, length_penalty=1.0, max_new_tokens=14, min_new_tokens=0)
RULES = [
    {**FREE, **options}
    for options in [
        dict(early_stopping=True),
        dict(early_stopping=True, length_penalty=2.0),
        dict(early_stopping="never"),
        dict(early_stopping="never", length_penalty=0.0),
        dict(early_stopping="never", length_penalty=-0.5),
        dict(no_repeat_ngram_size=2),
        dict(no_repeat_ngram_size=3, length_penalty=2.0),
        dict(no_repeat_ngram_size=1, max_new_tokens=6),
        dict(repetition_penalty=1.7),
        dict(repetition_penalty=0.6, max_new_tokens=9),
        dict(forced_bos_token_id=7),
        dict(forced_eos_token_id=EOS, max_new_tokens=4),
        dict(forced_bos_token_id=6, forced_eos_token_id=EOS, max_new_tokens=5, min_new_tokens=3),
        dict(forced_eos_token_id=8, max_new_tokens=4),
        dict(bad_words_ids=[[4], [9], [10]]),
        dict(sequence_bias=[[[5], -4.0], [[8], 1.5]]),
        dict(prefix=[6, 4, 6], repetition_penalty=1.3, max_new_tokens=8),
        dict(prefix=[9], no_repeat_ngram_size=2, forced_eos_token_id=EOS, max_new_tokens=5),
        dict(allowed="rising", max_new_tokens=8),
        dict(
            repetition_penalty=1.2,
            no_repeat_ngram_size=2,
            bad_words_ids=[[5]],
            sequence_bias=[[[7], 1.0]],
            min_new_tokens=3,
            length_penalty=0.8,
            early_stopping=True,
        ),
    ]
] + [
    {**ONE, **options}
    for options in [
        dict(no_repeat_ngram_size=2),
        dict(repetition_penalty=1.5),
        dict(forced_bos_token_id=7, forced_eos_token_id=EOS, max_new_tokens=3),
        dict(prefix=[5, 8], bad_words_ids=[[6]]),
        dict(allowed="rising"),
    ]
]
DIVERSE = [
    dict(num_beams=4, num_beam_groups=2, diversity_penalty=0.75, length_penalty=1.0, max_new_tokens=10),
    dict(num_beams=6, num_beam_groups=3, diversity_penalty=1.5, length_penalty=0.5, max_new_tokens=8),
    dict(num_beams=3, num_beam_groups=3, diversity_penalty=0.4, length_penalty=2.0, max_new_tokens=12),
    dict(num_beams=4, num_beam_groups=2, diversity_penalty=2.0, length_penalty=1.0, max_new_tokens=3),
]


def rising(ids):
    """A token may be followed by higher ones and by <eos>."""
    return [id for id in range(V) if id not in (PAD, SOS) and (id > ids[-1] or id == EOS)]


def search(tables, options):
    model = RuleModel(RuleConfig(vocab_size=V), tables).eval()
    rules = dict(early_stopping=False, **options) if "early_stopping" not in options else dict(options)
    prefix = [SOS, *rules.pop("prefix", [])]
    allowed = (lambda _, ids: rising(ids.tolist())) if rules.pop("allowed", None) else None
    config = GenerationConfig(
        **rules,
        do_sample=False,
        num_return_sequences=options["num_beams"],
        pad_token_id=PAD,
        eos_token_id=EOS,
        suppress_tokens=[PAD, SOS],
        use_cache=False,
        return_dict_in_generate=True,
        output_scores=True,
    )
    prompts = torch.tensor([prefix for _ in SOURCES])
    with torch.no_grad():
        found = model.generate(
            prompts,
            source=torch.tensor(SOURCES),
            attention_mask=torch.ones_like(prompts),
            generation_config=config,
            prefix_allowed_tokens_fn=allowed,
        )
    scores = found.get("sequences_scores")
    beams = options["num_beams"]
    results = []
    for row, source in enumerate(SOURCES):
        hypotheses = []
        for n in range(row * beams, (row + 1) * beams):
            ids = found.sequences[n, 1:].tolist()
            if EOS in ids:
                ids = ids[: ids.index(EOS) + 1]
            ids = [id for id in ids if id != PAD]
            score = None if scores is None else scores[n].item()
            if score is not None and score < -1e8:
                continue  # a place that no hypothesis has filled
            hypotheses.append({"ids": ids, "score": score})
        results.append({"source": source, "hypotheses": hypotheses})
    return results


class Group:
    """One group of a diverse beam search: its own beams and its own finished targets."""

    def __init__(self, size, options):
        self.size, self.longest, self.penalty = size, options["max_new_tokens"], options["length_penalty"]
        self.live, self.finished = [([], 0.0)], []

    def step(self, log_probabilities, chosen):
        """Goes one token further; gives the tokens it goes on with."""
        candidates = []
        for ids, total in self.live:
            scores = log_probabilities(ids)
            for id in range(V):
                if id not in (PAD, SOS):
                    candidates.append((total + scores[id] - self.cost * chosen.count(id), ids + [id]))
        candidates.sort(key=lambda each: -each[0])
        length = len(self.live[0][0]) + 1
        top = candidates[: 2 * self.size]
        for total, ids in top[: self.size]:
            if ids[-1] == EOS or length == self.longest:
                self.finished.append((total / length**self.penalty, ids))
        self.finished.sort(key=lambda each: -each[0])
        self.finished = self.finished[: self.size]
        self.live = [(ids, total) for total, ids in top if ids[-1] != EOS][: self.size]
        taken = [ids[-1] for ids, _ in self.live]
        enough = len(self.finished) == self.size
        if length == self.longest or (enough and self.live[0][1] / length**self.penalty <= self.finished[-1][0]):
            self.live = []
        return taken


def diverse(tables, options):
    results = []
    for source in SOURCES:

        def log_probabilities(ids):
            y1, y2 = ([SOS, SOS, *ids])[-1], ([SOS, SOS, *ids])[-2]
            logits = tables["source"][source] + tables["previous"][y1] + tables["before"][y2]
            return (logits + tables["position"][len(ids)]).double().log_softmax(-1).tolist()

        count = options["num_beam_groups"]
        groups = [Group(options["num_beams"] // count, options) for _ in range(count)]
        for group in groups:
            group.cost = options["diversity_penalty"]
        while any(group.live for group in groups):
            chosen = []
            for group in groups:
                if group.live:
                    chosen += group.step(log_probabilities, chosen)
        finished = sorted((each for group in groups for each in group.finished), key=lambda each: -each[0])
        hypotheses = [{"ids": ids, "score": score} for score, ids in finished]
        results.append({"source": source, "hypotheses": hypotheses})
    return results


def warp(logits, temperature, top_k, top_p, min_p, typical_p):
    warpers = [TemperatureLogitsWarper(temperature)]
    if top_k is not None:
        warpers.append(TopKLogitsWarper(top_k))
    if top_p is not None:
        warpers.append(TopPLogitsWarper(top_p))
    if min_p is not None:
        warpers.append(MinPLogitsWarper(min_p))
    if typical_p is not None:
        warpers.append(TypicalLogitsWarper(typical_p))
    return LogitsProcessorList(warpers)(torch.zeros(1, 1, dtype=torch.long), logits[None])[0].softmax(-1).tolist()


def main():
    searches = []
    for seed in (1, 2, 3):
        tables = draw_tables(seed)
        cases = [{"options": options, "results": search(tables, options)} for options in LENGTHS + RULES]
        cases += [{"options": options, "results": diverse(tables, options)} for options in DIVERSE]
        searches.append({"seed": seed, "tables": {name: table.tolist() for name, table in tables.items()}, "cases": cases})
    torch.manual_seed(7)
    logits = torch.randperm(30)[:V].double() / 8  # no two are equal: transformers has no rule for ties
    warped = [
        {"temperature": t, "topK": k, "topP": p, "minP": m, "typicalP": y, "probabilities": warp(logits, t, k, p, m, y)}
        for t, k, p, m, y in [
            (1.0, None, None, None, None),
            (0.7, None, None, None, None),
            (2.5, 4, None, None, None),
            (1.0, 1, None, None, None),
            (1.0, None, 0.5, None, None),
            (1.0, None, 0.9, None, None),
            (1.0, None, 0.01, None, None),
            (1.5, 6, 0.8, None, None),
            (0.3, 3, 0.99, None, None),
            (5.0, None, 0.95, None, None),
            (1.0, None, None, 0.3, None),
            (0.5, None, None, 0.05, None),
            (1.0, None, None, 1.0, None),
            (1.0, None, None, None, 0.5),
            (1.0, None, None, None, 0.2),
            (2.0, None, None, None, 0.9),
            (1.2, 8, 0.95, 0.1, 0.7),
        ]
    ]
    about = "Decoding and warped probabilities by transformers' generate; made by beam-search.py"
    versions = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
    golden = {"about": about, **versions, "searches": searches, "warping": {"logits": logits.tolist(), "cases": warped}}
    text = json.dumps(golden, separators=(",", ":"))
    (Path(__file__).parent / "beam-search.json").write_text(text.replace('{"seed"', '\n{"seed"').replace('{"options"', '\n{"options"') + "\n")


if __name__ == "__main__":
    main()
