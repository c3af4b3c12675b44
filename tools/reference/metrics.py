"""Writes test/fixtures/metrics.json: what `mvsa-fusion/metrics` must compute, according to scikit-learn.

    python tools/reference/metrics.py [--out FILE]

Lists of cases:
- `labels`: confusion matrix (also normalized), accuracies, kappa, Matthews' correlation, precision, recall and F1 (per
  class and averaged), report;
- `probabilities`: log loss, Brier score, area under the ROC curve, and the calibration error with the bins behind it, which
  scikit-learn does not have for more than two classes: NumPy computes them here;
- `binary`: Brier score and area under the ROC curve of one number for each sample;
- `intervals`, `pairs`: bootstrap intervals of one model, and of the difference of two. scikit-learn has none: this script
  draws with its own port of the library's random stream (mulberry32), scores each draw with scikit-learn, and takes
  NumPy's percentiles;
- `mcnemar`: p-values of scipy's exact binomial test.

NaN is stored as null, except that `zeroDivision` is spelled "nan". Scores are stored with 13 significant digits.
"""

import argparse
import json
import math
import platform
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics

DEFAULT_OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "metrics.json"
SIGNIFICANT_DIGITS = 13
SHORT_DIGITS = 11  # for long lists of numbers in [0, 1], which are compared within 1e-9
RANDOM_CASES = 220
ZERO_DIVISIONS = [0, 1, math.nan]
NAMES = ["positive", "neutral", "negative", "mixed", "Ärger", "joy 😀", "a class with a long name", "none"]
AVERAGES = ["macro", "micro", "weighted"]
NORMALIZE = ["true", "pred", "all"]
HALVES = ["auto", True, False]
KAPPA_WEIGHTS = [None, "linear", "quadratic"]
SENTIMENTS = ["positive", "neutral", "negative"]


