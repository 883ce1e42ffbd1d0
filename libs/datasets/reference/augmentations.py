"""Writes augmentations.json: what torchvision makes of a small picture, in float64, on the scale of 0 to 255.

Run with torch, torchvision and pillow installed: python augmentations.py
"""

import json
from pathlib import Path

import torch
import torchvision
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

WIDTH, HEIGHT = 13, 9
generator = torch.Generator().manual_seed(1)
picture = torch.randint(0, 256, (3, HEIGHT, WIDTH), generator=generator)
picture[:, 0, 0] = 128  # a grey, which has no hue
picture[:, 0, 1] = torch.tensor([255, 0, 0])
image = picture.double() / 255
BILINEAR = InterpolationMode.BILINEAR


def interleaved(tensor):
    return [round(value, 7) for value in (tensor * 255).permute(1, 2, 0).flatten().tolist()]


def resize(width, height):
    return interleaved(F.resize(image, [height, width], BILINEAR, antialias=True))


result = {
    "torchvision": torchvision.__version__,
    "width": WIDTH,
    "height": HEIGHT,
    "pixels": picture.permute(1, 2, 0).flatten().tolist(),
    "resized": [{"width": w, "height": h, "pixels": resize(w, h)} for w, h in [(5, 4), (21, 20), (6, 17), (13, 4), (1, 1)]],
    "croppedAndResized": [
        {"box": {"left": l, "top": t, "width": w, "height": h}, "size": s,
         "pixels": interleaved(F.resized_crop(image, t, l, h, w, [s, s], BILINEAR, antialias=True))}
        for l, t, w, h, s in [(2, 1, 7, 6, 4), (0, 3, 5, 5, 8), (9, 0, 4, 9, 5)]
    ],
    "centre": [
        {"shorter": shorter, "size": size,
         "pixels": interleaved(F.center_crop(F.resize(image, shorter, BILINEAR, antialias=True), [size, size]))}
        for shorter, size in [(8, 7), (5, 4), (16, 14), (6, 6)]
    ],
    "rotated": [
        {"angleDeg": angle, "pixels": interleaved(F.rotate(image, angle, BILINEAR))}
        for angle in [0, 30, 45, -17.3, 90, 180, 261.5]
    ],
    "hueShifted": [
        {"shiftDeg": factor * 360, "pixels": interleaved(F.adjust_hue(image, factor))}
        for factor in [0, 0.25, 0.5, -0.1, 63 / 256]
    ],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(result) + "\n")
