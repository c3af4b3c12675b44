"""Writes test/fixtures/training.json: what optimizers, schedules, clipping and losses must compute, according to PyTorch.

    python tools/reference/training.py [--out FILE]
    python tools/reference/training.py --full DIR

`--full` trains the head in its full width (986k weights) for 200 steps instead, and writes initial weights and data to
DIR/head.safetensors, sizes and loss curve to DIR/curve.json; the tests of LARGE=1 run it where `REFERENCE_PYTHON` is set.

Inputs are not stored but drawn by the library's seeded generator, from the seeds in the file (`draw` of training_head.py);
they are exact in float32. Results were computed in float64, unless said otherwise, and rounded to nine significant digits.
"""

import argparse
import json
import math
import platform
from pathlib import Path

import numpy as np
import torch
import transformers
from torch.nn.functional import cross_entropy, log_softmax
from torchvision.ops import sigmoid_focal_loss
from training_head import FULL, SMALL, STEPS, draw, draw_data, from_recipe, loss_curve, weight_recipes

DEFAULT_OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "training.json"


INFINITIES = {math.inf: "Infinity", -math.inf: "-Infinity"}


def rounded(values, digits=9):
    """Nine digits; infinity as a text, since JSON has none."""
    flat = torch.as_tensor(values, dtype=torch.float64).reshape(-1).tolist()
    return [float(f"{value:.{digits}g}") if math.isfinite(value) else INFINITIES[value] for value in flat]


# --- optimizers ---

# `from` is the first step that has a gradient for the parameter: before it, the parameter is frozen.
PARAMETERS = [
    dict(name="kernel", shape=[5, 7], seed=11, rate=0.01, decay=0.1),
    dict(name="bias", shape=[11], seed=12, rate=0.01, decay=0.0),
    dict(name="late", shape=[2, 3, 13], seed=13, rate=0.003, decay=0.2, **{"from": 4}),
    dict(name="scalar", shape=[], seed=14, rate=0.02, decay=0.05),
]
CHECKED_STEPS = [1, 2, 4, 5, 13, 29]
OPTIMIZERS = [
    dict(name="AdamW", decay="decoupled"),
    dict(name="Adam with L2 in the gradient", decay="coupled"),
    dict(name="other betas and epsilon", decay="decoupled", betas=[0.8, 0.95], epsilon=1e-4),
    dict(name="no momentum", decay="coupled", betas=[0.0, 0.9]),
    dict(name="small gradients", decay="decoupled", scale=1e-6),
    dict(name="large gradients", decay="coupled", scale=1e4),
]


def optimizer_case(case):
    betas, epsilon = case.get("betas", [0.9, 0.999]), case.get("epsilon", 1e-8)
    scale = case.get("scale", 1.0)
    weights = [torch.nn.Parameter(torch.tensor(draw(p["seed"], p["shape"]), dtype=torch.float64)) for p in PARAMETERS]
    groups = [dict(params=[w], lr=p["rate"], weight_decay=p["decay"]) for w, p in zip(weights, PARAMETERS)]
    kind = torch.optim.AdamW if case["decay"] == "decoupled" else torch.optim.Adam
    optimizer = kind(groups, betas=tuple(betas), eps=epsilon)
    scheduler = transformers.get_linear_schedule_with_warmup(optimizer, 3, max(CHECKED_STEPS) + 2)
    rates, checks = [], []
    for step in range(1, max(CHECKED_STEPS) + 1):
        rates.append(scheduler.get_last_lr())
        for weight, parameter in zip(weights, PARAMETERS):
            gradient = draw(parameter["seed"] * 1000 + step, parameter["shape"], scale)
            weight.grad = torch.tensor(gradient, dtype=torch.float64) if step >= parameter.get("from", 1) else None
        optimizer.step()
        scheduler.step()
        if step in CHECKED_STEPS:
            checks.append(dict(step=step, weights=[rounded(weight.detach()) for weight in weights]))
    return dict(name=case["name"], decay=case["decay"], beta1=betas[0], beta2=betas[1], epsilon=epsilon, scale=scale,
                rates=rates, checks=checks)


# --- schedules ---

def schedule_case(name, build, total, schedule):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=1.0)
    scheduler = build(optimizer)
    factors = []
    for _ in range(total + 1):
        factors.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return dict(name=name, schedule=schedule, totalSteps=total, factors=factors)


