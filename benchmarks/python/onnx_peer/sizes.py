"""Sizes of the workloads, as in `src/workloads/`."""

from typing import NamedTuple

BATCH, SOURCE, TARGET = 32, 24, 24
VOCABULARY, WIDTH = 4000, 256
RECURRENT_LAYERS = 2


class TransformerSizes(NamedTuple):
    """`layers` of the encoder, and of the decoder."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    inner: int
    activation: str
    tied: bool

    @property
    def head(self):
        return self.width // self.heads


TRANSFORMERS = {
    "DS": TransformerSizes(VOCABULARY, WIDTH, layers=3, heads=4, inner=1024, activation="relu", tied=False),
    "DM": TransformerSizes(58101, 512, layers=6, heads=8, inner=2048, activation="silu", tied=True),
}
TRANSFORMER_LAYERS, HEADS, INNER = 3, 4, 1024
STEPS = 32
