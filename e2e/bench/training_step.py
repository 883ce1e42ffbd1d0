"""Times PyTorch's training steps, on request: the other side of Oblique's benchmark.

usage: training_step.py NETWORK.onnx LOSS THREADS SHAPE PARAMETER [PARAMETER …]

LOSS is mean_squared_error (of reconstruction) or cross_entropy; SHAPE is a batch's as JSON. Prints one JSON line
{"ready": true} and then, for every line read from standard input, one JSON line {"seconds": time of one step}. A step is
forward, backward and SGD with momentum 0.9 in float32, batch normalisation by the batch's statistics.
"""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))

import torch
import torch.nn.functional as F

import onnx_torch


def batch_normalization(net, a, x, gain, shift, mean, variance):
    return F.batch_norm(x, mean, variance, gain, shift, True, 0.1, a.get("epsilon", 1e-5))


def main():
    path, loss, threads, shape = sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])
    torch.set_num_threads(threads)
    onnx_torch.OPERATORS["BatchNormalization"] = batch_normalization
    network = onnx_torch.Network(path, torch.float32)
    parameters = [network.weights[name].requires_grad_() for name in sys.argv[5:]]
    optimiser = torch.optim.SGD(parameters, 1e-4, momentum=0.9)
    images = torch.rand(shape)
    labels = torch.arange(shape[0]) % 10

    def step():
        outputs = []
        network.run(images, network.outputs, lambda name, value: outputs.append(value))
        value = F.mse_loss(outputs[0], images) if loss == "mean_squared_error" else F.cross_entropy(outputs[0], labels)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        return value.item()

    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        step()
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


if __name__ == "__main__":
    main()
