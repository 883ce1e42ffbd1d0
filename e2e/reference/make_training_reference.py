"""Reference values of training, by PyTorch's autograd and optimisers on torchvision's own networks in float64.

usage: make_training_reference.py CASES.json NETWORKS_FOLDER OUT_FOLDER

NETWORKS_FOLDER holds `<name>.onnx` of every case, written by `node dist/reference/writeTrainingNetworks.js
NETWORKS_FOLDER`; only the weights are read from there. Batches follow from `noise` below.

OUT_FOLDER/gradients.json holds for each network the loss, and for each parameter's gradient its norm and its
projections on eight patterns of ±1 (the root mean square of the projections of an error is an estimate of the error's
norm). OUT_FOLDER/course.json holds the losses of a training step by step. Beside both: how far PyTorch itself is from
them in float32.
"""

import json
import os
import sys

import numpy as np
import onnx
import torch
import torchvision
from onnx import numpy_helper

PATTERNS = 8


def mixed(numbers):
    """32-bit integers scrambled (Wellons' lowbias32)."""
    x = np.asarray(numbers, dtype=np.uint32)
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
    return x ^ (x >> np.uint32(16))


def noise(seed, count):
    """`count` float32 numbers in [-1, 1)."""
    return (mixed(np.arange(count) + seed * 2**20) / 2**31 - 1).astype(np.float32)


def projections(gradient):
    """Sums of the elements with signs; bit k of an element's scrambled place is its sign in pattern k."""
    values = gradient.detach().double().numpy().reshape(-1)
    bits = mixed(np.arange(values.size))
    return [float(np.where((bits >> np.uint32(k)) & np.uint32(1), values, -values).sum()) for k in range(PATTERNS)]


def batch(case, step, dtype):
    """Images, labels and weights of a step; weights include 0."""
    shape = case["image"]
    images = noise(1000 + step, int(np.prod(shape))).reshape(shape)
    examples = np.arange(shape[0])
    return (
        torch.from_numpy(images).to(dtype),
        torch.from_numpy((examples + step) % case["classes"]),
        torch.from_numpy((examples % 4) / 2).to(dtype),
    )


def weighted_cross_entropy(logits, labels, weights):
    """Σ wᵢ lᵢ / N"""
    return (weights * torch.nn.functional.cross_entropy(logits, labels, reduction="none")).mean()


class Masked(torch.nn.Module):
    """Dropout of ratio 1/2 with the masks that Oblique's graph draws: Squares (Widynski, arXiv:2004.06278)."""

    def __init__(self, key, index):
        super().__init__()
        self.key, self.index = np.uint64(key), index

    def forward(self, x):
        half = np.uint64(32)
        counter = np.arange(x.numel(), dtype=np.uint64) + np.uint64(self.index * 2**40)
        y = counter * self.key
        z = y + self.key
        number = y
        for offset in (y, z, y):
            number = number * number + offset
            number = (number >> half) | (number << half)
        number = number * number + z
        kept = number.astype(np.int64) >= 0
        return x * torch.from_numpy(kept.reshape(x.shape)).to(x.dtype) * 2


def scaled(width, number):
    return max(1, round(width * number))


