"""Writes test/fixtures/metrics.json: what `mvsa-fusion/metrics` must compute, according to scikit-learn.

    python tools/reference/metrics.py [--out FILE]

Three lists of cases:
- `labels`: confusion matrix, accuracies, precision, recall and F1 (per class and averaged), report;
- `probabilities`: log loss;
- `intervals`: bootstrap intervals. scikit-learn has none: this script draws with its own port of the library's random
  stream (mulberry32), scores each draw with scikit-learn, and takes NumPy's percentiles.

NaN is stored as null, except that `zeroDivision` is spelled "nan". Scores are stored with 13 significant digits.
"""

import argparse
import json
import math
import platform
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics

DEFAULT_OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "metrics.json"
SIGNIFICANT_DIGITS = 13
RANDOM_CASES = 220
ZERO_DIVISIONS = [0, 1, math.nan]
NAMES = ["positive", "neutral", "negative", "mixed", "Ärger", "joy 😀", "a class with a long name", "none"]
AVERAGES = ["macro", "micro", "weighted"]
SENTIMENTS = ["positive", "neutral", "negative"]


def stored(value):
    """Plain JSON: arrays as lists, NaN as null, few enough digits to read."""
    if isinstance(value, np.ndarray):
        return [stored(each) for each in value.tolist()]
    if isinstance(value, (list, tuple)):
        return [stored(each) for each in value]
    if isinstance(value, float):
        if math.isnan(value):
            return None
        value = float(f"{value:.{SIGNIFICANT_DIGITS}g}")
        return int(value) if value.is_integer() else value
    return value


def scores(prf, with_support):
    names = ["precision", "recall", "f1", "support"]
    return {name: stored(value) for name, value in zip(names, prf) if name != "support" or with_support}


def label_case(name, true, predicted, labels=None, num_classes=None, zero_division=0, digits=None, target_names=None):
    """`labels` and `num_classes` are the library's options; scikit-learn knows the first only."""
    chosen = list(range(num_classes)) if num_classes is not None else labels
    options = {"labels": labels, "numClasses": num_classes}
    report_options = {"digits": digits, "targetNames": target_names}
    keywords = dict(labels=chosen, zero_division=zero_division)
    report_keywords = dict(digits=2 if digits is None else digits, target_names=target_names)
    try:
        matrix = stored(metrics.confusion_matrix(true, predicted, labels=chosen))
    except ValueError as error:
        assert "At least one label" in str(error), error
        matrix = None  # the library must refuse, too
    return {
        "name": name,
        "trueLabels": true,
        "predictedLabels": predicted,
        "options": {key: value for key, value in options.items() if value is not None},
        "zeroDivision": "nan" if math.isnan(zero_division) else zero_division,
        "reportOptions": {key: value for key, value in report_options.items() if value is not None},
        "confusionMatrix": matrix,
        "accuracy": stored(float(metrics.accuracy_score(true, predicted))),
        "balancedAccuracy": stored(metrics.balanced_accuracy_score(true, predicted)),
        "perClass": scores(metrics.precision_recall_fscore_support(true, predicted, **keywords), with_support=True),
        "averages": {
            average: scores(
                metrics.precision_recall_fscore_support(true, predicted, average=average, **keywords),
                with_support=False,
            )
            for average in AVERAGES
        },
        "report": metrics.classification_report(true, predicted, **keywords, **report_keywords),
    }


