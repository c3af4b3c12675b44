"""Writes test/fixtures/calibration.json: the temperatures that fit logits best, according to SciPy.

    python tools/reference/calibration.py [--out FILE]

The best temperature is where the derivative of the mean cross-entropy by 1 / temperature is zero: the label's logit less its
expectation under the softmax. `brentq` finds that root to the last digits, where a search for the minimum sees half of them.
"""

import argparse
import json
import platform
from pathlib import Path

import numpy as np
import scipy
from scipy.optimize import brentq
from scipy.special import logsumexp, softmax

DEFAULT_OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "calibration.json"

# `scale` makes the model too sure of itself (above 1) or not sure enough; `signal` is how much the label's logit stands out.
CASES = [
    dict(name="too sure", seed=1, posts=41, classes=3, scale=3.0, signal=1.0),
    dict(name="not sure enough", seed=2, posts=53, classes=3, scale=0.2, signal=2.0),
    dict(name="two classes", seed=3, posts=29, classes=2, scale=1.5, signal=1.0),
    dict(name="seven classes", seed=4, posts=61, classes=7, scale=2.0, signal=1.5),
    dict(name="large logits", seed=5, posts=37, classes=5, scale=8.0, signal=1.2),
]


def cross_entropy(logits, labels, inverse):
    rows = np.arange(len(labels))
    return float(np.mean(logsumexp(logits * inverse, axis=1) - logits[rows, labels] * inverse))


def case(name, seed, posts, classes, scale, signal):
    random = np.random.default_rng(seed)
    labels = random.integers(classes, size=posts)
    logits = random.normal(size=(posts, classes))
    logits[np.arange(posts), labels] += signal
    logits = np.round(logits * scale, 6)

    def slope(inverse):
        expected = np.sum(softmax(logits * inverse, axis=1) * logits, axis=1)
        return float(np.mean(expected - logits[np.arange(posts), labels]))

    inverse = brentq(slope, 1 / 20, 1 / 0.05, xtol=1e-15, rtol=1e-14)
    return dict(name=name, logits=logits.tolist(), labels=labels.tolist(), temperature=1 / inverse,
                lossBefore=cross_entropy(logits, labels, 1.0), lossAfter=cross_entropy(logits, labels, inverse))


def main():
    parser = argparse.ArgumentParser(description="Writes the reference temperatures of mvsa-fusion/classifier.")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="where to write (default: test/fixtures)")
    arguments = parser.parse_args()
    fixture = {
        "generator": "tools/reference/calibration.py",
        "scipyVersion": scipy.__version__,
        "numpyVersion": np.__version__,
        "pythonVersion": platform.python_version(),
        "cases": [case(**one) for one in CASES],
    }
    text = json.dumps(fixture, separators=(",", ":"), allow_nan=False) + "\n"
    arguments.out.write_text(text, encoding="utf-8")
    for one in fixture["cases"]:
        print(f"{one['name']}: {one['temperature']:.4f}")


if __name__ == "__main__":
    main()
