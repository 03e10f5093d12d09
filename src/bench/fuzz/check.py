"""Holds what a lake has made of generated files against what is true of them.

    check.py MADE LAKE

Reads the Delta tables without Spark. Prints the first failures, what was tried of each format, and how much failed;
ends with 1 if anything did.
"""
import collections
import datetime
import json
import pathlib
import sys
from decimal import Decimal

from deltalake import DeltaTable

import grammar

FORMATS = {"fuzz_csv": "csv", "fuzz_json": "json on lines", "fuzz_array": "json in an array", "fuzz_parquet": "parquet"}


def text(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value + 0.0 if value else 0.0)
    if isinstance(value, Decimal):
        return grammar.decimal(format(value, "f"), 38, 18)
    if isinstance(value, dict):
        return json.dumps({"k": value["k"], "v": text(value["v"]),
                           "l": None if value["l"] is None else [text(item) for item in value["l"]]},
                          ensure_ascii=False)
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(timespec="microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def rows(table):
    return table.to_pyarrow_table().to_pylist() if table else []


def table(lake, layer, name):
    path = pathlib.Path(lake) / layer / name
    return DeltaTable(str(path)) if path.exists() else None


def main(made, lake):
    truths = collections.defaultdict(dict)
    with open(pathlib.Path(made) / "truth.jsonl") as lines:
        for line in lines:
            one = json.loads(line)
            truths[one["source"]][one["file"]] = one
    outcomes = collections.defaultdict(list)
    for row in rows(table(lake, "ops", "files")):
        outcomes[row["file"]].append(row)
    failures, formats = [], []
    for source, files in sorted(truths.items()):
        silver = collections.defaultdict(dict)
        for row in rows(table(lake, "silver", source)):
            silver[row["_file"]][row["id"]] = row
        quarantined = collections.Counter(row["file"] for row in rows(table(lake, "quarantine", source)))
        tried, rows_of = collections.Counter(), collections.Counter()
        for name, one in files.items():
            before = len(failures)
            check(one, silver[name], quarantined[name], outcomes[name], failures)
            tried["records"] += len(one["records"])
            tried["files"] += 1
            tried["damaged"] += not one["exact"]
            tried["to be refused"] += one["refused"]
            tried["quarantined"] += outcomes[name][0]["outcome"] == "quarantined" if outcomes[name] else 0
            tried["failed"] += len(failures) > before
            rows_of["silver"] += len(silver[name])
            rows_of["quarantine"] += quarantined[name]
        formats.append(f"{FORMATS[source]}: {tried.pop('records')} records in "
                       + ", ".join(f"{count} {what}" for what, count in tried.items()) + "; rows: "
                       + ", ".join(f"{count} in {layer}" for layer, count in rows_of.items()))
    for failure in failures[:50]:
        print("FAILED " + failure)
    print("\n".join(formats))
    records = sum(len(one["records"]) for files in truths.values() for one in files.values())
    print(f"{records} records in {sum(map(len, truths.values()))} files, {len(failures)} failures")
    return 1 if failures else 0


def check(one, silver, quarantined, outcomes, failures):
    name = one["file"]
    if len(outcomes) != 1:
        failures.append(f"{name}: stands {len(outcomes)} times in ops.files")
        return
    outcome = outcomes[0]
    if outcome["outcome"] not in ("ingested", "quarantined"):
        failures.append(f"{name}: is {outcome['outcome']}")
        return
    if outcome["outcome"] == "quarantined":
        if one["exact"] and not one["refused"]:
            failures.append(f"{name}: quarantined whole: {outcome['problem']}")
        if one["exact"] and one["refused"] and "goes on over the end of the line" not in outcome["problem"]:
            failures.append(f"{name}: quarantined whole for another reason: {outcome['problem']}")
        if silver or quarantined:
            failures.append(f"{name}: quarantined whole, and yet it has rows")
        return
    if one["exact"] and one["refused"]:
        failures.append(f"{name}: is not quarantined whole")
    elif one["exact"]:
        exactly(one, silver, quarantined, outcome, failures)
    elif len(silver) + quarantined > outcome["records"]:
        failures.append(f"{name}: has more rows than records")


def exactly(one, silver, quarantined, outcome, failures):
    name = one["file"]
    valid = {record["key"]: record["row"] for record in one["records"] if record["row"] is not None}
    broken = len(one["records"]) - len(valid)
    if outcome["records"] != len(one["records"]):
        failures.append(f"{name}: {outcome['records']} records and not {len(one['records'])} {one['note']}")
    if quarantined != broken:
        failures.append(f"{name}: {quarantined} rows quarantined and not {broken} {one['note']}")
    for key, row in valid.items():
        if key not in silver:
            failures.append(f"{name}: {key} is not in silver: {row}")
            continue
        there = {field: text(silver[key][field]) for field in row}
        if there != row:
            odd = {field: (row[field], there[field]) for field in row if there[field] != row[field]}
            failures.append(f"{name}: {key} has {odd} (sent, stored) {one['note']}")
    for key in silver.keys() - valid.keys():
        failures.append(f"{name}: {key} must not be in silver: {silver[key]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
