"""Times greedy decoding of PyTorch with key and value caches, beside which Dragoman's is measured.

    python decode.py --threads 1 --batch 16 --runs 10

Workload DS: a Transformer of 3+3 layers, width 256, 4 heads, feed-forward 1024, post-norm, vocabulary 4000, random
weights; sources of 24 tokens, 32 tokens written. Prints one JSON line; a run decodes the whole batch.
"""

import argparse
import json
import math
import statistics
import time

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

    def forward(self, x, key, value):
        seen = F.scaled_dot_product_attention(self.heads(self.query(x)), key, value)
        return self.output(seen.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, is_decoder):
        super().__init__()
        self.mix, self.cross = Look(), Look() if is_decoder else None
        self.net = nn.Sequential(nn.Linear(WIDTH, INNER), nn.ReLU(), nn.Linear(INNER, WIDTH))
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3 if is_decoder else 2))

    def forward(self, x, own, source=None):
        x = self.norms[0](x + self.mix(x, *own))
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

    def greedy(self, source):
        x = self.source(source) * math.sqrt(WIDTH) + self.positions[: source.shape[1]]
        for layer in self.encoder:
            x = layer(x, layer.mix.memory(x))
        memories = [layer.cross.memory(x) for layer in self.decoder]
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


def main():
    parser = argparse.ArgumentParser(description="Time PyTorch's greedy decoding on the CPU.")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--runs", type=int, default=10)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    model = Transformer().eval()
    source = torch.randint(VOCABULARY, (arguments.batch, SOURCE))
    times = []
    with torch.inference_mode():
        for run in range(arguments.runs + 2):
            start = time.perf_counter()
            model.greedy(source)
            if run >= 2:
                times.append((time.perf_counter() - start) * 1e3)
    median = statistics.median(times)
    row = {
        "peer": "pytorch",
        "version": torch.__version__,
        "workload": f"DS-b{arguments.batch}",
        "threads": arguments.threads,
        "medianMs": round(median, 3),
        "minMs": round(min(times), 3),
        "runs": len(times),
        "tokensPerSecond": round(arguments.batch * STEPS / median * 1e3),
    }
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
