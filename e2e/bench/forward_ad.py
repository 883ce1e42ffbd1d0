"""Times PyTorch's forward-mode AD of all layers, on request: the other side of Oblique's benchmark.

usage: forward_ad.py NETWORK.onnx BATCH SIZE THREADS LAYER [LAYER …]

Prints one JSON line {"ready": true, "torch": version} and then, for every line read from standard input, one JSON line
{"seconds": time of one pass, "d": {layer: [D of each stimulus]}}. A pass makes the batch of Gabor stimuli
(0.02 cycles/pixel, σ 50 pixels, orientations given on the line as JSON radians) with tangents to orientation, runs the network in float32 without recording a
reverse graph, and sums the squared tangents of each layer.
"""

import json
import math
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))

import torch
import torch.autograd.forward_ad as fwAD

from onnx_torch import Network
from stimuli_torch import gabor


def main():
    path, batch, size, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    layers = sys.argv[5:]
    torch.set_num_threads(threads)
    network = Network(path, torch.float32)
    fixed = {"frequency": 0.02, "phase": math.radians(33), "sigma": 50.0, "contrast": 1.0}

    def one_pass(orientations):
        d = {}

        def visit(name, value):
            tangent = fwAD.unpack_dual(value).tangent
            d[name] = (tangent * tangent).flatten(1).sum(1, dtype=torch.float64)

        with torch.no_grad(), fwAD.dual_level():
            theta = torch.tensor(orientations, dtype=torch.float64)
            parameters = {name: torch.full_like(theta, value) for name, value in fixed.items()}
            parameters["orientation"] = fwAD.make_dual(theta, torch.ones_like(theta))
            image = gabor(parameters, size, size, "none").float().contiguous()
            network.run(image, layers, visit)
        return {name: value.tolist() for name, value in d.items()}

    print(json.dumps({"ready": True, "torch": torch.__version__, "batch": batch}), flush=True)
    for line in sys.stdin:
        orientations = json.loads(line)
        start = time.perf_counter()
        d = one_pass(orientations)
        print(json.dumps({"seconds": time.perf_counter() - start, "d": d}), flush=True)


if __name__ == "__main__":
    main()
