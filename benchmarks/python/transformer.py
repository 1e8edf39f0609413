"""The Transformer of the benchmark in PyTorch: 3+3 layers, width 256, 4 heads, feed-forward 1024, post-norm."""

import math

import torch
from torch import nn
from torch.nn import functional as F

SOURCE, STEPS, VOCABULARY, WIDTH, HEADS, INNER, LAYERS = 24, 32, 4000, 256, 4, 1024, 3


def sinusoids(count, width):
    angles = torch.arange(count)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)


class Look(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.output = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.key, self.value = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)

    def heads(self, x):
        return x.unflatten(-1, (HEADS, WIDTH // HEADS)).transpose(1, 2)

    def memory(self, x):
        return self.heads(self.key(x)), self.heads(self.value(x))

    def forward(self, x, key, value, causal=False):
        seen = F.scaled_dot_product_attention(self.heads(self.query(x)), key, value, is_causal=causal)
        return self.output(seen.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, is_decoder):
        super().__init__()
        self.mix, self.cross = Look(), Look() if is_decoder else None
        self.net = nn.Sequential(nn.Linear(WIDTH, INNER), nn.ReLU(), nn.Linear(INNER, WIDTH))
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3 if is_decoder else 2))

    def forward(self, x, own, source=None, causal=False):
        x = self.norms[0](x + self.mix(x, *own, causal))
        if source is not None:
            x = self.norms[1](x + self.cross(x, *source))
        return self.norms[-1](x + self.net(x))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.source, self.target = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(VOCABULARY, WIDTH)
        self.encoder = nn.ModuleList(Layer(False) for _ in range(LAYERS))
        self.decoder = nn.ModuleList(Layer(True) for _ in range(LAYERS))
        self.output = nn.Linear(WIDTH, VOCABULARY)
        self.register_buffer("positions", sinusoids(SOURCE + STEPS, WIDTH))
        for name, weight in self.named_parameters():
            # As the authors and this library start them, so that losses can be compared.
            if weight.dim() == 2:
                is_table = name in ("source.weight", "target.weight")
                nn.init.normal_(weight, std=WIDTH**-0.5) if is_table else nn.init.xavier_uniform_(weight)
            elif "norms" not in name:
                nn.init.zeros_(weight)

    def encode(self, source):
        x = self.source(source) * math.sqrt(WIDTH) + self.positions[: source.shape[1]]
        for layer in self.encoder:
            x = layer(x, layer.mix.memory(x))
        return [layer.cross.memory(x) for layer in self.decoder]

    def forward(self, source, target):
        """Teacher forcing: logits [B, T, V]."""
        memories = self.encode(source)
        x = self.target(target) * math.sqrt(WIDTH) + self.positions[: target.shape[1]]
        for layer, memory in zip(self.decoder, memories):
            x = layer(x, layer.mix.memory(x), memory, causal=True)
        return self.output(x)

    def greedy(self, source):
        memories = self.encode(source)
        caches = [None] * LAYERS
        token, written = torch.zeros(source.shape[0], 1, dtype=torch.long), []
        for step in range(STEPS):
            x = self.target(token) * math.sqrt(WIDTH) + self.positions[step]
            for i, layer in enumerate(self.decoder):
                now = layer.mix.memory(x)
                before = caches[i]
                caches[i] = now if before is None else tuple(torch.cat(pair, 2) for pair in zip(before, now))
                x = layer(x, caches[i], memories[i])
            token = self.output(x[:, 0]).argmax(-1, keepdim=True)
            written.append(token)
        return torch.cat(written, 1)
