"""Writes small bills in the shapes of clouds' exports: python bill_files.py src/test/resources/bills

A folder per arrival of cloud_costs, as it lands. The same run writes the same files.
"""

import csv
import datetime
import decimal
import io
import json
import pathlib
import sys

import pyarrow as pa
import pyarrow.parquet as pq

OUT = pathlib.Path(sys.argv[1])
UTC = datetime.timezone.utc


def text(path, content):
    file = OUT / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode())


def table(path, columns, rows, end="\n"):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator=end, restval="")
    writer.writeheader()
    writer.writerows(rows)
    text(path, out.getvalue())


def parquet(path, rows, schema, **options):
    file = OUT / path
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), file, **options)


# --- AWS -------------------------------------------------------------------------------------

CUR = (
    "identity/LineItemId identity/TimeInterval bill/InvoiceId bill/InvoicingEntity bill/BillingEntity bill/BillType "
    "bill/PayerAccountId bill/BillingPeriodStartDate bill/BillingPeriodEndDate lineItem/UsageAccountId "
    "lineItem/LineItemType lineItem/UsageStartDate lineItem/UsageEndDate lineItem/ProductCode lineItem/UsageType "
    "lineItem/Operation lineItem/AvailabilityZone lineItem/ResourceId lineItem/UsageAmount lineItem/CurrencyCode "
    "lineItem/UnblendedRate lineItem/UnblendedCost lineItem/LineItemDescription lineItem/LegalEntity "
    "product/ProductName product/instanceType product/location product/regionCode product/sku pricing/RateCode "
    "pricing/currency pricing/publicOnDemandCost pricing/publicOnDemandRate pricing/unit reservation/EffectiveCost "
    "reservation/ReservationARN reservation/UnusedAmortizedUpfrontFeeForBillingPeriod reservation/UnusedRecurringFee "
    "savingsPlan/SavingsPlanARN savingsPlan/SavingsPlanEffectiveCost savingsPlan/TotalCommitmentToDate "
    "savingsPlan/UsedCommitment splitLineItem/ParentResourceId splitLineItem/SplitUsage splitLineItem/SplitCost "
    "splitLineItem/UnusedCost resourceTags/aws:createdBy resourceTags/user:Name resourceTags/user:cost_center "
    "resourceTags/user:team"
).split()
PLAN = "arn:aws:savingsplans::210987650000:savingsplan/5f1c"
RESERVED = "arn:aws:ec2:eu-west-1:210987650000:reserved-instances/77"


def cur(number, kind, cost, hour=3, payer="210987650000", month=11, **more):
    start = f"2026-{month:02}-29T{hour:02}:00:00Z"
    row = {
        "identity/LineItemId": f"line{number}",
        "identity/TimeInterval": f"2026-{month:02}-29T{hour:02}:00:00Z/2026-{month:02}-29T{hour + 1:02}:00:00Z",
        "bill/InvoicingEntity": "Amazon Web Services, Inc.",
        "bill/BillingEntity": "AWS",
        "bill/BillType": "Anniversary",
        "bill/PayerAccountId": payer,
        "bill/BillingPeriodStartDate": f"2026-{month:02}-01T00:00:00Z",
        "bill/BillingPeriodEndDate": f"2026-{month + 1:02}-01T00:00:00Z",
        "lineItem/UsageAccountId": "210987651117",
        "lineItem/LineItemType": kind,
        "lineItem/UsageStartDate": start,
        "lineItem/UsageEndDate": f"2026-{month:02}-29T{hour + 1:02}:00:00Z",
        "lineItem/ProductCode": "AmazonEC2",
        "lineItem/UsageType": "EU-BoxUsage:m5.large",
        "lineItem/ResourceId": f"i-{number:04}",
        "lineItem/UsageAmount": "1",
        "lineItem/CurrencyCode": "USD",
        "lineItem/UnblendedCost": cost,
        "lineItem/LegalEntity": "Amazon Web Services, Inc.",
        "product/ProductName": "Amazon Elastic Compute Cloud",
        "product/instanceType": "m5.large",
        "product/location": "EU (Ireland)",
        "product/regionCode": "eu-west-1",
        "product/sku": "PU4D62ZXU5KDF",
        "pricing/RateCode": "PU4D62ZXU5KDF.JRTCKXETXF.6YS6EN2CT7",
        "pricing/currency": "USD",
        "pricing/publicOnDemandCost": cost,
        "pricing/publicOnDemandRate": "0.107",
        "pricing/unit": "Hrs",
    }
    row.update({name.replace("__", "/"): value for name, value in more.items()})
    return row