def network(case, folder, dtype):
    """torchvision's network in training mode with the weights of the ONNX file."""
    model = onnx.load(os.path.join(folder, case["name"] + ".onnx"))
    weights = {entry.name: torch.from_numpy(np.array(numpy_helper.to_array(entry))) for entry in model.graph.initializer}
    classes, width = case["classes"], case["width"]
    if case["architecture"] == "resnet18":
        net = torchvision.models.resnet18(num_classes=classes)
    elif case["architecture"] == "vgg16_bn":
        plan = [step if step == "M" else scaled(width, step) for step in torchvision.models.vgg.cfgs["D"]]
        net = torchvision.models.VGG(torchvision.models.vgg.make_layers(plan, batch_norm=True), num_classes=classes)
        hidden = scaled(width, 4096)
        net.classifier[0] = torch.nn.Linear(49 * scaled(width, 512), hidden)
        net.classifier[3] = torch.nn.Linear(hidden, hidden)
        net.classifier[6] = torch.nn.Linear(hidden, classes)
    elif case["architecture"] == "alexnet":
        net = torchvision.models.alexnet(num_classes=classes)
        channels = 3
        for index in (0, 3, 6, 8, 10):
            conv = net.features[index]
            out = scaled(width, conv.out_channels)
            net.features[index] = torch.nn.Conv2d(channels, out, conv.kernel_size, conv.stride, conv.padding)
            channels = out
        hidden = scaled(width, 4096)
        net.classifier[1] = torch.nn.Linear(36 * channels, hidden)
        net.classifier[4] = torch.nn.Linear(hidden, hidden)
        net.classifier[6] = torch.nn.Linear(hidden, classes)
    elif case["architecture"] == "vit_b_16":
        features = scaled(width, 768)
        net = torchvision.models.VisionTransformer(
            case["image"][2], 16, 12, features // 64, features, 4 * features, num_classes=classes
        )
    else:
        sizes = [weights[f"{index}.weight"].shape for index in (0, 2, 4)]
        layers = [torch.nn.Linear(inputs, outputs) for outputs, inputs in sizes]
        net = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1], torch.nn.Tanh(), layers[2])
    net = net.to(dtype).train()
    own = net.state_dict()
    missing = [name for name in own if name not in weights and not name.endswith("num_batches_tracked")]
    if missing:
        raise KeyError(f"{case['name']}.onnx lacks {missing}")
    net.load_state_dict({name: weights.get(name, value).to(value.dtype) for name, value in own.items()})
    places = [name for name, module in net.named_modules() if isinstance(module, torch.nn.Dropout) and module.p > 0]
    for index, name in enumerate(places):
        parent, _, child = name.rpartition(".")
        setattr(net.get_submodule(parent), child, Masked(case["randomKey"], index))
    return net


def gradients(case, folder, dtype):
    net = network(case, folder, dtype)
    loss = weighted_cross_entropy(net(batch(case, 0, dtype)[0]), *batch(case, 0, dtype)[1:])
    loss.backward()
    return loss.item(), {name: parameter.grad for name, parameter in net.named_parameters()}


def course(case, folder, dtype):
    net = network(case, folder, dtype)
    optimiser = torch.optim.SGD(
        net.parameters(), case["learningRate"], momentum=case["momentum"], weight_decay=case["weightDecay"]
    )
    losses = []
    for step in range(case["steps"]):
        images, labels, weights = batch(case, step, dtype)
        optimiser.zero_grad()
        loss = weighted_cross_entropy(net(images), labels, weights)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


def main():
    cases_path, folder, out = sys.argv[1:4]
    with open(cases_path) as file:
        cases = json.load(file)
    key = 0x548C9DECBCE65297
    about = {"torch": torch.__version__, "torchvision": torchvision.__version__}
    networks = []
    for case in cases["gradients"]:
        case = {**case, "randomKey": key}
        loss, truth = gradients(case, folder, torch.float64)
        _, single = gradients(case, folder, torch.float32)
        entries = {
            name: {"norm": gradient.norm().item(), "projections": projections(gradient)}
            for name, gradient in truth.items()
        }
        errors = [((single[name].double() - g).norm() / g.norm()).item() for name, g in truth.items()]
        print(f"{case['name']}: loss {loss:.6f}, PyTorch float32 worst {max(errors):.1e}", flush=True)
        networks.append(
            {**case, "randomKey": str(key), "loss": loss, "torchFloat32Worst": max(errors), "gradients": entries}
        )
    save(out, "gradients.json", {**about, "networks": networks})
    case = cases["course"]
    losses = course(case, folder, torch.float64)
    single = course(case, folder, torch.float32)
    worst = max(abs(a / b - 1) for a, b in zip(single, losses))
    print(f"{case['name']}: losses {losses[0]:.4f} … {losses[-1]:.4f}, PyTorch float32 worst {worst:.1e}")
    save(out, "course.json", {**about, **case, "losses": losses, "torchFloat32Worst": worst})


def save(folder, name, document):
    with open(os.path.join(folder, name), "w") as file:
        json.dump(document, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
