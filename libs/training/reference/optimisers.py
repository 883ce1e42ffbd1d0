"""Weights after five steps of torch.optim in float64 on a linear layer and closed-form batches.

usage: optimisers.py > optimisers.json
"""

import json

import torch

CASES = {
    "sgd": (torch.optim.SGD, {}, None),
    "momentum and weight decay": (torch.optim.SGD, {"momentum": 0.9, "weight_decay": 0.01}, None),
    "nesterov, clipped": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}, 0.3),
    "adam with weight decay": (torch.optim.Adam, {"weight_decay": 0.01}, None),
}


def numbers(function, start, *shape):
    count = torch.Size(shape).numel()
    return function(torch.arange(count, dtype=torch.float64) + start).reshape(shape)


results = {}
for name, (optimiser_class, options, clip) in CASES.items():
    layer = torch.nn.Linear(4, 3, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(numbers(torch.cos, 0, 3, 4).float() / 2)
        layer.bias.copy_(numbers(torch.cos, 20, 3).float() / 2)
    optimiser = optimiser_class(layer.parameters(), lr=0.1, **options)
    norms = []
    for step in range(5):
        optimiser.zero_grad()
        x, target = numbers(torch.sin, step, 2, 4), numbers(torch.cos, 10 * step, 2, 3)
        torch.nn.functional.mse_loss(layer(x), target).backward()
        if clip is not None:
            norms.append(torch.nn.utils.clip_grad_norm_(layer.parameters(), clip).item())
        optimiser.step()
    results[name] = {
        "weight": layer.weight.flatten().tolist(),
        "bias": layer.bias.tolist(),
        "gradientNorms": norms,
    }
print(json.dumps(results, indent=2))