def month_of_aws(payer, month=11):
    yield cur(1, "Usage", "0.1070000000", payer=payer, month=month, **{
        "resourceTags/user:team": "Checkout", "resourceTags/user:Name": "vm-1", "resourceTags/aws:createdBy": "Root:1"})
    # The same id in another interval, and one line twice: both are charged.
    yield cur(1, "Usage", "0.1070000000", hour=4, payer=payer, month=month, **{"resourceTags/user:team": "checkout"})
    yield cur(2, "Usage", "0.0000000835", payer=payer, month=month, **{"resourceTags/user:cost_center": "cc-7"})
    yield cur(2, "Usage", "0.0000000835", payer=payer, month=month, **{"resourceTags/user:cost_center": "cc-7"})
    yield cur(3, "SavingsPlanCoveredUsage", "0.1070000000", payer=payer, month=month, **{
        "savingsPlan/SavingsPlanARN": PLAN, "savingsPlan/SavingsPlanEffectiveCost": "0.0749000000"})
    yield cur(4, "SavingsPlanNegation", "-0.1070000000", payer=payer, month=month, **{
        "savingsPlan/SavingsPlanARN": PLAN, "lineItem/ResourceId": "", "pricing/publicOnDemandCost": ""})
    yield cur(5, "SavingsPlanRecurringFee", "0.1000000000", payer=payer, month=month, **{
        "savingsPlan/SavingsPlanARN": PLAN, "lineItem/ResourceId": "", "pricing/publicOnDemandCost": "",
        "savingsPlan/TotalCommitmentToDate": "0.1000000000", "savingsPlan/UsedCommitment": "0.0749000000"})
    yield cur(6, "DiscountedUsage", "0.0000000000", payer=payer, month=month, **{
        "reservation/ReservationARN": RESERVED, "reservation/EffectiveCost": "0.0610000000"})
    yield cur(7, "RIFee", "45.2600000000", payer=payer, month=month, **{
        "reservation/ReservationARN": RESERVED, "lineItem/ResourceId": "", "pricing/publicOnDemandCost": "",
        "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod": "0.5", "reservation/UnusedRecurringFee": "1.25"})
    yield cur(8, "EdpDiscount", "-0.0107000001", payer=payer, month=month, **{"pricing/publicOnDemandCost": ""})
    yield cur(9, "Tax", "8.6100000000", payer=payer, month=month, **{
        "lineItem/ResourceId": "", "pricing/publicOnDemandCost": "", "lineItem/UsageEndDate": f"2026-{month:02}-29T03:00:00Z"})
    yield cur(10, "Credit", "-2.5000000000", payer=payer, month=month, **{"pricing/publicOnDemandCost": ""})
    # Split cost allocation: a pod's share of i-0001, charged there.
    yield cur(11, "Usage", "0.0000000000", payer=payer, month=month, **{
        "lineItem/ProductCode": "AmazonEKS", "product/ProductName": "Amazon Elastic Container Service for Kubernetes",
        "lineItem/ResourceId": "arn:aws:eks:eu-west-1:210987651117:pod/prod/web/x1", "pricing/publicOnDemandCost": "0",
        "splitLineItem/ParentResourceId": "i-0001", "splitLineItem/SplitUsage": "0.5",
        "splitLineItem/SplitCost": "0.0400000000", "splitLineItem/UnusedCost": "0.0135000000",
        "resourceTags/user:team": "search"})


def snake(name):
    out = ""
    for letter in name.replace("/", "_").replace(":", "_"):
        out += "_" + letter.lower() if letter.isupper() else letter
    return out.replace("__", "_")


def at(value):
    return datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))


def typed(row):
    """A line of a report as Parquet has it: dates are instants, amounts 64-bit numbers."""
    out = {}
    for name, value in row.items():
        if value == "":
            out[snake(name)] = None
        elif name.endswith(("Cost", "Rate", "Amount", "Fee", "Period", "Commitment", "Usage", "ToDate")):
            out[snake(name)] = float(value)
        elif name.endswith("Date"):
            out[snake(name)] = at(value)
        else:
            out[snake(name)] = value
    return out


