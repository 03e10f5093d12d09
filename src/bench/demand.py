"""LightGBM on the examples that DemandBenchTest wrote: the same features, days to learn from, and later holdout.

    make bench-models
"""

import sys

import duckdb
import lightgbm
import numpy

FEATURES = [
    "ordered",
    "ordered_7d",
    "ordered_7d_1",
    "ordered_7d_2",
    "ordered_7d_3",
    "days_ordered_28d",
    "day_of_month_ahead",
    "mean_week",
]


def part(name):
    rows = duckdb.sql(
        f"SELECT * FROM '{sys.argv[1]}/*.parquet' WHERE part IN {name} ORDER BY day, product_category"
    ).fetchnumpy()
    return numpy.column_stack([rows[f] for f in FEATURES]), rows["label"], rows["baseline"]


def error(labels, forecast):
    return numpy.abs(labels - forecast).sum() / labels.sum()


learn_x, learn_y, _ = part("('learn', '-')")
check_x, check_y, _ = part("('validate', '-')")
all_x, all_y, _ = part("('learn', 'validate')")
hold_x, hold_y, naive = part("('holdout', '-')")
best = None
for objective in ("regression_l1", "poisson"):
    for leaves in (15, 31, 63):
        settings = {"objective": objective, "num_leaves": leaves, "learning_rate": 0.05, "seed": 7, "verbose": -1}
        tried = lightgbm.train(
            settings,
            lightgbm.Dataset(learn_x, learn_y),
            num_boost_round=1000,
            valid_sets=[lightgbm.Dataset(check_x, check_y)],
            callbacks=[lightgbm.early_stopping(50, verbose=False)],
        )
        found = error(check_y, tried.predict(check_x))
        if best is None or found < best[0]:
            best = (found, settings, tried.best_iteration)
fit = lightgbm.train(best[1], lightgbm.Dataset(all_x, all_y), num_boost_round=best[2])
print(f"holdout rows {len(hold_y)}")
print(f"LightGBM {error(hold_y, fit.predict(hold_x)):.4f} ({best[1]['objective']}, {best[1]['num_leaves']} leaves, {best[2]} trees)")
print(f"seasonal naive {error(hold_y, naive):.4f}")
print(f"mean of four weeks {error(hold_y, hold_x[:, FEATURES.index('mean_week')]):.4f}")
