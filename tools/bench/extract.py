"""The work of extract.ts with PyTorch, and with Python's onnxruntime on the same ONNX files.

    python tools/bench/extract.py POSTS --text-model DIR --image-model DIR [--text-onnx FILE] [--image-onnx FILE]
                                  [--rounds 3] [--serve]

POSTS is a JSON list of `{ "id", "text", "imagePath" }`; the folders are those of tools/offline-models; without --text-onnx and
--image-onnx, DIR/onnx/model.onnx runs. All threads together are two (--threads).

    torch-text        tokenize, pad to 64 tokens, batches of 32
    torch-image       DataLoader with two workers (decode, torchvision's transform), batches of 32
    torch-pipeline    both in one pass: workers tokenize and decode, both models run on each batch
    ort-text          tokenize, sort by length, batches of 32 padded to their longest text
    ort-image         batches of images that are decoded beforehand
    ort-image-decode  the same with that DataLoader in the time

Before its first round each way runs its model once, and its DataLoader a whole round: then its workers are up, and the files
are in the page cache. Features are kept as float32 arrays until a round is over, as they would be for saving.

With --serve it reads one command a line from standard input, `{ "command": "torch-text" }` or one of the others, and answers each
with a line `{ "command", "seconds", "count", "load" }` (`load` is the machine's load average over a minute); `versions` answers with
what runs here, `quit` or the end of input ends. A command that fails answers `{ "command", "error" }`. Otherwise it takes
all ways in turns, --rounds times, and prints a line with the medians of each.
"""

import argparse
import functools
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TQDM_DISABLE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"  # the workers are forked

import numpy as np
import onnxruntime
import PIL
import torch
import torchvision
import transformers
from torch.utils.data import DataLoader, Dataset

sys.path.append(str(Path(__file__).resolve().parents[1] / "reference"))
from model_folder import load_image, load_text, open_image, read_json

MAX_LENGTH = 64
BATCH = 32
DECODED = 128  # images that are decoded beforehand at a time: 77 MB


class Images(Dataset):
    """The position of each post, and its transformed image."""

    def __init__(self, posts, transform):
        self.posts = posts
        self.transform = transform

    def __len__(self):
        return len(self.posts)

    def __getitem__(self, index):
        return index, self.transform(open_image(self.posts[index]["imagePath"]))


