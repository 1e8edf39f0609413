"""PyTorch as an entrant of the benchmark: one group of workloads, a round for each line that is read.

    python serve.py DS 1

The arguments are the group and the number of threads. The first line written is {"facts"}; for each line {"workload",
"milliseconds", "leastRuns"} comes {"times", "results"}: milliseconds of each run, and the loss of each training step.
"""

import argparse
import json
import sys
import time

import torch

import train_step
from onnx_peer.products import SIZES
from onnx_peer.sizes import SOURCE, TRANSFORMERS
from transformer import Transformer


def training(workload):
    step = train_step.make_step(train_step.WORKLOADS[workload]())
    return {workload: lambda: [step()]}


def decoding(group):
    sizes = TRANSFORMERS[group]
    model = Transformer(sizes).eval()

    def task(batch):
        source = torch.randint(sizes.vocabulary, (batch, SOURCE))
        return lambda: model.greedy(source)

    return {"DM": task(1)} if group == "DM" else {f"DS-b{batch}": task(batch) for batch in (1, 16)}


def products():
    """Squares are products of two inputs; other right sides are weights, and lie as they are fastest: for many rows
    [N, K] as in nn.Linear, for one [K, N]."""

    def task(m, k, n):
        left, out = torch.rand(m, k), torch.empty(m, n)
        right = torch.rand(k, n) if m in (1, n) else torch.rand(n, k).t()
        return lambda: torch.mm(left, right, out=out)

    return {f"gemm-{m}x{k}x{n}": task(m, k, n) for m, k, n in SIZES}


def tasks(group):
    if group == "gemm":
        return products()
    return decoding(group) if group in TRANSFORMERS else training(group)


def play(task, milliseconds, least_runs):
    times, results = [], []
    end = time.perf_counter() + milliseconds / 1e3
    while len(times) < least_runs or time.perf_counter() < end:
        start = time.perf_counter()
        result = task()
        times.append((time.perf_counter() - start) * 1e3)
        results.append(result if isinstance(result, list) else [])
    return {"times": times, "results": results}


def main():
    parser = argparse.ArgumentParser(description="Answer rounds of a benchmark.")
    parser.add_argument("group")
    parser.add_argument("threads", type=int)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    runs = tasks(arguments.group)
    facts = {"version": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability()}
    print(json.dumps({"facts": facts}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        task = runs[request["workload"]]
        print(json.dumps(play(task, request["milliseconds"], request["leastRuns"])), flush=True)


if __name__ == "__main__":
    main()