def schedule_cases():
    t = transformers
    cases = []
    for total, warmup in ((29, 7), (31, 0), (13, 13), (1, 0), (2, 1)):
        for kind, build in (
            ("constant", lambda o, w=warmup: t.get_constant_schedule_with_warmup(o, w)),
            ("linear", lambda o, w=warmup, n=total: t.get_linear_schedule_with_warmup(o, w, n)),
            ("cosine", lambda o, w=warmup, n=total: t.get_cosine_schedule_with_warmup(o, w, n)),
        ):
            schedule = dict(kind=kind, warmupSteps=warmup)
            cases.append(schedule_case(f"{kind}, {warmup} of {total} steps", build, total, schedule))
    cases.append(schedule_case(
        "linear to a tenth", lambda o: t.get_polynomial_decay_schedule_with_warmup(o, 5, 23, lr_end=0.1, power=1.0), 23,
        dict(kind="linear", warmupSteps=5, finalShare=0.1)))
    cases.append(schedule_case(
        "cosine to a fifth", lambda o: t.get_cosine_with_min_lr_schedule_with_warmup(o, 5, 23, min_lr_rate=0.2), 23,
        dict(kind="cosine", warmupSteps=5, finalShare=0.2)))
    for share, total in ((0.07, 100), (0.1, 37), (1 / 3, 9)):  # 0.07 * 100 is just above 7 in floating point
        warmup = math.ceil(share * total)  # as transformers' TrainingArguments.get_warmup_steps
        cases.append(schedule_case(
            f"linear, a share of {share:.3f}", lambda o, w=warmup, n=total: t.get_linear_schedule_with_warmup(o, w, n), total,
            dict(kind="linear", warmupShare=share)))
    return cases


# --- clipping ---

def clipping_cases():
    shapes = [[3, 5], [7], [], [2, 11, 13]]
    cases = []
    for index, (name, scale, max_norm, dtype) in enumerate((
        ("longer than allowed", 1.0, 1.0, torch.float64),
        ("shorter than allowed", 0.01, 1.0, torch.float64),
        ("another limit", 3.0, 5.0, torch.float64),
        ("tiny", 1e-8, 1e-7, torch.float64),
        ("squares overflow float32", 1e25, 1.0, torch.float32),
    )):
        recipes = [dict(shape=shape, seed=700 + 10 * index + at, scale=scale, offset=0.0) for at, shape in enumerate(shapes)]
        weights = [torch.nn.Parameter(torch.zeros(shape, dtype=dtype)) for shape in shapes]
        for weight, recipe in zip(weights, recipes):
            weight.grad = torch.tensor(from_recipe(recipe), dtype=dtype)
        norm = torch.nn.utils.clip_grad_norm_(weights, max_norm)
        cases.append(dict(name=name, maxNorm=max_norm, gradients=recipes, norm=rounded(norm)[0],
                          clipped=[rounded(weight.grad) for weight in weights]))
    return cases


# --- losses ---

def focal(logits, labels, gamma, weight=None):
    """Lin et al. 2017, equation 5, for classes; log(1 - p) from the other classes' logits, so that no p is too near to 1."""
    trues = torch.nn.functional.one_hot(labels, logits.shape[1]).bool()
    log_p = log_softmax(logits, 1)[trues]
    others = torch.where(trues, -math.inf, logits)
    log_rest = torch.logsumexp(others, 1) - torch.logsumexp(logits, 1)
    w = torch.ones_like(log_p) if weight is None else weight[labels]
    return -(w * torch.exp(gamma * log_rest) * log_p).sum() / w.sum()


def check_focal():
    """gamma 0 is cross-entropy; with two classes it is torchvision's sigmoid focal loss."""
    logits, labels = torch.tensor(draw(1, [7, 5], 3), dtype=torch.float64), torch.tensor([0, 1, 2, 3, 4, 0, 1])
    weight = torch.tensor([0.5, 2, 1, 3, 0.7], dtype=torch.float64)
    assert torch.allclose(focal(logits, labels, 0.0, weight), cross_entropy(logits, labels, weight), atol=1e-14)
    z, y = torch.tensor(draw(2, [11], 4), dtype=torch.float64), torch.tensor([0, 1] * 5 + [1])
    binary = sigmoid_focal_loss(z, y.double(), alpha=-1, gamma=2, reduction="mean")
    assert torch.allclose(focal(torch.stack([torch.zeros_like(z), z], 1), y, 2.0), binary, atol=1e-14)


WEIGHTS = [0.5, 2.0, 0.0, 3.25, 0.75]
LOSSES = [
    dict(name="cross-entropy"),
    dict(name="class weights, one of them 0", classWeights=WEIGHTS),
    dict(name="label smoothing", labelSmoothing=0.1),
    dict(name="label smoothing and class weights", labelSmoothing=0.3, classWeights=WEIGHTS),
    dict(name="focal loss, gamma 2", focalGamma=2.0),
    dict(name="focal loss, gamma 2, class weights", focalGamma=2.0, classWeights=WEIGHTS),
    dict(name="focal loss, gamma 0.5", focalGamma=0.5),
    dict(name="focal loss, gamma 1", focalGamma=1.0),
    dict(name="focal loss, gamma 5", focalGamma=5.0, classWeights=WEIGHTS),
]


