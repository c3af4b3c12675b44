"""The work of images.ts with Pillow and torchvision: reads a list of image files, then one command a line from standard input.

    python tools/bench/images.py LIST

`single` and `loader` answer with the seconds that all images took, in this process or in a DataLoader of two workers;
`hashes` with the SHA-256 of each image's normalised numbers, in channels-last order; `versions` with what runs.
"""

import hashlib
import json
import sys
import time
from pathlib import Path

import PIL
import torch
import torchvision
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

TRANSFORM = transforms.Compose([
    transforms.Resize(256),
    transforms.CenterCrop(224),
    transforms.ToTensor(),
    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])


class Images(Dataset):
    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as image:
            return TRANSFORM(image.convert("RGB"))


def main():
    torch.set_num_threads(1)
    images = Images(Path(sys.argv[1]).read_text().split("\n"))
    # Workers live on between epochs, as in training.
    loader = DataLoader(images, batch_size=16, num_workers=2, persistent_workers=True)
    for line in sys.stdin:
        command = line.strip()
        start = time.perf_counter()
        if command == "single":
            answer = sum(1 for index in range(len(images)) if images[index] is not None)
        elif command == "loader":
            answer = sum(len(batch) for batch in loader)
        elif command == "hashes":
            answer = [hashlib.sha256(images[index].permute(1, 2, 0).contiguous().numpy().tobytes()).hexdigest()
                      for index in range(len(images))]
        elif command == "versions":
            answer = f"Pillow {PIL.__version__}, torchvision {torchvision.__version__}"
        else:
            raise ValueError(f"expected single, loader, hashes or versions, received {command!r}")
        print(json.dumps({"seconds": time.perf_counter() - start, "answer": answer}), flush=True)


if __name__ == "__main__":
    main()