def stored(value, digits=SIGNIFICANT_DIGITS):
    """Plain JSON: arrays as lists, NaN as null, few enough digits to read."""
    if isinstance(value, np.ndarray):
        return [stored(each, digits) for each in value.tolist()]
    if isinstance(value, (list, tuple)):
        return [stored(each, digits) for each in value]
    if isinstance(value, float):
        if math.isnan(value):
            return None
        value = float(f"{value:.{digits}g}")
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
    normalize = NORMALIZE[len(true) % 3]
    try:
        matrix = stored(metrics.confusion_matrix(true, predicted, labels=chosen))
        normalized = stored(metrics.confusion_matrix(true, predicted, labels=chosen, normalize=normalize), SHORT_DIGITS)
        kappa = [
            stored(float(metrics.cohen_kappa_score(true, predicted, labels=chosen, weights=weights)))
            for weights in KAPPA_WEIGHTS
        ]
    except ValueError as error:
        assert "At least one label" in str(error), error
        matrix = normalized = kappa = None  # the library must refuse, too
    return {
        "name": name,
        "trueLabels": true,
        "predictedLabels": predicted,
        "options": {key: value for key, value in options.items() if value is not None},
        "zeroDivision": "nan" if math.isnan(zero_division) else zero_division,
        "reportOptions": {key: value for key, value in report_options.items() if value is not None},
        "confusionMatrix": matrix,
        "normalized": {"by": normalize, "matrix": normalized},
        "kappa": kappa,
        "matthews": stored(float(metrics.matthews_corrcoef(true, predicted))),
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


def roc_areas(indices, rows):
    """The area of each class against the rest, and their averages; NaN where scikit-learn warns."""
    columns = rows.shape[1]
    one_hot = np.eye(columns, dtype=int)[indices]
    each = [metrics.roc_auc_score(one_hot[:, column], rows[:, column]) for column in range(columns)]
    areas = {"each": each, "micro": metrics.roc_auc_score(one_hot.ravel(), rows.ravel())}
    if columns == 2:  # scikit-learn takes two columns for no multiclass problem
        areas["macro"] = np.mean(each)
        areas["weighted"] = sum(a * w for a, w in zip(each, one_hot.mean(axis=0)) if w > 0)
    else:
        keywords = dict(multi_class="ovr", labels=list(range(columns)))
        by_library = metrics.roc_auc_score(indices, rows, average=None, **keywords)
        assert np.array_equal(by_library, each, equal_nan=True)
        for average in AVERAGES:
            areas[average] = metrics.roc_auc_score(indices, rows, average=average, **keywords)
    return {name: stored(np.asarray(area, dtype=float).tolist(), SHORT_DIGITS) for name, area in areas.items()}


def calibration(indices, rows, bins):
    """Guo et al. 2017, equations 2 and 3: bins (low, high] over the greatest probability."""
    confidences, predicted = rows.max(axis=1), rows.argmax(axis=1)
    correct = predicted == np.asarray(indices)
    filled, error = [], 0.0
    for place in range(bins):
        low, high = place / bins, (place + 1) / bins
        inside = (confidences > low) & (confidences <= high) if place else confidences <= high
        if inside.any():
            confidence, accuracy = float(confidences[inside].mean()), float(correct[inside].mean())
            filled.append([place, int(inside.sum()), stored(confidence, SHORT_DIGITS), stored(accuracy, SHORT_DIGITS)])
            error += inside.mean() * abs(accuracy - confidence)
    assert sum(count for _, count, _, _ in filled) == len(rows)
    return {"numBins": bins, "error": stored(float(error)), "bins": filled}


def probability_case(name, true, rows, labels=None, bins=15):
    columns = len(rows[0])
    if labels is None:
        indices = true
    else:
        # scikit-learn sorts the columns; the library keeps the order of `labels`.
        indices = [labels.index(label) for label in true]
    case = {"name": name, "trueLabels": true, "probabilities": rows}
    if labels is not None:
        case["labels"] = labels
    rows, keywords = np.array(rows, dtype=float), dict(labels=list(range(columns)))
    brier = [float(metrics.brier_score_loss(indices, rows, scale_by_half=half, **keywords)) for half in HALVES]
    return {
        **case,
        "logLoss": stored(float(metrics.log_loss(indices, rows, **keywords))),
        "brier": stored(brier),
        "rocAuc": roc_areas(indices, rows),
        "calibration": calibration(indices, rows, bins),
    }


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


def more_probability_cases(rng):
    yield probability_case("one class only", [1, 1, 1], [[0.2, 0.5, 0.3], [0.1, 0.8, 0.1], [0.6, 0.2, 0.2]])
    yield probability_case("all wrong", [0, 1, 2], [[0.1, 0.6, 0.3], [0.2, 0.2, 0.6], [0.7, 0.1, 0.2]])
    yield probability_case("two equal columns", [0, 1, 1], [[0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [0.3, 0.3, 0.4]])
    for bins in (1, 2, 3, 5, 10, 15, 25):  # in floats, 14/25 * 25 is more than 14
        edges = [place / bins for place in range(bins + 1) if place / bins >= 0.5]
        rows = [[edge, 1 - edge] for edge in edges]
        true = [place % 2 for place in range(len(rows))]
        yield probability_case(f"confidences on the edges of {bins} bins", true, rows, bins=bins)
    for index in range(200):
        columns = 2 + index % 4
        samples = int(rng.integers(1, 22))
        if index % 3 == 0:  # coarse, with many ties
            parts = rng.multinomial(10, rng.dirichlet(np.full(columns, 1.0)), size=samples)
            rows = [[float(f"{part / 10:.1f}") for part in row] for row in parts]
        else:
            rows = rng.dirichlet(np.full(columns, rng.choice([0.3, 1.0, 4.0])), size=samples)
            rows = [[float(f"{value:.5f}") for value in row] for row in rows]
            rows = [[*row[:-1], max(0.0, float(f"{1 - sum(row[:-1]):.5f}"))] for row in rows]
        skill = rng.choice([0.0, 0.5, 1.0])
        guesses = rng.integers(columns, size=samples)
        true = np.where(rng.random(samples) < skill, np.argmax(rows, axis=1), guesses).tolist()
        labels = [NAMES[place] for place in rng.permutation(columns)] if index % 5 == 4 else None
        if labels is not None:
            true = [labels[label] for label in true]
        bins = 15 if index % 2 else int(rng.integers(1, 31))
        yield probability_case(f"more random {index}: {columns} classes, {bins} bins", true, rows, labels, bins)


def binary_case(name, true, scores, pos_label=None):
    """Scores outside [0, 1] have no Brier score."""
    case = {"name": name, "trueLabels": true, "scores": scores}
    if pos_label is not None:
        case["posLabel"] = pos_label
    positives = [int(label == (1 if pos_label is None else pos_label)) for label in true]
    area = metrics.roc_auc_score(positives, scores)
    brier = None
    if min(scores) >= 0 and max(scores) <= 1:
        brier = [
            float(metrics.brier_score_loss(positives, scores, pos_label=1, scale_by_half=half)) for half in HALVES
        ]
    return {**case, "rocAuc": stored(float(area)), "brier": stored(brier)}


def binary_cases(rng):
    yield binary_case("one sample", [1], [0.25])
    yield binary_case("one class only", [0, 0, 0], [0.5, 0.25, 1.0])
    yield binary_case("all right", [0, 1, 1], [0.0, 1.0, 1.0])
    yield binary_case("all wrong", [0, 1, 0], [1.0, 0.0, 1.0])
    yield binary_case("all tied", [0, 1, 1, 0, 1], [0.5] * 5)
    yield binary_case("zeros of both signs", [1, 0, 1, 0], [-0.0, 0.0, 1.0, 0.0])
    yield binary_case("positives named", ["no", "yes", "yes"], [0.25, 0.125, 0.75], "yes")
    yield binary_case("positives that never occur", ["no", "no"], [0.25, 0.125], "yes")
    for index in range(200):
        samples = int(rng.integers(2, 30))
        positives = rng.random(samples) < rng.choice([0.1, 0.5, 0.8])
        scores = 1 / (1 + np.exp(-rng.normal(positives * rng.choice([0.0, 1.0, 3.0]), 1.0)))
        kind = ["fine", "coarse", "logits"][index % 3]
        if kind == "logits":
            scores = np.log(scores / (1 - scores))
        scores = [float(f"{score:.{1 if kind == 'coarse' else 6}f}") for score in scores]
        codes, pos_label = [([0, 1], None), ([-1, 1], None), ([7, 3], 3), (["b", "a"], "a")][index % 4]
        true = [codes[int(positive)] for positive in positives]
        yield binary_case(f"random {index}: {kind}", true, scores, pos_label)


def mulberry32(seed):
    """The random stream of src/random.ts, uniform in [0, 1)."""
    mask = 0xFFFFFFFF
    state = seed & mask
    while True:
        state = (state + 0x6D2B79F5) & mask
        mixed = ((state ^ (state >> 15)) * (1 | state)) & mask
        mixed = ((mixed + ((mixed ^ (mixed >> 7)) * (61 | mixed))) & mask) ^ mixed
        yield (mixed ^ (mixed >> 14)) / 2**32


STATISTICS = {
    "accuracy": metrics.accuracy_score,
    "macroF1": lambda t, p: metrics.f1_score(t, p, labels=[0, 1, 2], average="macro", zero_division=0),
}


def interval_case(rng, statistic, seed, resamples, confidence):
    samples = int(rng.integers(5, 40))
    true = rng.integers(3, size=samples)
    predicted = np.where(rng.random(samples) < 0.6, true, rng.integers(3, size=samples))
    score = STATISTICS[statistic]
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


def pair_case(rng, index):
    """Two models on the same samples: the interval of the first, the difference, and its interval."""
    samples = 1 if index == 0 else int(rng.integers(2, 25))
    true = rng.integers(1 if index == 1 else 3, size=samples)
    skills = [0.0, 0.0] if index == 2 else rng.uniform(0.2, 0.95, size=2)
    first, second = (
        np.where(rng.random(samples) < skill, true, (true + rng.integers(1, 3, size=samples)) % 3) for skill in skills
    )
    if index == 3:
        second = first
    options = {"seed": int(rng.integers(-5, 1000)), "resamples": int(rng.integers(1, 30)), "confidence": 0.95}
    if index % 3:
        options["confidence"] = float(rng.choice([0.5, 0.8, 0.9]))
    statistic = "accuracy" if index % 2 else "macroF1"
    score = STATISTICS[statistic]
    stream = mulberry32(options["seed"])
    firsts, seconds = [], []
    for _ in range(options["resamples"]):
        drawn = [int(next(stream) * samples) for _ in range(samples)]
        firsts.append(score(true[drawn], first[drawn]))
        seconds.append(score(true[drawn], second[drawn]))
    tail = (1 - options["confidence"]) / 2
    return {
        "name": f"pair {index}: {statistic}",
        "trueLabels": true.tolist(),
        "firstLabels": first.tolist(),
        "secondLabels": second.tolist(),
        "statistic": statistic,
        "options": options,
        "firstInterval": stored(np.quantile(firsts, [tail, 1 - tail])),
        "difference": stored(float(score(true, first) - score(true, second))),
        "interval": stored(np.quantile(np.subtract(firsts, seconds), [tail, 1 - tail])),
    }


def mcnemar_case(both_correct, only_first, only_second, both_wrong):
    tosses = only_first + only_second
    p_value = stats.binomtest(only_first, tosses, 0.5).pvalue if tosses else 1.0
    return {
        "name": f"{both_correct}, {only_first}, {only_second}, {both_wrong}",
        "counts": [both_correct, only_first, only_second, both_wrong],
        "pValue": stored(float(p_value)),
    }


def mcnemar_cases(rng):
    for counts in [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0, 5, 5, 0), (0, 0, 40, 0), (3, 7, 6, 2)]:
        yield mcnemar_case(*counts)
    for counts in [(0, 4000, 4000, 0), (9, 2500, 2700, 1), (5, 9000, 11000, 5), (0, 100_000, 101_000, 0), (0, 6000, 1, 0)]:
        yield mcnemar_case(*counts)
    seen = set()
    while len(seen) < 220:
        scale = int(rng.choice([4, 20, 100, 600]))
        even, lead = int(rng.integers(0, scale)), int(rng.integers(0, max(2, int(2 * scale**0.5))))
        counts = (int(rng.integers(0, 50)), even, even + lead, int(rng.integers(0, 50)))
        counts = counts if rng.random() < 0.5 else (counts[0], counts[2], counts[1], counts[3])
        if sum(counts) and counts not in seen:
            seen.add(counts)
            yield mcnemar_case(*counts)


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
    # The first stream drew the oldest cases, in this order; the second one leaves them as they are.
    rng, second_rng = np.random.default_rng(7), np.random.default_rng(8)
    lists = {
        "labels": [*degenerate_cases(), *(random_case(rng, index) for index in range(RANDOM_CASES))],
        "probabilities": [*probability_cases(rng)],
        "intervals": [
            interval_case(rng, statistic, seed, resamples, confidence)
            for statistic in ("accuracy", "macroF1")
            for seed, resamples, confidence in ((0, 200, 0.95), (7, 100, 0.9), (-3, 37, 0.5))
        ],
    }
    lists["probabilities"].extend(more_probability_cases(second_rng))
    lists["binary"] = [*binary_cases(second_rng)]
    lists["pairs"] = [pair_case(second_rng, index) for index in range(204)]
    lists["mcnemar"] = [*mcnemar_cases(second_rng)]
    header = {
        "generator": "tools/reference/metrics.py",
        "scikitLearnVersion": sklearn.__version__,
        "scipyVersion": scipy.__version__,
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
