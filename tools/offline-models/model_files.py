"""What every model folder needs: JSON, weights, an ONNX export that is checked, and a word about where it comes from."""

import json
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import onnx
import onnxruntime
import torch
from safetensors.torch import save_file

OPSET = 14  # what the exports on the hub are made of; ONNX Runtime 1.14 reads up to 18
TOLERANCE = 1e-4


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def write_weights(path, state_dict):
    save_file({name: tensor.contiguous() for name, tensor in state_dict.items()}, path, metadata={"format": "pt"})
    path.chmod(0o644)


def package_folder(module, package):
    """The folder of an installed package."""
    spec = find_spec(module)
    if spec is None:
        raise SystemExit(f"{package}: expected to be installed, found nothing; run pip install --no-deps {package}")
    return Path(next(iter(spec.submodule_search_locations)))


def write_readme(folder, title, text, package=None):
    """README.md, and LICENSE where a package brings one."""
    (folder / "README.md").write_text(f"# {title}\n\n{text.strip()}\n")
    if package is not None:
        licence = next(file for file in distribution(package).files if file.name == "LICENSE")
        (folder / "LICENSE").write_text(licence.read_text())


def export_onnx(model, inputs, path, dynamic):
    """Writes the model as ONNX: `inputs` by name, `dynamic` axes of inputs and outputs by name. The model must be in eval mode."""
    outputs = [name for name in dynamic if name not in inputs]
    torch.onnx.export(model, tuple(inputs.values()), str(path), dynamo=False, opset_version=OPSET,
                      input_names=list(inputs), output_names=outputs, dynamic_axes=dynamic)
    onnx.checker.check_model(str(path))


def check_onnx(model, path, inputs, select=lambda tensor: tensor):
    """The greatest difference between torch and ONNX Runtime on `inputs`, which differ in size from those of the export.

    `select` takes the part of an output that counts.
    """
    with torch.inference_mode():
        wanted = model(*inputs.values())
    wanted = (wanted,) if isinstance(wanted, torch.Tensor) else wanted
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    received = session.run(None, {name: tensor.numpy() for name, tensor in inputs.items()})
    difference = max(float((select(torch.from_numpy(a)) - select(b)).abs().max()) for a, b in zip(received, wanted, strict=True))
    if not difference < TOLERANCE:
        raise SystemExit(f"{path}: expected torch's numbers within {TOLERANCE}, received a difference of {difference}")
    return difference