def loss_cases():
    check_focal()
    labels = [4, 0, 3, 1, 2, 0, 3]
    cases = []
    for scale in (0.1, 3.0, 40.0, 1000.0):
        for options in LOSSES:
            recipe = dict(shape=[7, 5], seed=900 + int(scale), scale=scale, offset=0.0)
            logits = torch.tensor(from_recipe(recipe), dtype=torch.float64, requires_grad=True)
            weight = torch.tensor(options["classWeights"], dtype=torch.float64) if "classWeights" in options else None
            if "focalGamma" in options:
                loss = focal(logits, torch.tensor(labels), options["focalGamma"], weight)
            else:
                loss = cross_entropy(logits, torch.tensor(labels), weight, label_smoothing=options.get("labelSmoothing", 0.0))
            loss.backward()
            assert bool(torch.isfinite(logits.grad).all())
            cases.append(dict(
                name=f"{options['name']}; logits within {scale:g}",
                options={key: value for key, value in options.items() if key != "name"},
                logits=recipe, labels=labels, loss=rounded(loss.detach())[0], gradient=rounded(logits.grad)))
    return cases


# --- the loss curve ---

def check_curve(losses, norms):
    """A curve worth comparing: the head learns, never is done, and clipping acts now and then."""
    early, late, clipped = np.mean(losses[:20]), np.mean(losses[-20:]), np.mean(np.array(norms) > 1)
    print(f"mean loss {early:.3f} -> {late:.3f}, clipped in {clipped:.0%} of the steps")
    assert 0.2 < late < early and 0.1 < clipped < 1


def curve():
    recipes, data = weight_recipes(SMALL), draw_data(SMALL)
    weights = {recipe["name"]: from_recipe(recipe) for recipe in recipes}
    losses, norms = loss_curve(SMALL, weights, data, torch.float32)
    exact, _ = loss_curve(SMALL, weights, data, torch.float64)
    check_curve(losses, norms)
    spread = max(abs(a - b) for a, b in zip(losses, exact))
    print(f"torch's float32 and float64 curves differ by {spread:.1e}")
    return dict(sizes=SMALL, weights=recipes, data=data, losses=rounded(losses), norms=rounded(norms),
                lossesFloat64=rounded(exact))


def write_full(folder):
    from safetensors.numpy import save_file

    recipes, data = weight_recipes(FULL), draw_data(FULL)
    weights = {recipe["name"]: from_recipe(recipe) for recipe in recipes}
    losses, norms = loss_curve(FULL, weights, data, torch.float32)
    check_curve(losses, norms)
    exact, _ = loss_curve(FULL, weights, data, torch.float64)
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {**weights, "tokens": from_recipe(data["tokens"]), "regions": from_recipe(data["regions"])}
    save_file(tensors, folder / "head.safetensors")
    stored = dict(sizes=FULL, losses=losses, norms=norms, lossesFloat64=exact, torchVersion=torch.__version__,
                  **{key: data[key] for key in ("lengths", "labels", "batches")})
    (folder / "curve.json").write_text(json.dumps(stored), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description="Writes the reference numbers of mvsa-fusion/training.")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="where to write (default: test/fixtures)")
    parser.add_argument("--full", type=Path, metavar="DIR", help="train the head in full width, and write it there instead")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.full:
        return write_full(arguments.full)
    fixture = {
        "generator": "tools/reference/training.py",
        "torchVersion": torch.__version__,
        "transformersVersion": transformers.__version__,
        "numpyVersion": np.__version__,
        "pythonVersion": platform.python_version(),
        "parameters": PARAMETERS,
        "optimizers": [optimizer_case(case) for case in OPTIMIZERS],
        "schedules": schedule_cases(),
        "clipping": clipping_cases(),
        "losses": loss_cases(),
        "curve": curve(),
    }
    compact = dict(separators=(",", ":"), allow_nan=False)
    lines = [
        json.dumps(key) + ":" + ("[\n" + ",\n".join(json.dumps(item, **compact) for item in value) + "\n]"
                                 if isinstance(value, list) else json.dumps(value, **compact))
        for key, value in fixture.items()
    ]
    text = "{" + ",\n".join(lines) + "}\n"
    assert json.loads(text) == fixture
    arguments.out.write_text(text, encoding="utf-8")
    print(f"{len(text.encode()) / 1000:.0f} kB: {arguments.out}")


if __name__ == "__main__":
    main()
