"""Writes test/fixtures/images.json: what `readImage`, `resizeImage` and `imageToFloat` must give, according to Pillow and torchvision.

    python tools/reference/images.py [--out FILE]

`images` are small seeded pictures of every kind, as base64 of the encoded file, with the SHA-256 of their upright RGB pixels.
`cases` are torchvision transforms on them, with the SHA-256 of the resulting bytes (and of the float32 numbers after
`ToTensor` and `Normalize`, in channels-last order) and the first pixels in plain sight.

Upright RGB is `ImageOps.exif_transpose`, then `alpha_composite` on white where there is transparency, then `convert("RGB")`.
The exception is 16-bit grey: Pillow's `convert` clips it at 255, so the upper eight bits are taken, which is what Pillow
itself does with 16-bit colour.

`pillow` 13 is what `Image.resize` gives; 12 is a pass along the rows followed by one along the columns, which is what
`Image.resize` gave up to Pillow 12.
"""

import argparse
import base64
import hashlib
import io
import json
import platform
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image, ImageCms, ImageOps
from torchvision import transforms
from torchvision.transforms import InterpolationMode

DEFAULT_OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "images.json"
HEIGHT, WIDTH = 29, 43
IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])

rng = np.random.default_rng(17)


def pixels(height, width, channels):
    """Waves with noise: smooth enough to be small, rough enough that no wrong weight passes."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 90 * np.sin(x / 7 + k) + 40 * np.cos(y / 5 + 2 * k) + rng.normal(0, 6, (height, width))
              for k in range(channels)]
    return np.stack(planes, -1).clip(0, 255).astype(np.uint8)


def encode(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def png16(values, colour_type):
    """A 16-bit PNG, which Pillow writes in grey only."""
    height, width = values.shape[:2]
    rows = b"".join(b"\0" + values[row].astype(">u2").tobytes() for row in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def swapped_profile():
    """An sRGB profile with red and green exchanged: a decoder that applies it cannot go unnoticed."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.find(b"rXYZ"), profile.find(b"gXYZ")
    profile[red + 4:red + 12], profile[green + 4:green + 12] = profile[green + 4:green + 12], profile[red + 4:red + 12]
    # The date of its making, which would change the fixture with every run.
    profile[24:36] = bytes.fromhex("07d000010001000000000000")
    return bytes(profile)