class Bench:
    def __init__(self, options):
        self.options = options
        self.posts = read_json(options.posts)
        self.texts = [post["text"] for post in self.posts]
        self.tokenizer, self.text_model = load_text(options.text_model)
        self.transform, self.image_model = load_image(options.image_model)
        if options.channels_last:
            self.image_model = self.image_model.to(memory_format=torch.channels_last)
        self.image_size = self.transform(open_image(self.posts[0]["imagePath"])).shape
        self.warm = set()

    def tokenize(self, indices):
        return self.tokenizer([self.texts[index] for index in indices], padding="max_length", truncation=True,
                              max_length=MAX_LENGTH, return_tensors="pt")

    def collate_images(self, rows):
        return torch.stack([image for _, image in rows])

    def collate_pairs(self, rows):
        indices, images = zip(*rows)
        return self.tokenize(indices), torch.stack(images)

    @functools.cached_property
    def image_loader(self):
        return self.loader(self.collate_images)

    @functools.cached_property
    def pair_loader(self):
        return self.loader(self.collate_pairs)

    def loader(self, collate):
        return DataLoader(Images(self.posts, self.transform), batch_size=BATCH, num_workers=2, persistent_workers=True,
                          collate_fn=collate)

    def session(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.options.threads
        # Its threads would go on spinning for work after a run, at the cost of whoever is measured next.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    @functools.cached_property
    def text_session(self):
        return self.session(self.options.text_onnx)

    @functools.cached_property
    def image_session(self):
        return self.session(self.options.image_onnx)

    def torch_text(self):
        starts = range(0, len(self.texts), BATCH)
        batches = (self.tokenize(range(start, min(start + BATCH, len(self.texts)))) for start in starts)
        return [self.torch_tokens(inputs) for inputs in batches]

    def torch_tokens(self, inputs):
        with torch.inference_mode():
            return self.text_model(**inputs).last_hidden_state.numpy()

    def torch_regions(self, images):
        with torch.inference_mode():
            if self.options.channels_last:
                images = images.contiguous(memory_format=torch.channels_last)
            return [output.numpy() for output in self.image_model(images)]

    def torch_image(self):
        return [self.torch_regions(images) for images in self.image_loader]

    def torch_pipeline(self):
        return [(self.torch_tokens(inputs), self.torch_regions(images)) for inputs, images in self.pair_loader]

    def ort_text(self):
        names = {given.name for given in self.text_session.get_inputs()}
        ids = self.tokenizer(self.texts, truncation=True, max_length=MAX_LENGTH)["input_ids"]
        order = sorted(range(len(ids)), key=lambda index: -len(ids[index]))
        features = []
        for start in range(0, len(order), BATCH):
            batch = [ids[index] for index in order[start:start + BATCH]]
            tokens = np.zeros((len(batch), len(batch[0])), np.int64)
            mask = np.zeros_like(tokens)
            for row, known in enumerate(batch):
                tokens[row, :len(known)] = known
                mask[row, :len(known)] = 1
            inputs = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
            features.append(self.text_session.run(None, {name: inputs[name] for name in names}))
        return features

    def run_images(self, images):
        name = self.image_session.get_inputs()[0].name
        size = self.options.image_batch
        return [self.image_session.run(None, {name: images[start:start + size]}) for start in range(0, len(images), size)]

    def ort_image(self):
        """The seconds of the model alone: decoding stops the clock."""
        seconds, features = 0, []
        for first in range(0, len(self.posts), DECODED):
            images = np.stack([self.transform(open_image(post["imagePath"])).numpy()
                               for post in self.posts[first:first + DECODED]])
            start = time.perf_counter()
            features.append(self.run_images(images))
            seconds += time.perf_counter() - start
        return seconds

    def ort_image_decode(self):
        return [self.run_images(images.numpy()) for images in self.image_loader]

    def warm_up(self, command):
        """The model on one batch, and the DataLoader for a whole round."""
        size = self.image_size
        if command in ("torch-text", "torch-pipeline"):
            self.torch_tokens(self.tokenize(range(min(BATCH, len(self.texts)))))
        if command in ("torch-image", "torch-pipeline"):
            self.torch_regions(torch.zeros(BATCH, *size))
        if command == "ort-text":
            self.ort_text()
        if command in ("ort-image", "ort-image-decode"):
            self.run_images(np.zeros((BATCH, *size), np.float32))
        loader = {"torch-image": "image_loader", "ort-image-decode": "image_loader", "torch-pipeline": "pair_loader"}.get(command)
        for _ in getattr(self, loader) if loader else ():
            pass

    @property
    def ways(self):
        return {"torch-text": self.torch_text, "torch-image": self.torch_image, "torch-pipeline": self.torch_pipeline,
                "ort-text": self.ort_text, "ort-image": self.ort_image, "ort-image-decode": self.ort_image_decode}

    def measure(self, command):
        if command not in self.warm:
            self.warm_up(command)
            self.warm.add(command)
        start = time.perf_counter()
        answer = self.ways[command]()
        seconds = answer if command == "ort-image" else time.perf_counter() - start
        return {"command": command, "seconds": round(seconds, 4), "count": len(self.posts), "load": round(os.getloadavg()[0], 2)}


def cpu_model():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"


def versions(options):
    return {"command": "versions", "python": platform.python_version(), "torch": torch.__version__,
            "torchvision": torchvision.__version__, "pillow": PIL.__version__, "transformers": transformers.__version__,
            "onnxruntime": onnxruntime.__version__, "cpu": cpu_model(), "cores": os.cpu_count(), "threads": options.threads}


def serve(bench, options):
    for line in sys.stdin:
        command = None
        try:
            command = json.loads(line)["command"]
            if command == "quit":
                return
            if command != "versions" and command not in bench.ways:
                raise ValueError(f"expected versions, quit or one of {', '.join(bench.ways)}, received {command!r}")
            answer = versions(options) if command == "versions" else bench.measure(command)
        except Exception as error:  # the other side decides what to do about it
            answer = {"command": command, "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


def rounds(bench, options):
    print(json.dumps(versions(options)), flush=True)
    ways = options.only or list(bench.ways)
    taken = {way: [] for way in ways}
    for _ in range(options.rounds):
        for way in ways:
            taken[way].append(bench.measure(way))
    for way, answers in taken.items():
        seconds = statistics.median(answer["seconds"] for answer in answers)
        count = answers[0]["count"]
        print(json.dumps({"command": way, "seconds": seconds, "count": count, "rate": round(count / seconds, 2),
                          "rounds": [answer["seconds"] for answer in answers],
                          "load": [answer["load"] for answer in answers]}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", type=Path)
    parser.add_argument("--text-model", type=Path, required=True)
    parser.add_argument("--image-model", type=Path, required=True)
    parser.add_argument("--text-onnx", type=Path, help="default: onnx/model.onnx in the text model's folder")
    parser.add_argument("--image-onnx", type=Path, help="default: onnx/model.onnx in the image model's folder")
    parser.add_argument("--image-batch", type=int, default=BATCH, help="images of a run of onnxruntime (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of PyTorch and of onnxruntime (default: %(default)s)")
    parser.add_argument("--channels-last", action="store_true",
                        help="PyTorch's image model in the memory format that suits its convolutions better")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is taken (default: %(default)s)")
    parser.add_argument("--only", nargs="+", metavar="WAY", help="some of the ways above")
    parser.add_argument("--serve", action="store_true", help="answer commands from standard input")
    options = parser.parse_args()
    options.text_onnx = options.text_onnx or options.text_model / "onnx" / "model.onnx"
    options.image_onnx = options.image_onnx or options.image_model / "onnx" / "model.onnx"
    torch.set_num_threads(options.threads)
    if not read_json(options.posts):
        parser.error(f"{options.posts}: expected a list of posts, received none")
    bench = Bench(options)
    if unknown := set(options.only or []) - set(bench.ways):
        parser.error(f"--only: expected {', '.join(bench.ways)}, received {', '.join(unknown)}")
    (serve if options.serve else rounds)(bench, options)


if __name__ == "__main__":
    main()
