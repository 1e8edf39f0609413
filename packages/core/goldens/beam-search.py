"""Beam search and the warping of scores, as transformers does them, on logits that follow a plain rule.

Writes beam-search.json. The model has no layers: the logits of the next token are

    source[first] + previous[y_1] + before[y_2] + position[t]

with `first` the only token of the source, y_1 the last target token, y_2 the one before it (at the start both
are <sos>) and t the number of generated tokens. Without the last term two targets made of the same steps in
another order would score the same, and transformers has no rule for ties. To `generate` the source is the first token of a prompt [first, <sos>], which it does not count.
Needs torch==2.13.* and transformers==5.17.*.
"""

import json
from pathlib import Path

import torch
import transformers
from transformers import GenerationConfig, GenerationMixin, LogitsProcessorList, PretrainedConfig, PreTrainedModel
from transformers.generation import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper
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

    def forward(self, input_ids, attention_mask=None, **_):
        source = self.tables["source"][input_ids[:, :1]]
        rows = self.tables["previous"][input_ids] + source
        before = torch.cat([input_ids[:, :1], torch.full_like(input_ids[:, :1], SOS), input_ids[:, 1:-1]], dim=1)
        rows = rows + self.tables["before"][before]
        rows[:, 1:] += self.tables["position"][: input_ids.shape[1] - 1]
        return CausalLMOutput(logits=rows)

    def prepare_inputs_for_generation(self, input_ids, attention_mask=None, **_):
        return {"input_ids": input_ids}


def draw_tables(seed):
    torch.manual_seed(seed)
    draw = lambda limit, rows=V: torch.randint(-limit * GRID, limit * GRID + 1, (rows, V)).float() / GRID
    tables = {"source": draw(1), "previous": draw(3), "before": draw(2), "position": draw(1, LONGEST)}
    tables["source"][:, EOS] += 1  # or most targets would never end
    return tables


SOURCES = [4, 5, 9]
SEARCHES = [
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


def search(tables, options):
    model = RuleModel(RuleConfig(vocab_size=V), tables).eval()
    config = GenerationConfig(
        **options,
        do_sample=False,
        early_stopping=False,
        num_return_sequences=options["num_beams"],
        pad_token_id=PAD,
        eos_token_id=EOS,
        suppress_tokens=[PAD, SOS],
        use_cache=False,
        return_dict_in_generate=True,
        output_scores=True,
    )
    prompts = torch.tensor([[source, SOS] for source in SOURCES])
    with torch.no_grad():
        found = model.generate(prompts, attention_mask=torch.ones_like(prompts), generation_config=config)
    scores = found.get("sequences_scores")
    beams = options["num_beams"]
    results = []
    for row, source in enumerate(SOURCES):
        hypotheses = []
        for n in range(row * beams, (row + 1) * beams):
            ids = found.sequences[n, 2:].tolist()
            if EOS in ids:
                ids = ids[: ids.index(EOS) + 1]
            ids = [id for id in ids if id != PAD]
            hypotheses.append({"ids": ids, "score": None if scores is None else scores[n].item()})
        results.append({"source": source, "hypotheses": hypotheses})
    return results


def warp(logits, temperature, top_k, top_p):
    warpers = [TemperatureLogitsWarper(temperature)]
    if top_k is not None:
        warpers.append(TopKLogitsWarper(top_k))
    if top_p is not None:
        warpers.append(TopPLogitsWarper(top_p))
    return LogitsProcessorList(warpers)(torch.zeros(1, 1, dtype=torch.long), logits[None])[0].softmax(-1).tolist()


def main():
    searches = []
    for seed in (1, 2, 3):
        tables = draw_tables(seed)
        cases = [{"options": options, "results": search(tables, options)} for options in SEARCHES]
        searches.append({"seed": seed, "tables": {name: table.tolist() for name, table in tables.items()}, "cases": cases})
    torch.manual_seed(7)
    logits = torch.randperm(30)[:V].double() / 8  # no two are equal: transformers has no rule for ties
    warped = [
        {"temperature": t, "topK": k, "topP": p, "probabilities": warp(logits, t, k, p)}
        for t, k, p in [(1.0, None, None), (0.7, None, None), (2.5, 4, None), (1.0, 1, None), (1.0, None, 0.5),
                        (1.0, None, 0.9), (1.0, None, 0.01), (1.5, 6, 0.8), (0.3, 3, 0.99), (5.0, None, 0.95)]
    ]
    about = "Beam search and warped probabilities by transformers' generate; made by beam-search.py"
    versions = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
    golden = {"about": about, **versions, "searches": searches, "warping": {"logits": logits.tolist(), "cases": warped}}
    text = json.dumps(golden, separators=(",", ":"))
    (Path(__file__).parent / "beam-search.json").write_text(text.replace('{"seed"', '\n{"seed"').replace('{"options"', '\n{"options"') + "\n")


if __name__ == "__main__":
    main()
