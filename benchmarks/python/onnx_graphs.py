"""Writes the ONNX graphs that are run by hand beside this library.

    python onnx_graphs.py OUT TT
    python onnx_graphs.py OUT DS

Training steps (TT, TR, TG) take their weights as inputs. `DS` makes encoder.onnx and decoder.onnx with weights in
them: OUT/weights.json lists names and shapes, OUT/weights.bin has the float32 numbers one after the other, `penalty`
among them.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx

from onnx_peer.decoding import decoder, encoder
from onnx_peer.training import MODELS, training_step


def read_weights(folder):
    numbers = np.fromfile(folder / "weights.bin", np.float32)
    weights, at = {}, 0
    for name, shape in json.loads((folder / "weights.json").read_text()):
        size = int(np.prod(shape))
        weights[name] = numbers[at : at + size].reshape(shape)
        at += size
    return weights


def main():
    parser = argparse.ArgumentParser(description="Write ONNX graphs of the benchmark's models.")
    parser.add_argument("out", type=Path)
    parser.add_argument("workload", choices=[*MODELS, "DS"])
    arguments = parser.parse_args()
    if arguments.workload == "DS":
        weights = read_weights(arguments.out)
        models = {"encoder": encoder(weights), "decoder": decoder(weights, weights.pop("penalty"))}
    else:
        models = {arguments.workload: training_step(arguments.workload)}
    for name, model in models.items():
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, arguments.out / f"{name}.onnx")


if __name__ == "__main__":
    main()