def cur_schema(rows):
    fields = {}
    for row in rows:
        for name, value in row.items():
            kind = (pa.timestamp("ms", "UTC") if isinstance(value, datetime.datetime)
                    else pa.float64() if isinstance(value, float) else pa.string())
            if value is not None or name not in fields:
                fields[name] = kind
    return pa.schema(sorted(fields.items()))


def tags(row):
    return {snake(name.removeprefix("resourceTags/")).strip("_"): value
            for name, value in row.items() if name.startswith("resourceTags/") and value}


def cur2(row):
    """A line of CUR 2.0: tags, product and discounts are maps."""
    out = typed({name: value for name, value in row.items()
                 if not name.startswith("resourceTags/") and name != "product/ProductName"})
    out["bill_payer_account_name"] = "acme"
    out["line_item_usage_account_name"] = "acme-prod"
    out["resource_tags"] = tags(row)
    out["product"] = {"product_name": row["product/ProductName"], "region": "eu-west-1"}
    out["cost_category"] = {"unit": "shop"}
    out["discount"] = {}
    return out


def aws():
    lines = list(month_of_aws("210987650000"))
    folder = "aws/acme/20261101-20261201"
    for assembly in ("0a1b2c3d", "4e5f6a7b"):
        restated = lines if assembly == "4e5f6a7b" else lines[:4]
        parts = []
        for part, rows in enumerate((restated[:3], restated[3:]), 1):
            name = f"{folder}/{assembly}/acme-{part:05}.csv"
            table(name, CUR, [{**row, "identity/LineItemId": assembly + row["identity/LineItemId"]} for row in rows])
            parts.append("reports/" + name.removeprefix("aws/") + ".gz")
        manifest = json.dumps({
            "assemblyId": assembly, "account": "210987650000", "columns": [], "charset": "UTF-8",
            "compression": "GZIP", "contentType": "text/csv", "reportId": "r", "reportName": "acme",
            "billingPeriod": {"start": "20261101T000000.000Z", "end": "20261201T000000.000Z"},
            "bucket": "acme-bills", "reportKeys": parts, "additionalArtifactKeys": []}, indent=2)
        text(f"{folder}/{assembly}/acme-Manifest.json", manifest)
    text(f"{folder}/acme-Manifest.json", manifest)

    rows = [typed(row) for row in month_of_aws("210987650001")]
    name = "aws_parquet/acme/acme/year=2026/month=11/acme-00001.snappy.parquet"
    parquet(name, rows, cur_schema(rows), compression="snappy")
    text("aws_parquet/acme/20261101-20261201/acme-Manifest.json", json.dumps({
        "assemblyId": "99", "reportKeys": ["reports/" + name.removeprefix("aws_parquet/")]}))

    rows = [cur2(row) for row in month_of_aws("210987650002")]
    maps = pa.map_(pa.string(), pa.string())
    schema = cur_schema([{k: v for k, v in row.items() if not isinstance(v, dict)} for row in rows])
    for column in ("resource_tags", "product", "cost_category"):
        schema = schema.append(pa.field(column, maps))
    schema = schema.append(pa.field("discount", pa.map_(pa.string(), pa.float64())))
    for row in rows:
        for column in ("resource_tags", "product", "cost_category", "discount"):
            row[column] = list(row[column].items())
    parts = []
    for part, some in enumerate((rows[:6], rows[6:]), 1):
        name = f"aws_cur2/acme2/data/BILLING_PERIOD=2026-11/acme2-{part:05}.snappy.parquet"
        parquet(name, some, schema, compression="snappy")
        parts.append("s3://acme-bills/exports/" + name.removeprefix("aws_cur2/"))
    text("aws_cur2/acme2/metadata/BILLING_PERIOD=2026-11/acme2-Manifest.json",
         json.dumps({"exportArn": "arn:aws:bcm-data-exports:us-east-1:1:export/acme2", "dataFiles": parts}))

    rows = [cur2(row) for row in month_of_aws("210987650003", month=10)]
    for row in rows:
        for name, value in row.items():
            if isinstance(value, dict):
                row[name] = json.dumps(value)
            elif isinstance(value, datetime.datetime):
                row[name] = value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
            elif value is None:
                row[name] = ""
    columns = sorted({name for row in rows for name in row})
    name = "aws_cur2_csv/acme3/data/BILLING_PERIOD=2026-10/acme3-00001.csv"
    table(name, columns, rows)
    text("aws_cur2_csv/acme3/metadata/BILLING_PERIOD=2026-10/acme3-Manifest.json",
         json.dumps({"dataFiles": ["s3://acme-bills/exports/" + name.removeprefix("aws_cur2_csv/") + ".gz"]}))


