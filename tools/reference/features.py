"""Writes reference features of posts: from the bytes of the image file and the text to the numbers of the model, by PyTorch.

    python tools/reference/features.py POSTS OUT FOLDER [FOLDER ...] [--max-length 64]

POSTS is a JSON list of `{ "id", "text", "imagePath" }`; texts are taken as they are, so give them after `normalizeText`. Each FOLDER
is a model folder of tools/offline-models; OUT/NAME.safetensors gets, for each post:

    text models    ID/ids [tokens] int64, ID/tokens [tokens, dim], ID/mean [dim]
    image models   ID/regions [rows * columns, channels], ID/pooled [channels]

Everything is float32, on one thread, one post at a time and without padding. The file's metadata names the versions, and the grid.
It holds the features of posts: write it to a temporary folder, not to the repository.
"""

import argparse
import os
import platform
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TQDM_DISABLE"] = "1"

import PIL
import torch
import torchvision
import transformers
from safetensors.torch import save_file

from model_folder import is_text, load_image, load_text, open_image, read_json


def text_features(folder, posts, max_length):
    tokenizer, model = load_text(folder)
    tensors = {}
    for post in posts:
        inputs = tokenizer(post["text"], truncation=True, max_length=max_length, return_tensors="pt")
        tokens = model(**inputs).last_hidden_state[0]
        tensors |= {f"{post['id']}/ids": inputs["input_ids"][0], f"{post['id']}/tokens": tokens,
                    f"{post['id']}/mean": tokens.mean(0)}
    return tensors, {"maxLength": str(max_length)}


def image_features(folder, posts):
    transform, model = load_image(folder)
    tensors, sides = {}, None
    for post in posts:
        grid, pooled = model(transform(open_image(post["imagePath"]))[None])
        sides = grid.shape[2:]
        tensors |= {f"{post['id']}/regions": grid[0].flatten(1).T, f"{post['id']}/pooled": pooled[0]}
    return tensors, {"grid": f"{sides[0]}x{sides[1]}"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--max-length", type=int, default=64, help="the most tokens of a text (default: %(default)s)")
    options = parser.parse_args()
    posts = read_json(options.posts)
    if not posts:
        sys.exit(f"{options.posts}: expected a list of posts, received none")
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    versions = {"python": platform.python_version(), "torch": torch.__version__, "torchvision": torchvision.__version__,
                "transformers": transformers.__version__, "pillow": PIL.__version__}
    for folder in options.folders:
        with torch.inference_mode():
            tensors, facts = text_features(folder, posts, options.max_length) if is_text(folder) else image_features(folder, posts)
        path = options.out / f"{folder.resolve().name}.safetensors"
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata=versions | facts)
        print(f"{path}: {len(posts)} posts", flush=True)


if __name__ == "__main__":
    main()
