"""Times PyTorch's update of the tied linear autoencoder on explicit batches: the other side of Oblique's benchmark.

usage: linear_update.py PIXELS BATCH THREADS

Prints {"ready": true} and then, for every line read from standard input, {"seconds": time of one update}: plain gradient
descent on nn.MSELoss of x (W^T W)^T, the product being made first, which is fewer operations than applying W twice.
"""

import json
import sys
import time

import torch


def main():
    pixels, batch, threads = (int(argument) for argument in sys.argv[1:4])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    x = torch.rand(batch, pixels) - 0.5
    w = torch.empty(pixels, pixels).uniform_(-0.005, 0.005).requires_grad_()
    optimiser = torch.optim.SGD([w], lr=1.0)
    loss_of = torch.nn.MSELoss()
    print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        optimiser.zero_grad()
        loss_of(x @ (w.T @ w), x).backward()
        optimiser.step()
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


if __name__ == "__main__":
    main()
