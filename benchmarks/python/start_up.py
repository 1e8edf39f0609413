"""PyTorch from the start of its process to the first token; then its peak of memory as JSON.

    python start_up.py FOLDER --write
    python start_up.py FOLDER
"""

import json
import re
import sys
from pathlib import Path

import torch

from onnx_peer.sizes import SOURCE, TRANSFORMERS
from transformer import Transformer

sizes = TRANSFORMERS["DS"]
weights = Path(sys.argv[1]) / "pytorch.pt"
torch.set_num_threads(1)
if sys.argv[2:] == ["--write"]:
    torch.manual_seed(0)
    torch.save(Transformer(sizes).state_dict(), weights)
else:
    with torch.device("meta"):
        model = Transformer(sizes)
    model.load_state_dict(torch.load(weights, weights_only=True), assign=True)
    source = torch.arange(SOURCE)[None]
    ids = model.eval().greedy(source, steps=1).flatten().tolist()
    # The peak of this program alone; what the kernel counts for its children may be that of the parent.
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text()).group(1)) * 1024
    print(json.dumps({"ids": ids, "peakMegabytes": peak / 1e6}))
