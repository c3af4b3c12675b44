"""The other side of tools/bench/metrics.ts: prints seconds and values as JSON.

    python tools/bench/metrics.py FOLDER ROUNDS
"""

import json
import statistics
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import sklearn
from scipy import stats
from sklearn import metrics

BINS = 15


def calibration_error(true, probabilities):
    """scikit-learn has no such score; plain NumPy."""
    confidences = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == true
    edges = np.arange(1, BINS) / BINS
    places = np.searchsorted(edges, confidences)
    differences = np.bincount(places, weights=correct - confidences, minlength=BINS)
    return np.abs(differences).sum() / len(true)


def mcnemar(true, first, second):
    first_correct, second_correct = first == true, second == true
    only_first = int((first_correct & ~second_correct).sum())
    only_second = int((~first_correct & second_correct).sum())
    return stats.binomtest(only_first, only_first + only_second, 0.5).pvalue


def main():
    folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
    true, predicted, other = (
        np.fromfile(folder / f"{name}.int32", np.int32) for name in ("true", "predicted", "other")
    )
    probabilities = np.fromfile(folder / "probabilities.float64").reshape(len(true), -1)
    tasks = {
        "confusionMatrix": lambda: metrics.confusion_matrix(true, predicted).ravel(),
        "accuracyScore": lambda: metrics.accuracy_score(true, predicted),
        "f1Score, macro": lambda: metrics.f1_score(true, predicted, average="macro"),
        "classificationReport": lambda: metrics.classification_report(true, predicted),
        "cohenKappaScore, quadratic": lambda: metrics.cohen_kappa_score(true, predicted, weights="quadratic"),
        "matthewsCorrcoef": lambda: metrics.matthews_corrcoef(true, predicted),
        "logLoss": lambda: metrics.log_loss(true, probabilities),
        "brierScoreLoss": lambda: metrics.brier_score_loss(true, probabilities),
        "rocAucScore, one-vs-rest": lambda: metrics.roc_auc_score(true, probabilities, multi_class="ovr"),
        "expectedCalibrationError": lambda: calibration_error(true, probabilities),
        "mcnemarTest": lambda: mcnemar(true, predicted, other),
    }
    warnings.simplefilter("ignore")
    results = {}
    for name, work in tasks.items():
        seconds = []
        for _ in range(rounds):
            started = time.perf_counter()
            value = work()
            seconds.append(time.perf_counter() - started)
        value = value if isinstance(value, str) else np.asarray(value, dtype=float).tolist()
        results[name] = {"seconds": statistics.median(seconds), "value": value}
    versions = f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}, Python {sys.version.split()[0]}"
    print(json.dumps({"versions": versions, "results": results}))


if __name__ == "__main__":
    main()
