"""Reads Delta tables over S3 with two engines that are not Spark; prints a row count or a column's sum for each.

Arguments: the lake's root, then table or table:column. Settings: AWS_ENDPOINT_URL and the keys.
"""

import os
import sys

import duckdb
from deltalake import DeltaTable

root, *tables = sys.argv[1:]
options = {
    "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
    "AWS_ACCESS_KEY_ID": os.environ["AWS_ACCESS_KEY_ID"],
    "AWS_SECRET_ACCESS_KEY": os.environ["AWS_SECRET_ACCESS_KEY"],
    "AWS_REGION": "us-east-1",
    "AWS_ALLOW_HTTP": "true",
}
for name in tables:
    table, _, column = name.partition(":")
    delta = DeltaTable(f"{root}/{table}", storage_options=options)
    rows = delta.to_pyarrow_table()
    if column:
        print("deltalake", name, sum(rows.column(column).to_pylist()))
    else:
        print("deltalake", name, rows.num_rows)
    dataset = delta.to_pyarrow_dataset()
    answer = duckdb.sql(f"select {'sum(' + column + ')' if column else 'count(*)'} from dataset").fetchall()[0][0]
    print("duckdb", name, answer)
