"""Writes pictures.json: tiny encoded images of many kinds, and their pixels as Pillow has them in RGB.

Run with pillow and numpy installed: python pictures.py
"""

import base64
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

WIDTH, HEIGHT = 12, 8
random = np.random.default_rng(1)
smooth = np.stack(
    [128 + 120 * np.sin(0.3 * channel + np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) / (3 + channel)) for channel in range(4)],
    axis=-1,
).astype(np.uint8)
noise = random.integers(0, 256, (HEIGHT, WIDTH, 4), dtype=np.uint8)
wide = random.integers(0, 65536, (HEIGHT, WIDTH), dtype=np.uint16)
wide[0, :6] = [0, 1, 254, 255, 256, 65535]


def swapped_profile():
    """sRGB's profile with the primaries of red and green exchanged: whoever applies it exchanges the channels."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack(">I", profile[128:132])
    tags = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, green = tags[b"rXYZ"] + 4, tags[b"gXYZ"] + 4
    profile[red : red + 8], profile[green : green + 8] = profile[green : green + 8], profile[red : red + 8]
    return bytes(profile)


def encoded(image, **options):
    file = io.BytesIO()
    image.save(file, **options)
    return file.getvalue()


def without_adobe_marker(jpeg):
    at = jpeg.index(b"\xff\xee")
    (length,) = struct.unpack(">H", jpeg[at + 2 : at + 4])
    return jpeg[:at] + jpeg[at + 2 + length :]


def png_of_16_bits(colour_type, samples):
    """A PNG that Pillow reads but does not write."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


rgb, rgba = Image.fromarray(smooth[:, :, :3]), Image.fromarray(noise)
cmyk = Image.fromarray(smooth, "CMYK")
palette = rgb.quantize(16)
turned = Image.Exif()
turned[274] = 6
profile = swapped_profile()
wide_rgba = random.integers(0, 65536, (HEIGHT, WIDTH, 4), dtype=np.uint16)

files = {
    "JPEG": encoded(rgb, format="JPEG", quality=90),
    "JPEG, progressive, grey": encoded(rgb.convert("L"), format="JPEG", progressive=True),
    "JPEG with a profile": encoded(rgb, format="JPEG", icc_profile=profile),
    "JPEG with EXIF's orientation": encoded(rgb, format="JPEG", exif=turned),
    "JPEG, CMYK": encoded(cmyk, format="JPEG", quality=90),
    "JPEG, CMYK, without Adobe's marker": without_adobe_marker(encoded(cmyk, format="JPEG", quality=90)),
    "PNG": encoded(rgb, format="PNG"),
    "PNG with a profile": encoded(rgb, format="PNG", icc_profile=profile),
    "PNG, transparent": encoded(rgba, format="PNG"),
    "PNG, grey": encoded(rgb.convert("L"), format="PNG"),
    "PNG, grey, transparent": encoded(rgba.convert("LA"), format="PNG"),
    "PNG, grey, with a profile": encoded(rgb.convert("L"), format="PNG", icc_profile=profile),
    "PNG, 1 bit": encoded(rgb.convert("1"), format="PNG"),
    "PNG, palette": encoded(palette, format="PNG"),
    "PNG, palette, transparent": encoded(palette, format="PNG", transparency=3),
    "PNG, 16 bits, grey": encoded(Image.fromarray(wide), format="PNG"),
    "PNG, 16 bits, grey, transparent": png_of_16_bits(4, wide_rgba[:, :, :2]),
    "PNG, 16 bits": png_of_16_bits(2, wide_rgba[:, :, :3]),
    "PNG, 16 bits, transparent": png_of_16_bits(6, wide_rgba),
    "TIFF": encoded(rgb, format="TIFF"),
    "TIFF, LZW, with a profile": encoded(rgb, format="TIFF", compression="tiff_lzw", icc_profile=profile),
    "TIFF, transparent": encoded(rgba, format="TIFF"),
    "TIFF, CMYK": encoded(cmyk, format="TIFF"),
    "TIFF, 1 bit": encoded(rgb.convert("1"), format="TIFF"),
    "TIFF, 16 bits, grey": encoded(Image.fromarray(wide), format="TIFF"),
    "TIFF, float": encoded(Image.fromarray((smooth[:, :, 0] * 1.7 - 50.5).astype(np.float32)), format="TIFF"),
    "TIFF of two pages": encoded(rgb, format="TIFF", save_all=True, append_images=[rgb.rotate(180)]),
    "GIF": encoded(palette, format="GIF"),
    "GIF of two frames": encoded(palette, format="GIF", save_all=True, append_images=[palette.rotate(180)]),
    "WebP": encoded(rgb, format="WEBP", quality=90),
    "WebP, lossless, transparent": encoded(rgba, format="WEBP", lossless=True, exact=True),
    "WebP with a profile": encoded(rgb, format="WEBP", lossless=True, icc_profile=profile),
    "AVIF": encoded(rgb, format="AVIF", quality=90, subsampling="4:4:4"),
}


def described(data):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    pixels = base64.b64encode(image.tobytes()).decode()
    return {"file": base64.b64encode(data).decode(), "width": image.width, "height": image.height, "pixels": pixels}


Path(__file__).with_name("pictures.json").write_text(
    json.dumps({name: described(data) for name, data in files.items()}, indent=1) + "\n"
)
