"""The other side of tools/bench/train.ts: the same head in PyTorch, on THREADS threads.

    python tools/bench/train.py THREADS

Reads a command a line, {"command": "start" | "time" | "quit", ...}, and answers each with a line of JSON.
"""

import json
import math
import sys
import time

import torch
from torch import nn

HEAD = dict(text_dim=768, image_dim=2048, dim=256, heads=8, dropout=0.1, classes=3)


class Head(nn.Module):
    def __init__(self, text_dim, image_dim, dim, heads, dropout, classes):
        super().__init__()
        self.text, self.image = nn.Linear(text_dim, dim), nn.Linear(image_dim, dim)
        self.attention = nn.MultiheadAttention(dim, heads, dropout=dropout, batch_first=True)
        self.norm, self.logits = nn.LayerNorm(dim, eps=1e-5), nn.Linear(dim, classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens, padding, regions):
        text = self.dropout(torch.relu(self.text(tokens)))
        image = self.dropout(torch.relu(self.image(regions)))
        attended, _ = self.attention(image, text, text, key_padding_mask=padding, need_weights=False)
        return self.logits(self.dropout(self.norm(image + attended).mean(dim=1)))


class Trainee:
    def __init__(self, queries, batches):
        self.model = Head(**HEAD).train()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3, weight_decay=0.01)
        self.batches = [self.make_batch(queries, lengths) for lengths in batches]

    @staticmethod
    def make_batch(queries, lengths):
        longest, size = max(lengths), len(lengths)
        padding = torch.arange(longest)[None, :] >= torch.tensor(lengths)[:, None]
        return (
            torch.randn(size, longest, HEAD["text_dim"]),
            # Without padding a PyTorch user passes no mask, and gets a faster path.
            padding if padding.any() else None,
            torch.randn(size, queries, HEAD["image_dim"]),
            torch.arange(size) % HEAD["classes"],
        )

    def step(self, batch):
        tokens, padding, regions, labels = batch
        self.optimizer.zero_grad()
        loss = nn.functional.cross_entropy(self.model(tokens, padding, regions), labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def time(self, samples):
        times, cpu_times = [], []
        for _ in range(samples):
            started, cpu_started = time.perf_counter(), time.process_time()
            for batch in self.batches:
                loss = self.step(batch)
            times.append(1000 * (time.perf_counter() - started) / len(self.batches))
            cpu_times.append(1000 * (time.process_time() - cpu_started) / len(self.batches))
        if not math.isfinite(loss):
            raise ArithmeticError(f"the loss became {loss}")
        return dict(times=times, cpuTimes=cpu_times)


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(7)
    trainee = None
    for line in sys.stdin:
        message = json.loads(line)
        if message["command"] == "quit":
            break
        try:
            if message["command"] == "start":
                trainee = Trainee(**message["case"])
                weights = sum(parameter.numel() for parameter in trainee.model.parameters())
                answer = dict(weights=weights, version=f"torch {torch.__version__}")
            else:
                answer = trainee.time(message["samples"])
        except Exception as error:  # noqa: BLE001 - the reader prints it
            answer = dict(error=f"{type(error).__name__}: {error}")
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
