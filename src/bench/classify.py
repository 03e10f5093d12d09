"""Real sets that scikit-learn holds: written for ClassificationBenchTest, and learned by others from the same rows.

    python src/bench/classify.py export target/bench/classify
    python src/bench/classify.py compare target/bench/classify

A set has no time, so its rows are put in a random order and dealt out to ten days: six to learn from, two to
choose by, two held out. Here as there, what was chosen learns again from all days before the holdout.
"""

import csv
import json
import pathlib
import sys

import lightgbm
import numpy
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score

LEARN, CHOOSE = 6, 8


def sets():
    cancer, digits = load_breast_cancer(), load_digits()
    yield "breast_cancer", cancer.data, cancer.target == 0
    yield "digits_is_8", digits.data, digits.target == 8


def export(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, x, y in sets():
        order = numpy.random.default_rng(7).permutation(len(y))
        with open(folder / f"{name}.csv", "w", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["id", "day", "label", *(f"x{i}" for i in range(x.shape[1]))])
            for place, row in enumerate(order):
                rows.writerow([row, place * 10 // len(y), float(y[row]), *x[row]])


def candidates():
    for depth in (6, 10, None):
        yield f"scikit-learn forest, depth {depth}", RandomForestClassifier(300, max_depth=depth, random_state=7)
    for leaves in (7, 31):
        yield f"LightGBM, {leaves} leaves", lightgbm.LGBMClassifier(
            n_estimators=300, num_leaves=leaves, learning_rate=0.05, min_child_samples=5, random_state=7, verbose=-1
        )


def score(model, x):
    return model.predict_proba(x)[:, 1]


def compare(folder):
    failed = False
    for name, _, _ in sets():
        rows = numpy.genfromtxt(folder / f"{name}.csv", delimiter=",", skip_header=1)
        day, y, x = rows[:, 1], rows[:, 2], rows[:, 3:]
        learn, check, held = day < LEARN, (day >= LEARN) & (day < CHOOSE), day >= CHOOSE
        tried = []
        for title, model in candidates():
            chosen = average_precision_score(y[check], score(model.fit(x[learn], y[learn]), x[check]))
            tried.append((chosen, title, model))
        best = 0
        for kind in ("scikit-learn", "LightGBM"):
            _, title, model = max((one for one in tried if one[1].startswith(kind)), key=lambda one: one[0])
            found = average_precision_score(y[held], score(model.fit(x[~held], y[~held]), x[held]))
            print(f"{name}: {found:.4f} {title}")
            best = max(best, found)
        ours = json.loads((folder / f"{name}.json").read_text())
        print(f"{name}: {ours['average_precision']:.4f} Sluice, {ours['candidate']}; {held.sum()} rows held out, "
              f"{int(y[held].sum())} positive; {ours['average_precision'] / best - 1:+.2%} of the best")
        failed |= ours["average_precision"] < 0.98 * best
    return 1 if failed else 0


if __name__ == "__main__":
    where = pathlib.Path(sys.argv[2])
    sys.exit(export(where) if sys.argv[1] == "export" else compare(where))
