"""Times greedy decoding of PyTorch with key and value caches, beside which Dragoman's is measured.

    python decode.py --threads 1 --batch 16 --runs 10

Workload DS: a Transformer of 3+3 layers, width 256, 4 heads, feed-forward 1024, post-norm, vocabulary 4000, random
weights; sources of 24 tokens, 32 tokens written. Prints one JSON line; a run decodes the whole batch.
"""

import argparse
import json
import statistics
import time

import torch

from transformer import SOURCE, STEPS, VOCABULARY, Transformer


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
