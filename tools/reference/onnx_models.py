"""Writes test/fixtures/onnx/: small ONNX models as torch exports them, with what torch computes at the tensors to be found.

    python tools/reference/onnx_models.py [--out DIR]
    python tools/reference/onnx_models.py --large DIR

`--large` writes full-size models and checkpoints for the tests of LARGE=1 to DIR (1.1 GB) instead.

Not called onnx.py: beside the other scripts that name would hide the package `onnx` from torch.

Weights are seeded noise. Those of `resnet50.json` come from a formula (see `noise`), which the tests repeat, since the
weights themselves are 100 MB.
"""

import argparse
import base64
import json
import math
import platform
import re
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import timm
import torch
import torchvision
import transformers
from onnxruntime.transformers import optimizer
from safetensors.torch import save_file
from torch import nn

DEFAULT_OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "onnx"
VERSIONS = {"python": platform.python_version(), "torch": torch.__version__, "torchvision": torchvision.__version__,
            "transformers": transformers.__version__, "timm": timm.__version__, "onnx": onnx.__version__,
            "onnxruntime": onnxruntime.__version__}
warnings.filterwarnings("ignore")
torch.set_num_threads(1)  # One order of sums, so that a second run writes the same bytes.


def packed(tensor):
    tensor = tensor.detach()
    kind, values = ("int64", tensor.numpy().astype("<i8")) if tensor.dtype == torch.int64 else (
        "float32", tensor.float().numpy().astype("<f4"))
    return {"type": kind, "dims": list(tensor.shape), "data": base64.b64encode(values.tobytes()).decode()}


def noise(stream, count):
    """`count` numbers in [-1, 1): the mixing function of MurmurHash3 over a counter, 2^24 steps, exact in float32."""
    x = np.arange(count, dtype=np.uint32) + np.uint32((stream * 0x9E3779B1) % 2**32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return ((x >> np.uint32(8)).astype(np.float64) / 2**23 - 1).astype(np.float32)


def fill_resnet(model):
    """Each tensor from its own stream, in the order of the state dict; `num_batches_tracked` stays."""
    for stream, (name, tensor) in enumerate(model.state_dict().items()):
        if tensor.dtype != torch.float32:
            continue
        values = torch.from_numpy(noise(stream, tensor.numel())).reshape(tensor.shape)
        if tensor.ndim == 4:
            values *= float(np.float32(math.sqrt(6 / tensor[0].numel())))
        elif name.endswith("running_var"):
            values = 1 + values / 2
        elif name.endswith(".bn3.weight"):
            values = (1 + values / 2) / 4  # Or sixteen residual sums would let the numbers grow without bound.
        elif name.endswith("weight") and tensor.ndim == 1:
            values = 1 + values / 2
        else:
            values = values / 4
        tensor.copy_(values)


class ResNetFeatures(nn.Module):
    def __init__(self, resnet):
        super().__init__()
        self.body = nn.Sequential(*list(resnet.children())[:-2])

    def forward(self, pixels):
        grid = self.body(pixels)
        return grid, grid.mean((2, 3))


def squeezed(channels):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, 3, 1), nn.ReLU(), nn.Conv2d(3, channels, 1), nn.Sigmoid())


class Block(nn.Module):
    """A residual block with a squeeze-and-excite gate, whose pooling is not the last one."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(outputs))
        self.gate = squeezed(outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride=2)

    def forward(self, x):
        y = self.conv(x)
        return torch.relu(y * self.gate(y) + self.shortcut(x))


class ToyCnn(nn.Module):
    """`head` says how the last map is pooled: torch's module, `mean` with a view, or kept dimensions."""

    def __init__(self, head):
        super().__init__()
        self.head = head
        self.blocks = nn.Sequential(Block(3, 11), Block(11, 13))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(13, 5)

    def features(self, pixels):
        regions = self.blocks(pixels)
        if self.head == "pool":
            pooled = torch.flatten(self.pool(regions), 1)
        elif self.head == "view":
            pooled = regions.mean((2, 3), keepdim=True)
            pooled = pooled.view(pooled.size(0), -1)
        else:
            pooled = regions.mean((-2, -1))
        return regions, pooled

    def forward(self, pixels):
        return self.classifier(self.features(pixels)[1])


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in model.state_dict().items():
        if tensor.dtype == torch.float32:
            values = torch.randn(tensor.shape, generator=generator) / math.sqrt(max(1, tensor[0].numel() if tensor.ndim > 1 else 4))
            tensor.copy_(1 + values.abs() if name.endswith("running_var") else 1 + values / 2
                         if "norm" in name.lower() and name.endswith("weight") else values)
    return model.eval()


