"""Corpus BLEU and chrF of small corpora, by sacrebleu 2.6.0: the expected numbers of src/metrics.

Run: python metrics.py   (needs sacrebleu==2.6.0; writes metrics.json beside it)
"""

import json
from pathlib import Path

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

# Each corpus: hypotheses, and for each hypothesis its references.
CORPORA = {
    "one reference": (
        [
            "The cat sat on the mat, quietly.",
            "It's a 3.5-inch disk (very old).",
            "He said: \"no, thanks\" & left.",
        ],
        [
            ["The cat was sitting quietly on the mat."],
            ["It's an old 3.5-inch disk."],
            ["He said \"no thanks\" and left."],
        ],
    ),
    "two references": (
        ["the quick brown fox jumps over a lazy dog", "colourless green ideas sleep furiously today"],
        [
            ["the quick brown fox jumped over the lazy dog", "a fast brown fox jumps over a lazy dog"],
            ["colorless green ideas sleep furiously", "colourless green thoughts sleep so furiously today"],
        ],
    ),
    "no long match": (["a b c d e", "f g"], [["a x c y e"], ["g f"]]),
    "shorter than four": (["a b", "c"], [["a b"], ["c d"]]),
    "nothing matches": (["x y z"], [["a b c"]]),
    "empty hypothesis": (["", "one two three four five"], [["a b c"], ["one two three four six"]]),
    "both empty": ([""], [[""]]),
    "brevity": (["one two three four"], [["one two three four five six seven eight"]]),
    "equal": (["Same, exactly the same."], [["Same, exactly the same."]]),
    "upper case": (["THE Cat SAT on The mat today"], [["the cat sat on the mat today"]]),
    "Bengali": (
        ["আমি ভাত খাই, রোজ রোজ।", "ক্ষমা করবেন।"],
        [["আমি রোজ ভাত খাই।"], ["আমাকে ক্ষমা করবেন।"]],
    ),
    "emoji and spaces": (
        ["I \u2003love\u00a0it 😀😀 (really)  ", "don't stop\u0085now \ufeffok"],
        [["I love it 😀 (really)!"], ["don't stop now ok"]],
    ),
    "lengths as near": (["a b c d e"], [["a b c d e f", "a b c d"]]),
    "clipped counts": (["the the the cat sat on the mat"], [["the cat sat on it", "the mat the cat sat on the"]]),
    "ends in a broken line": (["one two three four-\n", "five six"], [["one two three four-"], ["five six"]]),
    "short reference": (["abcdefgh", "some words"], [["abc"], ["some words"]]),
    "references that tie": (["xyz", "some words"], [["abcdefgh", "abc"], ["some words"]]),
    "entities": (
        ["&quot;A&amp;B&quot; &lt;skipped&gt; costs $1,000.50 -- 5-6% off,ok."],
        [["\"A&B\" costs $1,000.50 - 5-6 % off, ok."]],
    ),
}

LINES = [
    "",
    "Hello, world!",
    "3.5, 1,000.50 and .5 or 5.",
    "U.S.A. and e.g. this",
    "5-6 pages, x-y plane, -7",
    "a/b {c} [d] (e) <f> ~g `h` ^i _j |k \\l",
    "don't \"quote\" #1 $2 100% & *star* + = @you;",
    "&quot;x&quot; &amp;lt; &lt;y&gt; <skipped>z",
    "line\nbreak hyphen-\nated",
    "আমি ভাত খাই।৩.৫",
    "😀.😀,1.😀",
    "a..b,,c...",
]

BLEU_OPTIONS = [
    {"tokenize": tokenize, "smoothing": smoothing, "lowercase": lowercase}
    for tokenize in ("13a", "none")
    for smoothing in ("exp", "none")
    for lowercase in (False, True)
]
CHRF_OPTIONS = [
    {"charOrder": 6, "wordOrder": 0, "beta": 2, "lowercase": False},
    {"charOrder": 6, "wordOrder": 2, "beta": 2, "lowercase": False},
    {"charOrder": 4, "wordOrder": 1, "beta": 3, "lowercase": True},
]


def by_stream(references):
    """sacrebleu wants the first references of all, then the second ones; None where there is none."""
    most = max(len(group) for group in references)
    return [[group[i] if i < len(group) else None for group in references] for i in range(most)]


def bleu(hypotheses, references, options):
    metric = BLEU(
        tokenize=options["tokenize"],
        smooth_method=options["smoothing"],
        lowercase=options["lowercase"],
        force=True,
    )
    result = metric.corpus_score(hypotheses, by_stream(references))
    return {
        "options": options,
        "score": result.score,
        "precisions": result.precisions,
        "matches": result.counts,
        "totals": result.totals,
        "brevityPenalty": result.bp,
        "hypothesisLength": result.sys_len,
        "referenceLength": result.ref_len,
    }


def chrf(hypotheses, references, options):
    metric = CHRF(
        char_order=options["charOrder"],
        word_order=options["wordOrder"],
        beta=options["beta"],
        lowercase=options["lowercase"],
    )
    return {"options": options, "score": metric.corpus_score(hypotheses, by_stream(references)).score}


def main():
    assert sacrebleu.__version__ == "2.6.0", sacrebleu.__version__
    tokenizer = Tokenizer13a()
    goldens = {
        "source": f"sacrebleu {sacrebleu.__version__}",
        "tokenize13a": [{"text": text, "tokens": tokenizer(text).split()} for text in LINES],
        "corpora": [
            {
                "name": name,
                "hypotheses": hypotheses,
                "references": references,
                "bleu": [bleu(hypotheses, references, options) for options in BLEU_OPTIONS],
                "chrf": [chrf(hypotheses, references, options) for options in CHRF_OPTIONS],
            }
            for name, (hypotheses, references) in CORPORA.items()
        ],
    }
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(goldens, indent=1) + "\n", encoding="utf-8")


main()
