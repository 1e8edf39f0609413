"""Small files for src/storage, by the Python package safetensors, and a check of ours by it.

Run: python safetensors-files.py              writes safetensors-*.safetensors beside it
     python safetensors-files.py FILE         reads a file that src/storage wrote, prints its tensors
Needs safetensors==0.8.0 and torch.
"""

import sys
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

HERE = Path(__file__).parent


def write():
    save_file(
        {
            "weight": torch.tensor([[1.5, -2.25, 0.1], [float("inf"), -0.0, 3e-45]], dtype=torch.float32),
            "bias": torch.tensor([0.1, -1e300], dtype=torch.float64),
            "steps": torch.tensor([-2147483648, 2147483647], dtype=torch.int32),
            "count": torch.tensor([[-5], [7]], dtype=torch.int64),
            "bytes": torch.tensor([0, 128, 255], dtype=torch.uint8),
            "mask": torch.tensor([True, False, True]),
            "scalar": torch.tensor(42.0),
            "empty": torch.zeros(0, 3),
            "নাম": torch.tensor([1.0]),
        },
        HERE / "safetensors-mixed.safetensors",
        metadata={"format": "pt", "title": "mixed dtypes"},
    )
    # Normal, subnormal, largest, infinite; each exact in float32.
    halves = [0.0, -0.0, 1.0, -1.5, 65504.0, 6.103515625e-05, 5.960464477539063e-08, float("inf"), 0.333251953125]
    save_file(
        {
            "float16": torch.tensor(halves, dtype=torch.float16),
            "bfloat16": torch.tensor([0.0, -1.5, 3.140625, 2.0**-133, float("-inf")], dtype=torch.bfloat16),
        },
        HERE / "safetensors-half.safetensors",
    )
    save_file({"big": torch.tensor([2**31], dtype=torch.int64)}, HERE / "safetensors-int64.safetensors")


def show(path):
    with safe_open(path, framework="pt") as file:
        print("metadata", file.metadata())
        for name in sorted(file.keys()):
            tensor = file.get_tensor(name)
            print(name, tensor.dtype, list(tensor.shape), tensor.tolist())


if len(sys.argv) > 1:
    show(sys.argv[1])
else:
    write()
