"""Times a hue histogram of JPEG files in PyTorch: the other side of Oblique's benchmark.

usage: hue_histogram.py FOLDER IMAGES THREADS

Writes IMAGES pictures of 256 x 256 pixels into FOLDER/a, prints {"ready": true} and then, for every line read from standard
input, {"seconds": time of one pass over them}: the middle 224 x 224 pixels, HSV hue in 361 bins of a degree, pixels of a
saturation below 0.1 or a value below 0.5 being left out, as the paper's authors count them.
"""

import json
import os
import sys
import time

import numpy
import torch
from PIL import Image


def write_pictures(folder, images):
    os.makedirs(os.path.join(folder, "a"))
    generator = numpy.random.default_rng(0)
    for index in range(images):
        coarse = generator.integers(0, 256, (16, 16, 3), dtype=numpy.uint8)
        picture = Image.fromarray(coarse).resize((256, 256), Image.BICUBIC)
        picture.save(os.path.join(folder, "a", f"{index:04d}.jpg"), quality=90)


def hues(rgb):
    """Hue in degrees, saturation and value of [3, H, W] in [0, 1]."""
    value, most = rgb.max(0)
    chroma = value - rgb.min(0).values
    red, green, blue = rgb
    divisor = torch.where(chroma > 0, chroma, torch.ones_like(chroma))
    sextant = torch.where(
        most == 0,
        ((green - blue) / divisor) % 6,
        torch.where(most == 1, (blue - red) / divisor + 2, (red - green) / divisor + 4),
    )
    saturation = torch.where(value > 0, chroma / value, torch.zeros_like(value))
    return 60 * sextant, saturation, value


def main():
    folder, images, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    write_pictures(folder, images)
    paths = sorted(os.path.join(folder, "a", name) for name in os.listdir(os.path.join(folder, "a")))
    print(json.dumps({"ready": True, "torch": torch.__version__}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        counts = torch.zeros(361)
        for path in paths:
            with Image.open(path) as picture:
                pixels = numpy.asarray(picture.convert("RGB").crop((16, 16, 240, 240)))
            rgb = torch.from_numpy(pixels.copy()).permute(2, 0, 1).float() / 255
            hue, saturation, value = hues(rgb)
            hue[(saturation < 0.1) | (value < 0.5)] = -999
            counts += torch.histc(hue, bins=361, min=-1, max=360)
        print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)


if __name__ == "__main__":
    main()
