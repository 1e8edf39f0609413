"""The Transformer of the benchmark in PyTorch, post-norm, in its sizes."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from onnx_peer.sizes import SOURCE, STEPS


def sinusoids(count, width):
    angles = torch.arange(count)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(1)


class Look(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
        self.query, self.output = nn.Linear(sizes.width, sizes.width), nn.Linear(sizes.width, sizes.width)
        self.key, self.value = nn.Linear(sizes.width, sizes.width), nn.Linear(sizes.width, sizes.width)

    def heads(self, x):
        return x.unflatten(-1, (self.sizes.heads, self.sizes.head)).transpose(1, 2)

    def memory(self, x):
        return self.heads(self.key(x)), self.heads(self.value(x))

    def forward(self, x, key, value, causal=False):
        seen = F.scaled_dot_product_attention(self.heads(self.query(x)), key, value, is_causal=causal)
        return self.output(seen.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, sizes, is_decoder):
        super().__init__()
        self.mix, self.cross = Look(sizes), Look(sizes) if is_decoder else None
        bend = nn.ReLU() if sizes.activation == "relu" else nn.SiLU()
        self.net = nn.Sequential(nn.Linear(sizes.width, sizes.inner), bend, nn.Linear(sizes.inner, sizes.width))
        self.norms = nn.ModuleList(nn.LayerNorm(sizes.width) for _ in range(3 if is_decoder else 2))

    def forward(self, x, own, source=None, causal=False):
        x = self.norms[0](x + self.mix(x, *own, causal))
        if source is not None:
            x = self.norms[1](x + self.cross(x, *source))
        return self.norms[-1](x + self.net(x))


class Transformer(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        width = sizes.width
        self.scale = math.sqrt(width)
        self.source, self.target = nn.Embedding(sizes.vocabulary, width), nn.Embedding(sizes.vocabulary, width)
        self.encoder = nn.ModuleList(Layer(sizes, False) for _ in range(sizes.layers))
        self.decoder = nn.ModuleList(Layer(sizes, True) for _ in range(sizes.layers))
        self.output = nn.Linear(width, sizes.vocabulary)
        self.register_buffer("positions", sinusoids(SOURCE + STEPS, width))
        for name, weight in self.named_parameters():
            # As the authors and this library start them, so that losses can be compared.
            if weight.dim() == 2:
                is_table = name in ("source.weight", "target.weight")
                nn.init.normal_(weight, std=width**-0.5) if is_table else nn.init.xavier_uniform_(weight)
            elif "norms" not in name:
                nn.init.zeros_(weight)
        if sizes.tied:
            self.source.weight = self.output.weight = self.target.weight

    def encode(self, source):
        x = self.source(source) * self.scale + self.positions[: source.shape[1]]
        for layer in self.encoder:
            x = layer(x, layer.mix.memory(x))
        return [layer.cross.memory(x) for layer in self.decoder]

    def forward(self, source, target):
        """Teacher forcing: logits [B, T, V]."""
        memories = self.encode(source)
        x = self.target(target) * self.scale + self.positions[: target.shape[1]]
        for layer, memory in zip(self.decoder, memories):
            x = layer(x, layer.mix.memory(x), memory, causal=True)
        return self.output(x)

    @torch.inference_mode()
    def greedy(self, source, steps=STEPS):
        memories = self.encode(source)
        caches = [None] * len(self.decoder)
        token, written = torch.zeros(source.shape[0], 1, dtype=torch.long), []
        for step in range(steps):
            x = self.target(token) * self.scale + self.positions[step]
            for i, layer in enumerate(self.decoder):
                now = layer.mix.memory(x)
                before = caches[i]
                caches[i] = now if before is None else tuple(torch.cat(pair, 2) for pair in zip(before, now))
                x = layer(x, caches[i], memories[i])
            token = self.output(x[:, 0]).argmax(-1, keepdim=True)
            written.append(token)
        return torch.cat(written, 1)
