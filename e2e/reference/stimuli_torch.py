"""The stimuli in PyTorch, written from their formulas alone, differentiable in each parameter.

Angles arrive in radians, lengths in pixels, frequencies in cycles per pixel; every parameter is a tensor [N];
images are [N, 3, H, W].
"""

import math

import torch

IMAGENET = {"channelOrder": "RGB", "scale": 1, "mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}


def gabor(parameters, width, height, stretch):
    """I = contrast · exp(−(x² + y²)/(2σ²)) · cos(2π f u + phase), u = x cos o + y sin o, o = −θ − 90°."""
    p = {name: value.reshape(-1, 1, 1) for name, value in parameters.items()}
    dtype = p["orientation"].dtype
    x = (torch.arange(width, dtype=dtype) - width / 2).reshape(1, 1, -1)
    y = (torch.arange(height, dtype=dtype) - height / 2).reshape(1, -1, 1)
    o = -p["orientation"] - math.pi / 2
    u = x * torch.cos(o) + y * torch.sin(o)
    envelope = torch.exp(-(x * x + y * y) / (2 * p["sigma"] ** 2))
    image = p["contrast"] * envelope * torch.cos(2 * math.pi * p["frequency"] * u + p["phase"])
    if stretch == "minmax":
        flat = image.reshape(image.shape[0], -1)
        low = flat.min(1).values.reshape(-1, 1, 1)
        high = flat.max(1).values.reshape(-1, 1, 1)
        image = 2 * (image - low) / (high - low) - 1
    return image.unsqueeze(1).expand(-1, 3, -1, -1)


def hue(parameters, width, height, stretch):
    """One HSV colour over the whole image, by the formula of Python's colorsys.hsv_to_rgb."""
    if stretch != "none":
        raise ValueError("a uniform image cannot be stretched")
    colours = []
    for h, s, v in zip(parameters["hue"], parameters["saturation"], parameters["value"]):
        sixths = h * (6 / (2 * math.pi))
        sector = int(torch.floor(sixths).item())
        f = sixths - sector
        low, falling, rising = v * (1 - s), v * (1 - s * f), v * (1 - s * (1 - f))
        colours.append(
            torch.stack(
                [
                    (v, rising, low),
                    (falling, v, low),
                    (low, v, rising),
                    (low, falling, v),
                    (rising, low, v),
                    (v, low, falling),
                ][sector % 6]
            )
        )
    return torch.stack(colours).reshape(-1, 3, 1, 1).expand(-1, 3, height, width)


FAMILIES = {
    "gabor": (gabor, {"orientation": 0.0, "frequency": 0.02, "phase": 0.0, "sigma": 50.0, "contrast": 1.0}),
    "hue": (hue, {"hue": 0.0, "saturation": 1.0, "value": 1.0}),
}

ANGLES = {"orientation", "phase", "hue"}


def normalise(image, preprocessing):
    """(scale · value − mean) / std of red, green and blue, then put into the network's channel order."""
    mean = torch.tensor(preprocessing["mean"], dtype=image.dtype).reshape(1, -1, 1, 1)
    std = torch.tensor(preprocessing["std"], dtype=image.dtype).reshape(1, -1, 1, 1)
    image = (image * preprocessing["scale"] - mean) / std
    return image.flip(1) if preprocessing["channelOrder"] == "BGR" else image


def feed(image, stimulus, preprocessing):
    """The image as the network receives it: direct, with ImageNet's mean and std, or the network's own way."""
    if stimulus["input"] == "direct":
        return image
    if stimulus["input"] == "imagenet":
        return normalise(image, IMAGENET)
    return normalise(image, preprocessing)