# --- Azure -----------------------------------------------------------------------------------

EA = (
    "InvoiceSectionName AccountName SubscriptionId SubscriptionName ResourceGroup ResourceLocation Date ProductName "
    "MeterCategory MeterSubCategory MeterId MeterName MeterRegion UnitOfMeasure Quantity EffectivePrice "
    "CostInBillingCurrency CostCenter ConsumedService ResourceId Tags OfferId AdditionalInfo ReservationId "
    "ReservationName UnitPrice Term PublisherType PublisherName ChargeType Frequency PricingModel AvailabilityZone "
    "BillingAccountId BillingAccountName BillingCurrencyCode BillingPeriodStartDate BillingPeriodEndDate PayGPrice "
    "ServiceFamily PartNumber benefitId benefitName"
).split()
MACHINE = "/subscriptions/7c1b/resourceGroups/RG-prod/providers/Microsoft.Compute/virtualMachines/web-1"


def ea(cost, kind="Usage", **more):
    return {
        "SubscriptionId": "7c1b2f00", "SubscriptionName": "acme-prod", "ResourceGroup": "rg-prod",
        "ResourceLocation": "westeurope", "Date": "11/28/2026", "ProductName": "D2s v5", "MeterCategory": "Virtual Machines",
        "MeterSubCategory": "Dsv5", "MeterId": "m-1", "MeterName": "D2s v5", "MeterRegion": "EU West",
        "UnitOfMeasure": "1 Hour", "Quantity": "24", "EffectivePrice": "0.0962", "CostInBillingCurrency": cost,
        "ResourceId": MACHINE, "UnitPrice": "0.0962", "PublisherType": "Azure", "ChargeType": kind,
        "Frequency": "UsageBased", "PricingModel": "OnDemand", "BillingAccountId": "8611537",
        "BillingAccountName": "Acme Europe", "BillingCurrencyCode": "EUR", "BillingPeriodStartDate": "11/01/2026",
        "BillingPeriodEndDate": "11/30/2026", "PayGPrice": "0.115", "ServiceFamily": "Compute", **more}


MCA_NAMES = {
    "ProductName": "product", "BillingCurrencyCode": "billingCurrency", "ResourceGroup": "resourceGroupName",
    "SubscriptionId": "SubscriptionId", "ResourceId": "ResourceId", "PayGPrice": "PayGPrice"}


def mca(cost, **more):
    row = {MCA_NAMES.get(name, name[0].lower() + name[1:]): value for name, value in ea(cost).items()}
    row.update({
        "billingAccountId": "aaaa:bbbb_2019-05-31", "billingCurrency": "USD", "pricingCurrency": "USD",
        "costInPricingCurrency": cost, "costInUsd": cost, "paygCostInBillingCurrency": cost,
        "exchangeRatePricingToBilling": "1", "isAzureCreditEligible": "True", "ProductId": "DZH318Z0BQ35",
        "invoiceId": "G012345678", "provider": "Azure"})
    row.update(more)
    return row


def azure_manifest(folder, names, prefix):
    text(f"{folder}/manifest.json", json.dumps({
        "manifestVersion": "2024-04-01", "byteCount": 1, "blobCount": len(names), "dataRowCount": 1,
        "exportConfig": {"exportName": "acme", "type": "ActualCost", "timeFrame": "MonthToDate"},
        "blobs": [{"blobName": prefix + name, "byteCount": 1, "dataRowCount": 1} for name in names]}, indent=2))


