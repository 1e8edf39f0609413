"""Checks the ONNX files that check-export.mjs has written: python check-export.py FOLDER

Each file must pass onnx.checker with full shape inference and load in the native ONNX Runtime; a file with
inputs must give the outputs beside it. What may differ is wide here (1e-5 of the largest number of an output,
for sums in float32): the conformance suite is strict, this script is about the files.
"""

import base64
import json
import os
import sys

import numpy as np
import onnx
import onnxruntime as ort

TYPES = {"float": np.float32, "int": np.int32, "bool": np.bool_}
TOLERANCE = 1e-5


def array(port):
    numbers = np.frombuffer(base64.b64decode(port["data"]), np.float64).reshape(port["shape"])
    with np.errstate(all="ignore"):
        return numbers.astype(TYPES[port["kind"]])


def difference(got, want):
    if got.shape != want.shape or got.dtype != want.dtype:
        return f"{got.dtype} {got.shape}, not {want.dtype} {want.shape}"
    got, want = got.astype(np.float64), want.astype(np.float64)
    finite = np.isfinite(want)
    if not np.array_equal(got[~finite], want[~finite], equal_nan=True):
        return "NaN or infinities elsewhere"
    size = max(1.0, np.abs(want[finite]).max(initial=0))
    worst = np.abs(got[finite] - want[finite]).max(initial=0)
    return None if worst <= TOLERANCE * size else f"{worst} apart, where the largest is {size}"


def check(folder, entry, options):
    model = onnx.load(os.path.join(folder, entry["file"]))
    onnx.checker.check_model(model, full_check=True)
    domains = {domain.domain for domain in model.opset_import}
    if domains != {""}:
        return f"uses the domains {domains}"
    # With its fusions ONNX Runtime 1.30 leaves a product over an axis of size 0 unset.
    is_empty = any(0 in port["shape"] for port in entry["inputs"])
    level = ort.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_BASIC if is_empty else level.ORT_ENABLE_ALL
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    if not entry["outputs"]:
        return None
    results = session.run(None, {port["name"]: array(port) for port in entry["inputs"]})
    for port, result in zip(entry["outputs"], results, strict=True):
        found = difference(np.asarray(result), array(port))
        if found:
            return f"{port['name']}: {found}"
    return None


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        entries = json.load(file)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    wrong = 0
    for entry in entries:
        try:
            problem = check(folder, entry, options)
        except Exception as error:  # noqa: BLE001: each kind of failure of a file is told the same way
            problem = f"{type(error).__name__}: {error}"
        if problem:
            wrong += 1
            print(f"{entry['id']}: {problem}")
    print(f"{len(entries)} files, {wrong} wrong; onnx {onnx.__version__}, onnxruntime {ort.__version__}")
    sys.exit(1 if wrong else 0)


main()