def degenerate_cases():
    for zero_division in ZERO_DIVISIONS:
        add = lambda name, *args, **options: label_case(
            f"{name}, zero division {zero_division}", *args, zero_division=zero_division, **options
        )
        yield add("one sample, right", [1], [1])
        yield add("one sample, wrong", [0], [1])
        yield add("one sample of three classes", [2], [2], num_classes=3)
        yield add("one class only", [0, 0, 0], [0, 0, 0])
        yield add("one class only, of four", [2, 2, 2, 2], [2, 2, 2, 2], num_classes=4)
        yield add("one true class", [1, 1, 1, 1], [0, 1, 2, 1], num_classes=3)
        yield add("one predicted class", [0, 1, 2, 2, 1], [1, 1, 1, 1, 1], num_classes=3)
        yield add("all wrong, two classes", [0, 1, 0, 1], [1, 0, 1, 0])
        yield add("all wrong, three classes", [0, 1, 2, 0, 1, 2], [1, 2, 0, 2, 0, 1], num_classes=3)
        yield add("all right", [0, 1, 2, 3, 4], [0, 1, 2, 3, 4])
        yield add("class absent from true", [0, 0, 1], [0, 2, 1], num_classes=3)
        yield add("class absent from predicted", [0, 2, 1, 2], [0, 0, 1, 1], num_classes=3)
        yield add("class absent from both", [0, 0, 1], [0, 1, 1], num_classes=3)
        yield add("no class of two in common", ["a", "a", "b"], ["c", "c", "c"], labels=["a", "c"])
        yield add("selected class only predicted", [0, 0, 1], [3, 1, 1], labels=[3])
        yield add("selected class never occurs", [0, 0, 1], [0, 1, 1], labels=[5])
        yield add("selected classes never occur", ["a", "b"], ["b", "b"], labels=["x", "y"])
        yield add("every class but one", [0, 1, 2, 2, 1, 0], [0, 2, 2, 1, 1, 0], labels=[0, 1])
        yield add("binary by one label", [0, 1, 1, 0, 1], [0, 1, 0, 0, 1], labels=[1])
        yield add("integers with gaps", [10, 3, 3, 700], [3, 3, 10, 700])
        yield add("negative integers", [-1, 1, 1, -1], [1, 1, -1, -1])
        yield add("sentiments by name", ["positive", "negative", "neutral", "positive"],
                  ["positive", "neutral", "neutral", "negative"], labels=SENTIMENTS)
        # Decimals that tie at the last digit: Python rounds them to even.
        yield add("ties of rounding", [0] * 8 + [1] * 8, [0] * 1 + [1] * 7 + [1] * 3 + [0] * 5, digits=2)
        yield add("ties at no decimals", [0, 0, 1, 1], [0, 1, 0, 1], digits=0)
        yield add("ties at one decimal", [0, 0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 0, 1, 1, 1], digits=1)
        # NumPy adds eight or more numbers in another order, which shows in the last bit, and so in a tie.
        yield add("ties among ten classes", [4, 4, 9, 3, 0, 2, 6, 6], [0, 4, 6, 1, 0, 8, 3, 6], num_classes=10)
        yield add("ties among eight classes", [3, 1, 5, 5, 3, 0, 6, 0, 4, 1, 6, 0, 0, 6, 3, 0],
                  [6, 1, 6, 0, 2, 1, 6, 0, 4, 1, 2, 0, 0, 3, 3, 0], num_classes=8, digits=3)
        yield add("more digits than names are wide", [0, 1, 1], [0, 1, 0], digits=16)
        yield add("a class named like a line", [0, 1, 1], [0, 1, 0], target_names=["accuracy", "macro avg"])


