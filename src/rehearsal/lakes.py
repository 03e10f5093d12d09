"""Compares two lakes row by row, read by another engine than Spark: lakes.py LAKE LAKE

Every silver, gold and quarantine table has to be in both, with the same columns and the same rows. Only who wrote a row
and when may differ. Prints a line per table, and ends with 1 if any differs.
"""

import collections
import pathlib
import sys

from deltalake import DeltaTable

# The run that wrote a row, when that began, and how many commits its source had by then: not the same twice.
OF_THE_RUN = {"run_id", "quarantined_at"}


def tables(lake: pathlib.Path) -> dict[str, DeltaTable]:
    logs = [log for layer in ("silver", "gold", "quarantine") for log in lake.glob(f"{layer}/*/_delta_log")]
    return {f"{log.parent.parent.name}.{log.parent.name}": DeltaTable(log.parent) for log in logs}


def rows(table: DeltaTable) -> tuple[list[str], collections.Counter]:
    read = table.to_pyarrow_table()
    columns = sorted(set(read.column_names) - OF_THE_RUN)
    return columns, collections.Counter(map(repr, read.select(columns).to_pylist()))


def main() -> int:
    one, other = (tables(pathlib.Path(lake)) for lake in sys.argv[1:])
    faults = [f"{name}: in one lake only" for name in sorted(one.keys() ^ other.keys())]
    for name in sorted(one.keys() & other.keys()):
        (columns, expected), (there, found) = rows(one[name]), rows(other[name])
        if columns != there:
            faults.append(f"{name}: columns {columns} and {there}")
        missing, more = expected - found, found - expected
        if missing or more:
            examples = [*missing, *more][:2]
            faults.append(f"{name}: {missing.total()} rows are missing, {more.total()} are too many: {examples}")
        else:
            print(f"{name}: {expected.total()} rows")
    print("\n".join(faults))
    return 1 if faults or not one else 0


if __name__ == "__main__":
    sys.exit(main())
