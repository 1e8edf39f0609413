"""The benchmark's models written for ONNX Runtime by hand: forward, backward and Adam in graphs of standard ops."""
