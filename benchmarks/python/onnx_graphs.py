"""Writes the ONNX graphs that are run by hand beside this library.

    python onnx_graphs.py OUT TT
    python onnx_graphs.py OUT DS
    python onnx_graphs.py OUT gemm

OUT/weights.json lists names and shapes of arrays, OUT/weights.bin has their float32 numbers one after the other.
Training steps (TT, TR, TG) take their weights as inputs. `DS` and `DM` make encoder.onnx and decoder.onnx with the
weights in them, `penalty` among them; `gemm` makes a graph a product, its right side in it where that is a weight.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx

from onnx_peer.decoding import decoder, encoder
from onnx_peer.products import products
from onnx_peer.sizes import TRANSFORMERS
from onnx_peer.training import MODELS, training_step


def read_arrays(folder):
    numbers = np.fromfile(folder / "weights.bin", np.float32)
    arrays, at = {}, 0
    for name, shape in json.loads((folder / "weights.json").read_text()):
        size = int(np.prod(shape))
        arrays[name] = numbers[at : at + size].reshape(shape)
        at += size
    return arrays


def graphs(group, folder):
    if group in MODELS:
        return {group: training_step(group)}
    arrays = read_arrays(folder)
    if group == "gemm":
        return products(arrays)
    sizes, penalty = TRANSFORMERS[group], arrays.pop("penalty")
    return {"encoder": encoder(arrays, sizes), "decoder": decoder(arrays, penalty, sizes)}


def main():
    parser = argparse.ArgumentParser(description="Write ONNX graphs of the benchmark's models.")
    parser.add_argument("out", type=Path)
    parser.add_argument("group", choices=[*MODELS, *TRANSFORMERS, "gemm"])
    arguments = parser.parse_args()
    for name, model in graphs(arguments.group, arguments.out).items():
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, arguments.out / f"{name}.onnx")


if __name__ == "__main__":
    main()