def export(model, inputs, names, outputs, file, opset, axes):
    torch.onnx.export(model, inputs, str(file), input_names=names, output_names=outputs, opset_version=opset, dynamo=False,
                      dynamic_axes=axes)


def toy_cnn(out, head, opset):
    model = randomise(ToyCnn(head), 5)
    pixels = torch.randn(2, 3, 11, 13, generator=torch.Generator().manual_seed(6))
    name = f"cnn-{head}"
    export(model, (pixels,), ["pixels"], ["logits"], out / f"{name}.onnx", opset,
           {"pixels": {0: "batch", 2: "height", 3: "width"}, "logits": {0: "batch"}})
    regions, pooled = model.features(pixels)
    return {name: {"inputs": {"pixels": packed(pixels)},
                   "outputs": {"regions": packed(regions), "pooled": packed(pooled), "logits": packed(model(pixels))}}}


BERT_INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
BERT_AXES = {name: {0: "batch", 1: "tokens"} for name in BERT_INPUTS}


def bert_inputs(batch, tokens, vocabulary):
    generator = torch.Generator().manual_seed(7)
    ids = torch.randint(5, vocabulary, (batch, tokens), generator=generator)
    mask = torch.ones(batch, tokens, dtype=torch.int64)
    mask[1, tokens - tokens // 3:] = 0
    return ids, mask, torch.zeros_like(ids)


def shorten(file):
    """Nodes lose their names, which no tensor has and nothing refers to: half of a small file."""
    model = onnx.load(str(file))
    for node in model.graph.node:
        node.name = ""
    onnx.save(model, str(file))


class Wrapped(nn.Module):
    """Turns a model with named outputs into one with a tuple."""

    def __init__(self, model, output):
        super().__init__()
        self.model, self.output = model, output

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)[self.output]


def bert(out, name, build, output, opset, sizes, seed=11, batch=3, tokens=7):
    config = transformers.BertConfig(**sizes, attn_implementation="eager")
    model = randomise(build(config), seed)
    inputs = bert_inputs(batch, tokens, sizes["vocab_size"])
    wrapped = Wrapped(model, output).eval()  # The export puts back the mode that it finds, dropout included.
    export(wrapped, inputs, BERT_INPUTS, [output], out / f"{name}.onnx", opset, {**BERT_AXES, output: {0: "batch"}})
    if sizes["vocab_size"] < 1000:
        shorten(out / f"{name}.onnx")
    encoder = model if output == "last_hidden_state" else model.bert
    hidden = encoder(input_ids=inputs[0], attention_mask=inputs[1], token_type_ids=inputs[2]).last_hidden_state
    outputs = {"tokens": hidden, **({} if output == "last_hidden_state" else {output: wrapped(*inputs)})}
    return {name: {"inputs": {key: packed(value) for key, value in zip(BERT_INPUTS, inputs)},
                   "outputs": {key: packed(value) for key, value in outputs.items()}}}


TINY = dict(vocab_size=53, hidden_size=14, num_hidden_layers=2, num_attention_heads=2, intermediate_size=17,
            max_position_embeddings=19, num_labels=3)


def names_of(model):
    return [[name, list(tensor.shape)] for name, tensor in model.state_dict().items()]


def huggingface_resnet():
    return transformers.ResNetForImageClassification(transformers.ResNetConfig(num_labels=1000))


def huggingface_name(name):
    for pattern, replacement in (
            (r"^conv1\.", "resnet.embedder.embedder.convolution."), (r"^bn1\.", "resnet.embedder.embedder.normalization."),
            (r"^fc\.", "classifier.1."), (r"\.downsample\.0\.", ".shortcut.convolution."),
            (r"\.downsample\.1\.", ".shortcut.normalization."),
            (r"^layer(\d)\.(\d)\.", lambda m: f"resnet.encoder.stages.{int(m[1]) - 1}.layers.{m[2]}."),
            (r"\.conv(\d)\.", lambda m: f".layer.{int(m[1]) - 1}.convolution."),
            (r"\.bn(\d)\.", lambda m: f".layer.{int(m[1]) - 1}.normalization.")):
        name = re.sub(pattern, replacement, name)
    return name


def resnet_names():
    torchvision_names = names_of(torchvision.models.resnet50())
    assert sorted(map(str, torchvision_names)) == sorted(map(str, names_of(timm.create_model("resnet50"))))
    return {"torchvision": torchvision_names, "huggingface": names_of(huggingface_resnet())}


