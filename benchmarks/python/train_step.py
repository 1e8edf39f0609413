"""Times one training step of PyTorch on the CPU, beside which Dragoman's step is measured.

    python train_step.py --threads 1 --workload TR --steps 20 --warmup 3

Workloads (batch 32, source and target length 24, vocabulary 4000, width 256, float32):
  TT  Transformer of 3+3 layers, 4 heads, feed-forward 1024, post-norm
  TR  2+2-layer LSTM with Luong "general" attention
  TG  2+2-layer GRU without attention, the encoder's final state handed to the decoder
A step is teacher forcing, mean cross-entropy, backward and a fused Adam update at 1e-4.
Prints one JSON line; `runs` is the number of timed steps.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn

from transformer import Transformer

BATCH, SOURCE, TARGET = 32, 24, 24
VOCABULARY, WIDTH, LAYERS = 4000, 256, 2
LEARNING_RATE = 1e-4


class EncoderDecoder(nn.Module):
    """Recurrent encoder and decoder; the encoder's final states start the decoder."""

    def __init__(self, recurrent):
        super().__init__()
        self.source_embedding = nn.Embedding(VOCABULARY, WIDTH)
        self.target_embedding = nn.Embedding(VOCABULARY, WIDTH)
        self.encoder = recurrent(WIDTH, WIDTH, num_layers=LAYERS, batch_first=True)
        self.decoder = recurrent(WIDTH, WIDTH, num_layers=LAYERS, batch_first=True)
        self.output = nn.Linear(WIDTH, VOCABULARY)

    def hidden(self, source, target):
        """Encoder states [B, S, D] and decoder states [B, T, D]."""
        memory, final = self.encoder(self.source_embedding(source))
        states, _ = self.decoder(self.target_embedding(target), final)
        return memory, states

    def forward(self, source, target):
        return self.output(self.hidden(source, target)[1])


class AttentionalEncoderDecoder(EncoderDecoder):
    """Adds attention of Luong et al. 2015: scores q . (W_a k), then tanh(W_c [context; state])."""

    def __init__(self, recurrent):
        super().__init__(recurrent)
        self.align = nn.Linear(WIDTH, WIDTH, bias=False)
        self.combine = nn.Linear(2 * WIDTH, WIDTH, bias=False)

    def forward(self, source, target):
        memory, states = self.hidden(source, target)
        weights = torch.bmm(states, self.align(memory).transpose(1, 2)).softmax(dim=-1)
        context = torch.bmm(weights, memory)
        return self.output(torch.tanh(self.combine(torch.cat((context, states), dim=-1))))


WORKLOADS = {
    "TT": Transformer,
    "TR": lambda: AttentionalEncoderDecoder(nn.LSTM),
    "TG": lambda: EncoderDecoder(nn.GRU),
}


def make_step(model):
    """A function that trains one step on fixed random ids and returns the loss in nats per token."""
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    criterion = nn.CrossEntropyLoss()
    source = torch.randint(VOCABULARY, (BATCH, SOURCE))
    target = torch.randint(VOCABULARY, (BATCH, TARGET + 1))
    given, expected = target[:, :-1].contiguous(), target[:, 1:].flatten()

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(source, given).flatten(0, 1), expected)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def time_steps(step, warmup, steps):
    """Milliseconds of each timed step. Raises when the loss did not fall: then nothing was trained."""
    losses = [step() for _ in range(warmup)]
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        losses.append(step())
        times.append((time.perf_counter() - start) * 1e3)
    if len(losses) > 1 and not losses[-1] < losses[0]:
        raise RuntimeError(f"the loss did not fall: {losses[0]} to {losses[-1]} in {len(losses)} steps")
    return times


def positive(text):
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not at least 1")
    return value


def count(text):
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{value} is negative")
    return value


def main():
    parser = argparse.ArgumentParser(description="Time a PyTorch training step on the CPU.")
    parser.add_argument("--threads", type=positive, default=1)
    parser.add_argument("--workload", choices=WORKLOADS, required=True)
    parser.add_argument("--steps", type=positive, default=20, help="timed steps")
    parser.add_argument("--warmup", type=count, default=3, help="steps before the timed ones")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    model = WORKLOADS[arguments.workload]()
    times = time_steps(make_step(model), arguments.warmup, arguments.steps)
    row = {
        "peer": "pytorch",
        "version": torch.__version__,
        "workload": arguments.workload,
        "threads": arguments.threads,
        "medianMs": round(statistics.median(times), 3),
        "minMs": round(min(times), 3),
        "runs": len(times),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
    }
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