def with_orientation(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def make_images():
    rgb = Image.fromarray(pixels(HEIGHT, WIDTH, 3))
    grey = Image.fromarray(pixels(HEIGHT, WIDTH, 1)[..., 0])
    rgba = Image.fromarray(pixels(HEIGHT, WIDTH, 4))
    grey_alpha = Image.merge("LA", [grey, Image.fromarray(pixels(HEIGHT, WIDTH, 1)[..., 0])])
    cmyk = Image.fromarray(pixels(HEIGHT, WIDTH, 4), "CMYK")
    palette = rgb.quantize(17)
    deep = pixels(11, 13, 4).astype(np.uint16) * 256 + rng.integers(0, 256, (11, 13, 4), dtype=np.uint16)
    profile = swapped_profile()
    jpeg_cmyk = encode(cmyk, "JPEG", quality=85)
    # The last byte of the Adobe segment names the colour transform; 2 is YCCK.
    jpeg_ycck = bytearray(jpeg_cmyk)
    jpeg_ycck[jpeg_ycck.find(b"Adobe") + 11] = 2
    frames = [rgb.rotate(angle).quantize(15) for angle in (0, 180)]
    every_alpha = np.zeros((64, 1024, 4), np.uint8)
    every_alpha[..., 0] = np.arange(256)[np.newaxis, :].repeat(4, 0).reshape(1, -1)
    every_alpha[..., 1] = 255 - every_alpha[..., 0]
    every_alpha[..., 3] = (np.arange(64)[:, np.newaxis] * 4 + np.arange(1024) // 256).astype(np.uint8)
    images = {
        "jpeg 4:2:0": encode(rgb, "JPEG", quality=80),
        "jpeg 4:2:2": encode(rgb, "JPEG", quality=80, subsampling=1),
        "jpeg 4:4:4": encode(rgb, "JPEG", quality=80, subsampling=0),
        "jpeg progressive": encode(rgb, "JPEG", quality=80, progressive=True),
        "jpeg grey": encode(grey, "JPEG"),
        "jpeg in RGB": encode(rgb, "JPEG", keep_rgb=True),
        "jpeg CMYK (Adobe, inverted)": jpeg_cmyk,
        "jpeg YCCK": bytes(jpeg_ycck),
        "jpeg with a colour profile": encode(rgb, "JPEG", icc_profile=profile),
        "png": encode(rgb, "PNG"),
        "png grey": encode(grey, "PNG"),
        "png 1 bit": encode(grey.convert("1"), "PNG"),
        "png grey and alpha": encode(grey_alpha, "PNG"),
        "png alpha": encode(rgba, "PNG"),
        "png every colour and alpha": encode(Image.fromarray(every_alpha), "PNG", optimize=True),
        "png palette": encode(palette, "PNG"),
        "png palette with alpha": encode(palette, "PNG", transparency=bytes([0, 40, 128, 200, 255] + [255] * 12)),
        "png grey with a transparent value": encode(grey, "PNG", transparency=int(np.asarray(grey)[3, 3])),
        "png colour with a transparent value": encode(
            rgb, "PNG", transparency=tuple(int(v) for v in np.asarray(rgb)[3, 3])),
        "png 16 bit grey": png16(deep[..., 0], 0),
        "png 16 bit grey and alpha": png16(deep[..., :2], 4),
        "png 16 bit colour": png16(deep[..., :3], 2),
        "png 16 bit colour and alpha": png16(deep, 6),
        "png with a colour profile": encode(rgb, "PNG", icc_profile=profile),
        "png orientation 6": encode(rgb, "PNG", exif=with_orientation(6)),
        "webp": encode(rgb, "WEBP", quality=80),
        "webp alpha": encode(rgba, "WEBP", quality=80),
        "webp lossless alpha": encode(rgba, "WEBP", lossless=True, exact=True),
        "webp animated": encode(frames[0].convert("RGB"), "WEBP", save_all=True,
                                append_images=[frames[1].convert("RGB")], duration=50),
        "gif": encode(rgb.quantize(15), "GIF"),
        "gif transparent": encode(palette, "GIF", transparency=3),
        "gif animated": encode(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50),
        "tiff": encode(rgb, "TIFF"),
        "tiff alpha, LZW": encode(rgba, "TIFF", compression="tiff_lzw"),
        "tiff CMYK": encode(cmyk, "TIFF"),
    }
    for orientation in range(1, 9):
        images[f"jpeg orientation {orientation}"] = encode(rgb, "JPEG", quality=60, exif=with_orientation(orientation))
    for height, width in ((1, 1), (1, 89), (97, 2), (67, 131), (173, 61)):
        images[f"png {height} x {width}"] = encode(Image.fromarray(pixels(height, width, 3) & 0xF0), "PNG", optimize=True)
    return images


def upright_rgb(image):
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


# resize, crop, interpolation, pillow
TRANSFORMS = [
    (17, None, "bilinear", 13), (17, 13, "bicubic", 13), (59, 47, "bilinear", 13), (59, 61, "bicubic", 13),
    ((31, 19), None, "bilinear", 13), ((19, 83), None, "bicubic", 13), ((7, 5), None, "bilinear", 13),
    ((7, 5), None, "bicubic", 13), ((29, 71), None, "bilinear", 13), ((53, 43), None, "bicubic", 13),
    ((2, 3), None, "bilinear", 13), ((1, 1), None, "bicubic", 13), (None, 37, "bilinear", 13),
    (None, (23, 101), "bilinear", 13), (23, (41, 11), "bilinear", 13), ((31, 19), None, "bilinear", 12),
    ((23, 47), (17, 29), "bicubic", 12), ((23, 47), (17, 29), "bicubic", 13),
]
RESIZED = ["png", "png 1 x 1", "png 1 x 89", "png 97 x 2", "png 67 x 131", "png 173 x 61"]
FILTERS = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}
PIL_FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def transform(image, resize, crop, interpolation, pillow):
    if resize is not None:
        resized = transforms.Resize(resize, FILTERS[interpolation])(image)
        if pillow == 12:
            width, height = resized.size
            resized = image.resize((width, image.height), PIL_FILTERS[interpolation])
            resized = resized.resize((width, height), PIL_FILTERS[interpolation])
        image = resized
    return image if crop is None else transforms.CenterCrop(crop)(image)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    out = parser.parse_args().out

    images, decoded = {}, {}
    for name, data in make_images().items():
        rgb = upright_rgb(Image.open(io.BytesIO(data)))
        decoded[name] = rgb
        images[name] = {"data": base64.b64encode(data).decode(), "width": rgb.width, "height": rgb.height,
                        "sha256": sha256(rgb.tobytes()), "first": list(rgb.tobytes()[:6])}

    normalise = transforms.Compose([transforms.ToTensor(), transforms.Normalize(*IMAGENET)])
    cases = []
    for name in RESIZED:
        for resize, crop, interpolation, pillow in TRANSFORMS:
            result = transform(decoded[name], resize, crop, interpolation, pillow)
            numbers = normalise(result).permute(1, 2, 0).contiguous().numpy()
            cases.append({
                "image": name, "resize": resize, "crop": crop, "interpolation": interpolation, "pillow": pillow,
                "width": result.width, "height": result.height, "sha256": sha256(result.tobytes()),
                "floatSha256": sha256(numbers.astype("<f4").tobytes()), "first": list(result.tobytes()[:6]),
            })

    orders = {case["sha256"] for case in cases if case["image"] == "png 173 x 61" and case["resize"] == (31, 19)}
    assert len(orders) == (2 if int(PIL.__version__.split(".")[0]) >= 13 else 1), "the passes' order made no difference"

    document = {
        "generator": "tools/reference/images.py",
        "versions": {"python": platform.python_version(), "pillow": PIL.__version__, "torch": torch.__version__,
                     "torchvision": torchvision.__version__, "numpy": np.__version__},
        "images": images,
        "cases": cases,
    }
    out.write_text(json.dumps(document, indent=1) + "\n")
    print(f"{out}: {len(images)} images, {len(cases)} cases, {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