def azure():
    rows = [
        ea("2.3088", Tags='"team": "search","env": "prod"'),
        # Fifteen digits, as Azure writes them, some behind many zeros.
        ea("0.0124733806451613", Quantity="0.129660921467373", Tags='{"team": "ads"}', ResourceId=MACHINE.lower()),
        ea("2.90322580645161E-05", Quantity="0.000301786466367", MeterCategory="Bandwidth", MeterName="Data Transfer Out"),
        ea("4.32967E-06", Quantity="0.000045", MeterCategory="Storage", ResourceId=""),
        ea("4.32967E-06", Quantity="0.000045", MeterCategory="Storage", ResourceId=""),
        ea("0", ReservationId="r-1", ReservationName="VM one year", PricingModel="Reservation", EffectivePrice="0.06"),
        ea("100", kind="Purchase", ReservationId="r-1", Frequency="Recurring", PricingModel="Reservation", Quantity="1",
           UnitPrice="100", EffectivePrice="100", ResourceId=""),
        ea("-1.11", kind="Refund", Frequency="OneTime", PricingModel="", ResourceId=""),
        ea("0.00", kind="UnusedSavingsPlan", benefitId="b-1", benefitName="plan", PricingModel="SavingsPlan",
           Quantity="1", EffectivePrice="0.25", ResourceId=""),
    ]
    folder = "azure/acme-ea/20261101-20261130/202611290401/0d0e"
    table(f"{folder}/part_0_0001.csv", EA, rows[:5], "\r\n")
    table(f"{folder}/part_1_0001.csv", EA, rows[5:], "\r\n")
    azure_manifest(folder, ["part_0_0001.csv", "part_1_0001.csv"], folder.removeprefix("azure/") + "/")

    rows = [
        mca("2.3088", tags='{"team":"search","env":"prod"}'),
        mca("0.000000000000012", tags='"team":"ads","owner":"a b"'),
        mca("7.5", billingCurrency="EUR", exchangeRatePricingToBilling="0.92", chargeType="Tax", ResourceId=""),
    ]
    folder = "azure/acme-mca/20261101-20261130/5c5d"
    columns = list(dict.fromkeys(name for row in rows for name in row))
    table(f"{folder}/part_0_0001.csv", columns, rows)
    azure_manifest(folder, ["part_0_0001.csv"], folder.removeprefix("azure/") + "/")

    number = pa.decimal128(38, 18)
    numbers = ("quantity", "effectivePrice", "costInBillingCurrency", "unitPrice", "PayGPrice", "costInPricingCurrency",
               "costInUsd", "paygCostInBillingCurrency", "exchangeRatePricingToBilling")
    rows = [mca("0.0124733806451613", billingAccountId="cccc:dddd_2019-05-31", tags='{"team":"ads"}'),
            mca("3.5", billingAccountId="cccc:dddd_2019-05-31", tags=None)]
    for row in rows:
        for name in numbers:
            row[name] = decimal.Decimal(row[name])
    schema = pa.schema([(name, number if name in numbers else pa.string()) for name in columns])
    folder = "azure_parquet/acme-mca/20261101-20261130/6e6f"
    parquet(f"{folder}/part_0_0001.parquet", rows, schema, compression="snappy")
    azure_manifest(folder, ["part_0_0001.parquet"], folder.removeprefix("azure_parquet/") + "/")


# --- Google Cloud ----------------------------------------------------------------------------


def gcp_line(cost, month="202611", account="01A2B3-C4D5E6-F7A8B9", currency="EUR", labels=(), credits=(), **more):
    line = {
        "billing_account_id": account,
        "service": {"id": "6F81-5844-456A", "description": "Compute Engine"},
        "sku": {"id": "2E27-4F75-95CD", "description": "N1 Predefined Instance Core running in EMEA"},
        "usage_start_time": "2026-11-28T03:00:00Z", "usage_end_time": "2026-11-28T04:00:00Z",
        "project": {"id": "acme-prod", "number": "48100", "name": "acme-prod", "labels": [], "ancestry_numbers": "/1/"},
        "labels": [{"key": key, "value": value} for key, value in labels], "system_labels": [],
        "location": {"location": "europe-west1", "country": "BE", "region": "europe-west1", "zone": "europe-west1-b"},
        "export_time": "2026-11-29T05:00:00Z", "cost": cost, "currency": currency, "currency_conversion_rate": 0.92,
        "usage": {"amount": 3600, "unit": "seconds", "amount_in_pricing_units": 1, "pricing_unit": "hour"},
        "credits": [{"name": name, "amount": amount, "full_name": name, "id": name, "type": kind}
                    for name, amount, kind in credits],
        "invoice": {"month": month, "publisher_type": "GOOGLE"}, "cost_type": "regular", "adjustment_info": None,
        "resource": {"name": "web-1", "global_name": "//compute.googleapis.com/projects/acme-prod/zones/b/instances/7"},
        "price": {"effective_price": 0.031611, "tier_start_amount": 0, "unit": "hour", "pricing_unit_quantity": 1},
        "cost_at_list": cost, "transaction_type": "GOOGLE", "seller_name": None}
    line.update(more)
    return line


