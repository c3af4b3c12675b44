"""Loads a model folder (tools/offline-models) into torch: what features.py and the benchmark compare the library with.

The weights come from model.safetensors, not from the ONNX file; preprocessing comes from preprocessor_config.json.
"""

import json
from pathlib import Path

import torch
from PIL import Image, ImageOps
from safetensors.torch import load_file
from torchvision import transforms
from torchvision.models import resnet50
from torchvision.transforms import InterpolationMode
from transformers import AutoModel, AutoTokenizer

INTERPOLATIONS = {2: InterpolationMode.BILINEAR, 3: InterpolationMode.BICUBIC}


def read_json(path):
    return json.loads(Path(path).read_text())


def is_text(folder):
    return (Path(folder) / "tokenizer.json").exists()


def load_text(folder):
    """A tokenizer, and a model in eval mode whose `last_hidden_state` counts."""
    return AutoTokenizer.from_pretrained(folder, local_files_only=True), AutoModel.from_pretrained(folder, local_files_only=True).eval()


class ImageFeatures(torch.nn.Module):
    """[batch, 3, height, width] -> the last map [batch, channels, rows, columns], and its mean [batch, channels]."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, images):
        grid = self.body(images)
        return grid, grid.mean((2, 3))


class TimmBody(torch.nn.Module):
    """The whole of a timm model but pooling and classifier."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, images):
        return self.model.forward_features(images)


def load_image(folder):
    """A torchvision transform, and a model in eval mode that gives `ImageFeatures`."""
    folder = Path(folder)
    config, weights = read_json(folder / "config.json"), load_file(folder / "model.safetensors")
    if "architecture" in config:
        import timm

        model = timm.create_model(config["architecture"])
        model.load_state_dict(weights, strict=True)
        body = TimmBody(model)
    elif config["model_type"] == "resnet":
        model = resnet50(weights=None)
        model.load_state_dict(weights, strict=True)
        body = torch.nn.Sequential(*list(model.children())[:-2])
    else:
        raise SystemExit(f"{folder}: expected a timm architecture or model_type resnet, received {config['model_type']}")
    return load_transform(folder), ImageFeatures(body).eval()


def load_transform(folder):
    settings = read_json(Path(folder) / "preprocessor_config.json")
    crop = settings["crop_size"]
    return transforms.Compose([
        transforms.Resize(settings["size"]["shortest_edge"], INTERPOLATIONS[settings["resample"]]),
        transforms.CenterCrop((crop["height"], crop["width"])),
        transforms.ToTensor(),
        transforms.Normalize(settings["image_mean"], settings["image_std"]),
    ])


def open_image(path):
    """Upright RGB."""
    with Image.open(path) as image:
        return ImageOps.exif_transpose(image).convert("RGB")
