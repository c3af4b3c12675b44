"""The library's vision-guided fusion classifier in PyTorch, and 200 steps of its training.

    regions -> Linear, ReLU --------(query)-> MultiheadAttention -> + -> LayerNorm -> mean over regions -> Linear -> logits
    tokens  -> Linear, ReLU -> (key, value)/                       ^ the query

Initial weights and data are drawn with the library's own seeded generator, so that a test draws the same ones from a seed.
"""

import math

import numpy as np
import torch
from torch import nn
from transformers import get_cosine_schedule_with_warmup

STEPS = 200

SMALL = dict(
    name="small", text_dim=13, image_dim=11, dim=51, heads=3, classes=3, tokens=7, regions=5, posts=42, batch=6,
    learning_rate=0.003, weight_decay=0.01, max_norm=1.0, warmup_steps=20, seed=4001,
)
FULL = dict(
    name="full", text_dim=768, image_dim=2048, dim=256, heads=8, classes=3, tokens=64, regions=49, posts=96, batch=32,
    learning_rate=0.001, weight_decay=0.01, max_norm=1.0, warmup_steps=20, seed=5001,
)


def draw(seed, shape, scale=1.0, offset=0.0):
    """float32 numbers, uniform in offset +- scale, as the library's `createRandom(seed)` (mulberry32) gives them in turn."""
    with np.errstate(over="ignore"):
        turns = np.arange(1, math.prod(shape) + 1, dtype=np.uint32)
        state = np.uint32(seed) + turns * np.uint32(0x6D2B79F5)
        mixed = (state ^ (state >> np.uint32(15))) * (state | np.uint32(1))
        mixed = (mixed + (mixed ^ (mixed >> np.uint32(7))) * (mixed | np.uint32(61))) ^ mixed
        uniform = (mixed ^ (mixed >> np.uint32(14))).astype(np.float64) / 2**32
    return ((uniform * 2 - 1) * scale + offset).astype(np.float32).reshape(shape)


def weight_recipes(sizes):
    """[{name, shape, seed, scale, offset}], kernels [inputs, outputs] as in tfjs; the arguments of `draw`."""
    dim = sizes["dim"]
    recipes = []

    def add(name, shape, scale, offset=0.0):
        recipes.append(dict(name=name, shape=shape, seed=sizes["seed"] + len(recipes), scale=scale, offset=offset))

    def dense(kernel, bias, rows, columns):
        add(kernel, [rows, columns], math.sqrt(6 / (rows + columns)))
        add(bias, [columns], 0.1)

    dense("text_projection/kernel", "text_projection/bias", sizes["text_dim"], dim)
    dense("image_projection/kernel", "image_projection/bias", sizes["image_dim"], dim)
    for part in ("query", "key", "value", "output"):
        dense(f"attention/{part}_kernel", f"attention/{part}_bias", dim, dim)
    add("norm/gamma", [dim], 0.1, 1.0)
    add("norm/beta", [dim], 0.1)
    dense("logits/kernel", "logits/bias", dim, sizes["classes"])
    return recipes


def draw_data(sizes):
    """Recipes of tokens and regions, the posts' lengths, and the posts and labels of each step, as lists."""
    rng = np.random.default_rng(sizes["seed"])
    posts, batch = sizes["posts"], sizes["batch"]
    lengths = rng.integers(1, sizes["tokens"] + 1, posts)
    lengths[:2] = 1, sizes["tokens"]
    truths = rng.integers(0, sizes["classes"], posts)
    epochs = [rng.permutation(posts) for _ in range(math.ceil(STEPS * batch / posts))]
    batches = np.concatenate(epochs)[: STEPS * batch].reshape(STEPS, batch)
    # A fifth of the labels is drawn anew at every step: a head that knew all posts by heart would have nothing left to compare.
    labels = np.where(rng.random(batches.shape) < 0.2, rng.integers(0, sizes["classes"], batches.shape), truths[batches])
    unit = math.sqrt(3)  # uniform in +- sqrt(3) has variance 1
    return dict(
        tokens=dict(shape=[posts, sizes["tokens"], sizes["text_dim"]], seed=sizes["seed"] + 100, scale=unit, offset=0.0),
        regions=dict(shape=[posts, sizes["regions"], sizes["image_dim"]], seed=sizes["seed"] + 101, scale=unit, offset=0.0),
        lengths=lengths.tolist(), labels=labels.tolist(), batches=batches.tolist(),
    )


def from_recipe(recipe):
    return draw(recipe["seed"], recipe["shape"], recipe["scale"], recipe["offset"])


class Head(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        dim = sizes["dim"]
        self.text_projection = nn.Linear(sizes["text_dim"], dim)
        self.image_projection = nn.Linear(sizes["image_dim"], dim)
        self.attention = nn.MultiheadAttention(dim, sizes["heads"], batch_first=True)
        self.norm = nn.LayerNorm(dim, eps=1e-5)
        self.logits = nn.Linear(dim, sizes["classes"])

    def load(self, weights):
        """Takes weights under tfjs' names, kernels [inputs, outputs]."""
        parts = [[weights[f"attention/{part}_{kind}"] for part in ("query", "key", "value")] for kind in ("kernel", "bias")]
        state = {
            "attention.in_proj_weight": torch.cat([kernel.T for kernel in parts[0]]),
            "attention.in_proj_bias": torch.cat(parts[1]),
            "attention.out_proj.weight": weights["attention/output_kernel"].T,
            "attention.out_proj.bias": weights["attention/output_bias"],
            "norm.weight": weights["norm/gamma"],
            "norm.bias": weights["norm/beta"],
        }
        for layer in ("text_projection", "image_projection", "logits"):
            state[f"{layer}.weight"] = weights[f"{layer}/kernel"].T
            state[f"{layer}.bias"] = weights[f"{layer}/bias"]
        self.load_state_dict(state, strict=True)

    def forward(self, tokens, real, regions):
        text = torch.relu(self.text_projection(tokens))
        image = torch.relu(self.image_projection(regions))
        attended, _ = self.attention(image, text, text, key_padding_mask=~real, need_weights=False)
        return self.logits(self.norm(image + attended).mean(dim=1))


def loss_curve(sizes, weights, data, dtype):
    """The loss and the norm of the gradients at every step: AdamW, warm-up then cosine, clipping."""
    head = Head(sizes).to(dtype)
    head.load({name: torch.tensor(weight, dtype=dtype) for name, weight in weights.items()})
    decaying = [weight for weight in head.parameters() if weight.ndim > 1]
    others = [weight for weight in head.parameters() if weight.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [dict(params=decaying, weight_decay=sizes["weight_decay"]), dict(params=others, weight_decay=0.0)],
        lr=sizes["learning_rate"],
    )
    scheduler = get_cosine_schedule_with_warmup(optimizer, sizes["warmup_steps"], STEPS)
    tokens, regions = (torch.tensor(from_recipe(data[name]), dtype=dtype) for name in ("tokens", "regions"))
    real = torch.arange(sizes["tokens"])[None, :] < torch.tensor(data["lengths"])[:, None]
    losses, norms = [], []
    for batch, labels in zip(data["batches"], data["labels"]):
        loss = nn.functional.cross_entropy(head(tokens[batch], real[batch], regions[batch]), torch.tensor(labels))
        optimizer.zero_grad()
        loss.backward()
        norms.append(float(nn.utils.clip_grad_norm_(head.parameters(), sizes["max_norm"])))
        optimizer.step()
        scheduler.step()
        losses.append(float(loss.detach()))
    return losses, norms
