"""PyTorch as an entrant of the benchmark `backends`: one workload in one thread, a round for each line that is read.

    python serve.py TR

The first line written is {"facts"}; for each line {"milliseconds", "leastRuns", "clock"} comes {"times", "results"}: milliseconds of each
run, and the loss of each training step.
"""

import argparse
import json
import sys
import time

import torch

import train_step
from transformer import SOURCE, VOCABULARY, Transformer


CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def training(workload):
    step = train_step.make_step(train_step.WORKLOADS[workload]())
    return lambda: [step()]


def decoding(batch):
    model = Transformer().eval()
    source = torch.randint(VOCABULARY, (batch, SOURCE))

    @torch.inference_mode()
    def run():
        model.greedy(source)
        return []

    return run


def play(run, milliseconds, least_runs, clock):
    times, results = [], []
    end = time.perf_counter() + milliseconds / 1e3
    while len(times) < least_runs or time.perf_counter() < end:
        start = clock()
        results.append(run())
        times.append((clock() - start) * 1e3)
    return {"times": times, "results": results}


def main():
    parser = argparse.ArgumentParser(description="Answer rounds of a benchmark.")
    parser.add_argument("workload")
    workload = parser.parse_args().workload
    torch.set_num_threads(1)
    torch.manual_seed(0)
    _, _, batch = workload.partition("-b")
    run = decoding(int(batch)) if batch else training(workload)
    print(json.dumps({"facts": {"version": torch.__version__}}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        clock = CLOCKS[request["clock"]]
        print(json.dumps(play(run, request["milliseconds"], request["leastRuns"], clock)), flush=True)


if __name__ == "__main__":
    main()
