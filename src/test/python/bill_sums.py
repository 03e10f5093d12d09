"""What bills come to, read by DuckDB without any of our code: python bill_sums.py FOLDER FILES

Prints "provider|currency|period|lines|billed" for each, sorted. FILES is a JSON object: an arrival to the files of its
newest deliveries, below FOLDER.
"""

import json
import pathlib
import sys

import duckdb

MONEY = "DECIMAL(38,24)"
CSV = "read_csv({files}, all_varchar = true, header = true, nullstr = ['', 'NULL'], union_by_name = true, strict_mode = false)"
JSON = "read_json({files}, format = 'newline_delimited', records = true, columns = {columns})"
PARQUET = "read_parquet({files}, union_by_name = true)"

GCP_COLUMNS = ("{cost: 'VARCHAR', currency: 'VARCHAR', invoice: 'STRUCT(month VARCHAR)', "
               "credits: 'STRUCT(amount VARCHAR)[]'}")


def money(column):
    # Through text: a 64-bit number means the shortest decimal that it is told by.
    return f"cast(cast({column} as VARCHAR) as {MONEY})"


def aws(kind, cost, period, currency):
    billed = f"case when {kind} in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation') then 0 else {money(cost)} end"
    return f"select 'AWS' provider, {currency} currency, substr(cast({period} as VARCHAR), 1, 7) period, {billed} billed"


AWS_CSV = aws('"lineItem/LineItemType"', '"lineItem/UnblendedCost"', '"bill/BillingPeriodStartDate"', '"lineItem/CurrencyCode"')
AWS_SNAKE = aws("line_item_line_item_type", "line_item_unblended_cost", "bill_billing_period_start_date",
                "line_item_currency_code")
AZURE = ("select 'Microsoft' provider, {currency} currency, {start}[7:10] || '-' || {start}[1:2] period, "
         + money("{cost}") + " billed")
EA = AZURE.format(currency="BillingCurrencyCode", start="BillingPeriodStartDate", cost="CostInBillingCurrency")
MCA = AZURE.format(currency="billingCurrency", start="billingPeriodStartDate", cost="costInBillingCurrency")
GCP = (f"select 'Google Cloud' provider, currency, invoice.month[1:4] || '-' || invoice.month[5:6] period, "
       f"{money('cost')} + coalesce(list_sum(list_transform(credits, lambda credit: {money('credit.amount')})), 0) billed")
FOCUS = (f"select ProviderName provider, BillingCurrency currency, "
         f"substr(cast(BillingPeriodStart as VARCHAR), 1, 7) period, {money('BilledCost')} billed")

SHAPES = {
    "aws": (AWS_CSV, CSV), "aws_parquet": (AWS_SNAKE, PARQUET), "aws_cur2": (AWS_SNAKE, PARQUET),
    "aws_cur2_csv": (AWS_SNAKE, CSV), "azure": (None, CSV), "azure_parquet": (MCA, PARQUET),
    "gcp": (GCP, JSON), "gcp_parquet": (GCP, PARQUET), "focus": (FOCUS, CSV), "focus_parquet": (FOCUS, PARQUET),
}


def main(folder, files):
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"create table lines (provider VARCHAR, currency VARCHAR, period VARCHAR, billed {MONEY})")
    for arrival, names in json.loads(files).items():
        select, source = SHAPES[arrival]
        for name in names:
            path = pathlib.Path(folder) / name
            if arrival == "azure":
                select = EA if "BillingCurrencyCode" in path.read_text().splitlines()[0] else MCA
            table = source.format(files=repr([str(path)]), columns=GCP_COLUMNS)
            connection.execute(f"insert into lines {select} from {table}")
    for row in connection.execute(
            "select provider, currency, period, count(*), sum(billed) from lines group by all order by all").fetchall():
        print("|".join(str(value) if not hasattr(value, "normalize") else format(value, "f") for value in row))


main(sys.argv[1], sys.argv[2])