def resnet_case(model, batch, height, width):
    pixels = torch.from_numpy(noise(1000 + height, batch * 3 * height * width)).reshape(batch, 3, height, width) * 2
    grid, pooled = ResNetFeatures(model)(pixels)
    # The whole grid would be 400 KB; steps that are prime to the sizes visit all rows and columns, and channels all over.
    return {"size": [batch, height, width], "gridShape": list(grid.shape), "gridStep": 401, "pooledStep": 3,
            "grid": packed(grid.reshape(-1)[::401]), "pooled": packed(pooled.reshape(-1)[::3])}


def small(out):
    out.mkdir(parents=True, exist_ok=True)
    cases = {}
    cases |= toy_cnn(out, "pool", 14)
    cases |= toy_cnn(out, "view", 14)
    cases |= toy_cnn(out, "mean", 18)
    cases |= bert(out, "bert-mlm-14", transformers.BertForMaskedLM, "logits", 14, TINY)
    cases |= bert(out, "bert-classifier-17", transformers.BertForSequenceClassification, "logits", 17,
                  {**TINY, "num_hidden_layers": 1})
    cases |= bert(out, "bert-encoder-17", lambda config: transformers.BertModel(config, add_pooling_layer=False),
                  "last_hidden_state", 17, {**TINY, "num_hidden_layers": 1})
    fused = optimizer.optimize_model(str(out / "bert-mlm-14.onnx"), model_type="bert", num_heads=2,
                                     hidden_size=TINY["hidden_size"], opt_level=0)
    onnx.save(fused.model, str(out / "bert-mlm-fused.onnx"))
    (out / "external.onnx_data").unlink(missing_ok=True)  # onnx.save would append to it.
    external = onnx.load(str(out / "cnn-pool.onnx"))
    onnx.save(external, str(out / "external.onnx"), save_as_external_data=True, location="external.onnx_data",
              size_threshold=256)
    (out / "external.onnx_data").chmod(0o644)
    head = {"generator": "tools/reference/onnx_models.py", "versions": VERSIONS}
    (out / "cases.json").write_text(json.dumps({**head, "cases": cases}) + "\n")
    model = torchvision.models.resnet50().eval()
    fill_resnet(model)
    resnet = {**head, "names": resnet_names(), "cases": [resnet_case(model, 1, 224, 224), resnet_case(model, 2, 97, 131)]}
    (out / "resnet50.json").write_text(json.dumps(resnet) + "\n")


def large(out):
    out.mkdir(parents=True, exist_ok=True)
    cases = bert(out, "bert-base-mlm", transformers.BertForMaskedLM, "logits", 14, dict(vocab_size=30522), batch=2, tokens=31)
    for kind, model in {"torchvision": torchvision.models.resnet50(), "timm": timm.create_model("resnet50"),
                        "huggingface": huggingface_resnet()}.items():
        model = model.eval()
        if kind == "huggingface":
            # torchvision's noise, under the names of the other: its own start would let the input fade away.
            source = torchvision.models.resnet50()
            fill_resnet(source)
            model.load_state_dict({huggingface_name(name): tensor for name, tensor in source.state_dict().items()})
        else:
            fill_resnet(model)
        save_file(model.state_dict(), str(out / f"{kind}.safetensors"))
        for height, width in ((224, 224), (160, 288)):
            pixels = torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(height))
            if kind == "huggingface":
                features = model.resnet(pixels)
                grid, pooled = features.last_hidden_state, features.pooler_output.flatten(1)
            elif kind == "timm":
                grid = model.forward_features(pixels)
                pooled = model.forward_head(grid, pre_logits=True)
            else:
                grid, pooled = ResNetFeatures(model)(pixels)
            cases[f"{kind}-{height}x{width}"] = {"inputs": {"pixel_values": packed(pixels)},
                                                 "outputs": {"grid": packed(grid), "pooled": packed(pooled)}}
            if kind == "torchvision" and height == 224:
                export(model, (pixels,), ["pixel_values"], ["logits"], out / "resnet50-logits.onnx", 14,
                       {"pixel_values": {0: "batch"}, "logits": {0: "batch"}})
                cases["resnet50-logits"] = {"inputs": {"pixel_values": packed(pixels)},
                                            "outputs": {"regions": packed(grid), "pooled": packed(pooled), "logits": packed(model(pixels))}}
    (out / "cases.json").write_text(json.dumps({"versions": VERSIONS, "cases": cases}) + "\n")


parser = argparse.ArgumentParser()
parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
parser.add_argument("--large", type=Path)
arguments = parser.parse_args()
with torch.no_grad():
    if arguments.large:
        large(arguments.large)
    else:
        small(arguments.out)