def gcp_lines(account):
    # One charge, split by the labels of what used it; else the lines are equal.
    yield gcp_line(0.0158055, account=account, labels=[("team", "search"), ("k8s-namespace", "web")])
    yield gcp_line(0.0158055, account=account, labels=[("team", "ads"), ("k8s-namespace", "web")])
    yield gcp_line(0.0158055, account=account)
    yield gcp_line(0.0158055, account=account)
    yield gcp_line(0.031611, account=account, labels=[("team", "Search ")], credits=[
        ("Sustained usage discount", -0.0063222, "SUSTAINED_USAGE_DISCOUNT"), ("Promotion", -0.00000001, "PROMOTION")])
    yield gcp_line(4.6065000000000003e-06, account=account)
    yield gcp_line(1.87, account=account, month="202610", cost_type="tax", resource=None, project=None, labels=())
    yield gcp_line(-0.5, account=account, month="202610", cost_type="adjustment")
    yield gcp_line(12.25, account=account, currency="USD", month="202611")


def gcp():
    lines = list(gcp_lines("01A2B3-C4D5E6-F7A8B9"))
    for line in lines:
        if not line["labels"]:
            line["labels"] = []
    for part, some in enumerate((lines[:5], lines[5:])):
        text(f"gcp/acme/2026-11/{part:012}.jsonl", "".join(json.dumps(line) + "\n" for line in some))
    pair = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))
    of_texts = lambda *names: pa.struct([(name, pa.string()) for name in names])
    instant = pa.timestamp("us", "UTC")
    schema = pa.schema([
        ("billing_account_id", pa.string()), ("service", of_texts("id", "description")),
        ("sku", of_texts("id", "description")), ("usage_start_time", instant), ("usage_end_time", instant),
        ("project", pa.struct([("id", pa.string()), ("number", pa.string()), ("name", pa.string()), ("labels", pair),
                               ("ancestry_numbers", pa.string())])),
        ("labels", pair), ("system_labels", pair), ("location", of_texts("location", "country", "region", "zone")),
        ("resource", of_texts("name", "global_name")), ("export_time", instant), ("cost", pa.float64()),
        ("currency", pa.string()), ("currency_conversion_rate", pa.float64()),
        ("usage", pa.struct([("amount", pa.float64()), ("unit", pa.string()),
                             ("amount_in_pricing_units", pa.float64()), ("pricing_unit", pa.string())])),
        ("credits", pa.list_(pa.struct([("name", pa.string()), ("amount", pa.float64()), ("full_name", pa.string()),
                                        ("id", pa.string()), ("type", pa.string())]))),
        ("invoice", of_texts("month", "publisher_type")), ("cost_type", pa.string()),
        ("price", pa.struct([("effective_price", pa.decimal128(38, 9)), ("tier_start_amount", pa.decimal128(38, 9)),
                             ("unit", pa.string()), ("pricing_unit_quantity", pa.decimal128(38, 9))])),
        ("cost_at_list", pa.float64())])
    rows = []
    for line in gcp_lines("0AAAAA-0BBBBB-0CCCCC"):
        line = {name: line[name] for name in schema.names}
        for name in ("usage_start_time", "usage_end_time", "export_time"):
            line[name] = at(line[name])
        line["price"] = {name: decimal.Decimal(str(value)) if name != "unit" else value
                         for name, value in line["price"].items()}
        line["labels"] = list(line["labels"])
        rows.append(line)
    parquet("gcp_parquet/acme/2026-11/000000000000.parquet", rows, schema)


# --- FOCUS -----------------------------------------------------------------------------------

FOCUS_10 = (
    "AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart "
    "ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart "
    "CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName CommitmentDiscountStatus "
    "CommitmentDiscountType ConsumedQuantity ConsumedUnit ContractedCost ContractedUnitPrice EffectiveCost "
    "InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingQuantity PricingUnit ProviderName PublisherName "
    "RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory ServiceName SkuId SkuPriceId SubAccountId "
    "SubAccountName Tags"
).split()
NEW_IN_11 = ("CapacityReservationId CapacityReservationStatus CommitmentDiscountQuantity CommitmentDiscountUnit "
             "ServiceSubcategory SkuMeter SkuPriceDetails").split()