def random_case(rng, index):
    classes = 2 + index % 6
    samples = int(rng.integers(1, 30))
    skill = rng.choice([0.0, 0.3, 0.6, 0.9])
    true = rng.choice(classes, size=samples, p=rng.dirichlet(np.full(classes, rng.choice([0.3, 1.0, 5.0]))))
    guesses = rng.choice(classes, size=samples, p=rng.dirichlet(np.full(classes, 1.0)))
    predicted = np.where(rng.random(samples) < skill, true, guesses)
    true, predicted = true.tolist(), predicted.tolist()
    options = dict(zero_division=ZERO_DIVISIONS[index % 3])
    if index % 4 == 1:
        options["digits"] = int(rng.integers(0, 7))

    kind = ["inferred", "numClasses", "ordered", "subset"][index // 6 % 4]
    by_name = index % 5 >= 3 and kind != "numClasses"
    if by_name:
        true, predicted = [NAMES[label] for label in true], [NAMES[label] for label in predicted]
    universe = NAMES[:classes] if by_name else list(range(classes))
    if kind == "numClasses":
        options["num_classes"] = classes + int(rng.integers(0, 2))
        if index % 2:
            options["target_names"] = NAMES[: options["num_classes"]]
    if kind in ("ordered", "subset"):
        size = classes if kind == "ordered" else int(rng.integers(1, classes))
        options["labels"] = [universe[place] for place in rng.permutation(classes)[:size]]
    name = f"random {index}: {classes} classes, {kind}{' by name' if by_name else ''}"
    return label_case(name, true, predicted, **options)


def probability_case(name, true, rows, labels=None):
    columns = len(rows[0])
    if labels is None:
        indices = true
    else:
        # scikit-learn sorts the columns; the library keeps the order of `labels`.
        indices = [labels.index(label) for label in true]
    case = {"name": name, "trueLabels": true, "probabilities": rows}
    if labels is not None:
        case["labels"] = labels
    return {**case, "logLoss": stored(float(metrics.log_loss(indices, np.array(rows), labels=list(range(columns)))))}


def probability_cases(rng):
    yield probability_case("certain and right", [0, 1], [[1, 0], [0, 1]])
    yield probability_case("certain and wrong", [0, 1], [[0, 1], [1, 0]])
    yield probability_case("uniform", [0, 1, 2, 2], [[0.25] * 4] * 4)
    yield probability_case("one sample", [2], [[0.125, 0.25, 0.625]])
    yield probability_case("a class that never occurs", [0, 2, 2], [[0.5, 0.25, 0.25]] * 3)
    yield probability_case("tiny", [0, 1], [[1e-300, 1], [1 - 1e-16, 1e-16]])
    for index in range(30):
        columns = 2 + index % 6
        samples = int(rng.integers(1, 12))
        rows = rng.dirichlet(np.full(columns, rng.choice([0.2, 1.0, 5.0])), size=samples)
        rows = [[float(f"{value:.9f}") for value in row] for row in rows]
        rows = [[*row[:-1], max(0.0, float(f"{1 - sum(row[:-1]):.9f}"))] for row in rows]
        true = rng.integers(columns, size=samples).tolist()
        labels = [NAMES[place] for place in rng.permutation(columns)] if index % 3 == 2 else None
        if labels is not None:
            true = [labels[label] for label in true]
        yield probability_case(f"random {index}: {columns} classes", true, rows, labels)


def mulberry32(seed):
    """The random stream of src/random.ts, uniform in [0, 1)."""
    mask = 0xFFFFFFFF
    state = seed & mask
    while True:
        state = (state + 0x6D2B79F5) & mask
        mixed = ((state ^ (state >> 15)) * (1 | state)) & mask
        mixed = ((mixed + ((mixed ^ (mixed >> 7)) * (61 | mixed))) & mask) ^ mixed
        yield (mixed ^ (mixed >> 14)) / 2**32


def interval_case(rng, statistic, seed, resamples, confidence):
    samples = int(rng.integers(5, 40))
    true = rng.integers(3, size=samples)
    predicted = np.where(rng.random(samples) < 0.6, true, rng.integers(3, size=samples))
    score = {
        "accuracy": metrics.accuracy_score,
        "macroF1": lambda t, p: metrics.f1_score(t, p, labels=[0, 1, 2], average="macro", zero_division=0),
    }[statistic]
    stream = mulberry32(seed)
    values = []
    for _ in range(resamples):
        drawn = [int(next(stream) * samples) for _ in range(samples)]
        values.append(score(true[drawn], predicted[drawn]))
    tail = (1 - confidence) / 2
    return {
        "name": f"{statistic}, seed {seed}",
        "trueLabels": true.tolist(),
        "predictedLabels": predicted.tolist(),
        "statistic": statistic,
        "options": {"seed": seed, "resamples": resamples, "confidence": confidence},
        "interval": stored(np.quantile(values, [tail, 1 - tail])),
    }


def to_json(header, lists):
    """One case to a line: small, and a change shows where it is."""
    compact = dict(separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    lines = [f"{json.dumps(key)}:{json.dumps(value, **compact)}" for key, value in header.items()]
    for key, cases in lists.items():
        lines.append(f"{json.dumps(key)}:[\n" + ",\n".join(json.dumps(case, **compact) for case in cases) + "\n]")
    return "{" + ",\n".join(lines) + "}\n"


def main():
    parser = argparse.ArgumentParser(description="Writes the reference cases of the metrics.")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="where to write (default: test/fixtures)")
    out = parser.parse_args().out

    warnings.simplefilter("ignore")  # scikit-learn's remarks on 0/0 and on absent classes
    rng = np.random.default_rng(7)
    lists = {
        "labels": [*degenerate_cases(), *(random_case(rng, index) for index in range(RANDOM_CASES))],
        "probabilities": [*probability_cases(rng)],
        "intervals": [
            interval_case(rng, statistic, seed, resamples, confidence)
            for statistic in ("accuracy", "macroF1")
            for seed, resamples, confidence in ((0, 200, 0.95), (7, 100, 0.9), (-3, 37, 0.5))
        ],
    }
    header = {
        "generator": "tools/reference/metrics.py",
        "scikitLearnVersion": sklearn.__version__,
        "numpyVersion": np.__version__,
        "pythonVersion": platform.python_version(),
    }
    for cases in lists.values():
        names = [case["name"] for case in cases]
        assert len(set(names)) == len(names)
    text = to_json(header, lists)
    assert json.loads(text) == {**header, **lists}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    counts = ", ".join(f"{len(cases)} {key}" for key, cases in lists.items())
    print(f"{counts}, {len(text.encode()) / 1000:.0f} kB: {out}")


if __name__ == "__main__":
    main()