NEW_IN_12 = ("BillingAccountType InvoiceId PricingCurrency PricingCurrencyContractedUnitPrice "
             "PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice SubAccountType").split()


def focus_line(cost, provider, **more):
    return {
        "BilledCost": cost, "BillingAccountId": "acc-1", "BillingCurrency": "EUR",
        "BillingPeriodStart": "2026-11-01T00:00:00Z", "BillingPeriodEnd": "2026-12-01T00:00:00Z",
        "ChargeCategory": "Usage", "ChargeDescription": "Machine hours", "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": "2026-11-28T03:00:00Z", "ChargePeriodEnd": "2026-11-28T04:00:00Z", "ContractedCost": cost,
        "EffectiveCost": cost, "InvoiceIssuerName": provider, "ListCost": cost, "ProviderName": provider,
        "PublisherName": provider, "ServiceCategory": "Compute", "ServiceName": "Machines", **more}


def focus():
    rows = [
        {name: "NULL" for name in FOCUS_10} | focus_line("0.25", "Oracle", ChargeFrequency="Usage-based",
            BillingPeriodStart="2026-11-01 00:00:00", Tags='{"team": "search"}'),
        {name: "NULL" for name in FOCUS_10} | focus_line("0.25", "Oracle", ServiceName="NULL", ServiceCategory="NULL"),
    ]
    table("focus/oracle/2026-11/1_0.csv", FOCUS_10, rows)
    rows = [
        focus_line("1.5", "Cloud One", CapacityReservationId="cr-1", CapacityReservationStatus="Used", Tags="{}",
                   ServiceSubcategory="Virtual Machines", SkuMeter="Machine hour", SkuPriceDetails='{"CoreCount": 4}'),
        focus_line("-0.000000000001", "Cloud One", ChargeCategory="Credit", ChargeFrequency="One-Time"),
    ]
    table("focus/one/2026-11/1_1.csv", FOCUS_10 + NEW_IN_11, rows)
    rows = [
        focus_line("2.75", "Cloud Two", BillingAccountType="Contract", InvoiceId="inv-9", PricingCurrency="USD",
                   PricingCurrencyContractedUnitPrice="1.6", PricingCurrencyEffectiveCost="2.9",
                   PricingCurrencyListUnitPrice="2.1", SubAccountId="s", SubAccountType="Project", x_Discount="0.05",
                   x_Invoice="7", Tags='{"team": "ads", "critical": true, "floor": 3}'),
        focus_line("99", "Cloud Two", BillingPeriodStart="2026-10-01T00:00:00Z", BillingPeriodEnd="2026-11-01T00:00:00Z",
                   ChargeCategory="Tax", ChargeFrequency="One-Time"),
    ]
    table("focus/two/2026-11/1_2.csv", FOCUS_10 + NEW_IN_11 + NEW_IN_12 + ["x_Discount", "x_Invoice"], rows)

    rows = []
    for line in (focus_line("0.0000000835", "AWS", BillingAccountId="acc-2", BillingCurrency="USD",
                            Tags={"team": "web", "user:env": "prod"}, SkuPriceDetails={"InstanceType": "m5"}, x_Operation="Run"),
                 focus_line("10.1", "AWS", BillingAccountId="acc-2", BillingCurrency="USD")):
        for name, value in line.items():
            if name.endswith("Cost"):
                line[name] = float(value)
            elif name.startswith(("BillingPeriod", "ChargePeriod")):
                line[name] = at(value)
            elif isinstance(value, dict):
                line[name] = list(value.items())
        rows.append(line)
    names = FOCUS_10 + ["SkuPriceDetails", "x_Operation"]
    schema = pa.schema([(name, pa.float64() if name.endswith(("Cost", "Quantity", "Price"))
                         else pa.timestamp("ms", "UTC") if name.startswith(("BillingPeriod", "ChargePeriod"))
                         else pa.map_(pa.string(), pa.string()) if name in ("Tags", "SkuPriceDetails")
                         else pa.string()) for name in names])
    name = "focus_parquet/focus/data/BILLING_PERIOD=2026-11/focus-00001.snappy.parquet"
    parquet(name, rows, schema, compression="snappy")
    text("focus_parquet/focus/metadata/BILLING_PERIOD=2026-11/focus-Manifest.json",
         json.dumps({"dataFiles": ["s3://acme-bills/exports/" + name.removeprefix("focus_parquet/")]}))


aws()
azure()
gcp()
focus()
