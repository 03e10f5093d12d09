# Tables for who asks by SQL: a Glue catalog over silver and gold, an Athena workgroup, and Lake Formation, which hands
# out columns and rows. Which columns are kept back stands in the contracts, and nowhere else: a field that a contract
# calls restricted or confidential is not granted, and a field that no contract names is granted to nobody.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  region    = data.aws_region.this.region
  prefix    = replace(var.name, "-", "_")

  # ODCS types as Glue spells them. `number` always states a physicalType, which the contract reader sees to.
  types   = { string = "string", integer = "bigint", boolean = "boolean", date = "date", timestamp = "timestamp" }
  synonym = { long = "bigint", integer = "int", short = "smallint", byte = "tinyint", float = "float", real = "float" }

  # Types of structures, level by level, since expressions cannot call themselves: first down, to what each holds; then
  # up again. A contract that nests deeper than a call's transcript does is refused by the lookup that fails.
  level_0 = merge([for source, contract in var.contracts : { for field in contract.schema[0].properties : "${source}.${field.name}" => field }]...)
  level_1 = merge([for path, at in local.level_0 : { for one in concat(try(at.properties, []), try([merge(at.items, { name = "[]" })], [])) :
    "${path}.${one.name}" => one
  }]...)
  level_2 = merge([for path, at in local.level_1 : { for one in concat(try(at.properties, []), try([merge(at.items, { name = "[]" })], [])) :
    "${path}.${one.name}" => one
  }]...)
  level_3 = merge([for path, at in local.level_2 : { for one in concat(try(at.properties, []), try([merge(at.items, { name = "[]" })], [])) :
    "${path}.${one.name}" => one
  }]...)
  plain = { for path, at in merge(local.level_0, local.level_1, local.level_2, local.level_3) : path => try(
    lookup(local.synonym, lower(at.physicalType), lower(at.physicalType)),
    local.types[at.logicalType],
  ) if !contains(["object", "array"], at.logicalType) }
  type_2 = merge(local.plain, { for path, at in local.level_2 : path => can(at.items) ? "array<${local.plain["${path}.[]"]}>" : format(
    "struct<%s>", join(",", [for one in at.properties : "${one.name}:${local.plain["${path}.${one.name}"]}"])
  ) if !contains(keys(local.plain), path) })
  type_1 = merge(local.plain, { for path, at in local.level_1 : path => can(at.items) ? "array<${local.type_2["${path}.[]"]}>" : format(
    "struct<%s>", join(",", [for one in at.properties : "${one.name}:${local.type_2["${path}.${one.name}"]}"])
  ) if !contains(keys(local.plain), path) })
  type_0 = merge(local.plain, { for path, at in local.level_0 : path => can(at.items) ? "array<${local.type_1["${path}.[]"]}>" : format(
    "struct<%s>", join(",", [for one in at.properties : "${one.name}:${local.type_1["${path}.${one.name}"]}"])
  ) if !contains(keys(local.plain), path) })

  fields = { for source, contract in var.contracts : source => [for field in contract.schema[0].properties : {
    name        = field.name
    description = try(field.description, "")
    type        = local.type_0["${source}.${field.name}"]
    kept_back   = contains(["restricted", "confidential"], try(field.classification, ""))
    structure   = contains(["object", "array"], field.logicalType)
  }] }

  # What silver has besides the contract's fields (io.sluice.refine.Refiner; a test holds them equal).
  policy = { for source, contract in var.contracts : source => one([for property in contract.customProperties : property.value if property.property == "schemaPolicy"]) }
  added = { for source, contract in var.contracts : source => concat(
    try(local.policy[source].added, "keep") == "keep" ? [{ name = "_extra", type = "map<string,string>", description = "Columns that the contract does not know, as text." }] : [],
    [
      { name = "_file", type = "string", description = "The file this version came from." },
      { name = "_position", type = "bigint", description = "Where its record begins in the file: a line." },
      { name = "_arrived_at", type = "timestamp", description = "When the file arrived." },
    ],
  ) }

  # Structures are granted to nobody: what people said and wrote is in them.
  granted = { for source, fields in local.fields : source => [for field in fields : field.name if !field.kept_back && !field.structure] }
}

# ---- Lake Formation

resource "aws_lakeformation_data_lake_settings" "this" {
  admins = var.admins
  # No default permissions stated means none: AWS' own default would show every table to every IAM principal.
}

resource "aws_iam_role" "lakeformation" {
  name = "${var.name}-lakeformation"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "LakeFormation"
      Effect    = "Allow"
      Principal = { Service = "lakeformation.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:SetContext"]
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
  tags = { component = "catalog" }
}

locals {
  layers = ["silver", "gold"]

  # What Lake Formation lends to a query, cut down to the table asked for. Reading only: nobody writes through it.
  lakeformation_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Read"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = [for layer in local.layers : "${var.lake.arn}/${layer}/*"]
      }, {
      Sid       = "List"
      Effect    = "Allow"
      Action    = ["s3:ListBucket"]
      Resource  = [var.lake.arn]
      Condition = { StringLikeIfExists = { "s3:prefix" = [for layer in local.layers : "${layer}/*"] } }
      }, {
      Sid       = "Key"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = [var.lake.key_arn]
      Condition = { StringLike = { "kms:ViaService" = ["s3.*.amazonaws.com"] } }
    }]
  })
}

resource "aws_iam_role_policy" "lakeformation" {
  name   = "read"
  role   = aws_iam_role.lakeformation.id
  policy = local.lakeformation_policy
}

resource "aws_lakeformation_resource" "layer" {
  for_each = toset(local.layers)

  arn      = "${var.lake.arn}/${each.key}"
  role_arn = aws_iam_role.lakeformation.arn
}

# ---- Catalog

resource "aws_glue_catalog_database" "layer" {
  for_each = toset(local.layers)

  name         = "${local.prefix}_${each.key}"
  description  = "Sluice's ${each.key} tables"
  location_uri = "s3://${var.lake.name}/${each.key}/"
  tags         = { component = "catalog" }

  depends_on = [aws_lakeformation_data_lake_settings.this]
}

# Athena looks at the database of this name before every query, whichever that names. An account that has used Athena or
# Glue has it already: import it then (README).
resource "aws_glue_catalog_database" "default" {
  name = "default"

  depends_on = [aws_lakeformation_data_lake_settings.this]
}

# Silver's tables come from the contracts. They are Delta tables; where Lake Formation grants columns, Athena wants the
# catalog to list all that Delta's log does, those that nobody is granted among them.
resource "aws_glue_catalog_table" "silver" {
  for_each = local.fields

  name          = each.key
  database_name = aws_glue_catalog_database.layer["silver"].name
  description   = var.contracts[each.key].schema[0].description
  table_type    = "EXTERNAL_TABLE"
  parameters = {
    EXTERNAL                      = "TRUE"
    table_type                    = "DELTA"
    "spark.sql.sources.provider"  = "delta"
    "sluice.contract.version"     = var.contracts[each.key].version
    "sluice.contract.kept_back"   = join(",", [for field in each.value : field.name if field.kept_back])
    "sluice.contract.description" = "columns as of the contract; rows and types as of Delta's log"
  }

  storage_descriptor {
    location      = "s3://${var.lake.name}/silver/${each.key}/"
    input_format  = "org.apache.hadoop.mapred.SequenceFileInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat"

    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
      parameters = {
        "serialization.format" = "1"
        path                   = "s3://${var.lake.name}/silver/${each.key}/"
      }
    }

    dynamic "columns" {
      for_each = concat([for field in each.value : { name = field.name, type = field.type, description = field.description }], local.added[each.key])
      content {
        name    = lower(columns.value.name)
        type    = columns.value.type
        comment = substr(columns.value.description, 0, 255)
      }
    }
  }
}

# Gold's columns are stated in Java, mart by mart, so a crawler reads them from the tables themselves.
resource "aws_iam_role" "crawler" {
  name = "${var.name}-crawler"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Glue"
      Effect    = "Allow"
      Principal = { Service = "glue.amazonaws.com" }
      Action    = ["sts:AssumeRole"]
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
  tags = { component = "catalog" }
}

locals {
  crawler_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Read"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = ["${var.lake.arn}/gold/*"]
      }, {
      Sid       = "List"
      Effect    = "Allow"
      Action    = ["s3:ListBucket"]
      Resource  = [var.lake.arn]
      Condition = { StringLikeIfExists = { "s3:prefix" = ["gold/*"] } }
      }, {
      Sid       = "Key"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = [var.lake.key_arn]
      Condition = { StringLike = { "kms:ViaService" = ["s3.*.amazonaws.com"] } }
      }, {
      Sid    = "Catalog"
      Effect = "Allow"
      Action = ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:CreateTable", "glue:UpdateTable"]
      Resource = [
        "arn:${local.partition}:glue:${local.region}:${local.account}:catalog",
        "arn:${local.partition}:glue:${local.region}:${local.account}:database/${local.prefix}_gold",
        "arn:${local.partition}:glue:${local.region}:${local.account}:table/${local.prefix}_gold/*",
      ]
      }, {
      Sid      = "Log"
      Effect   = "Allow"
      Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:AssociateKmsKey"]
      Resource = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:/aws-glue/crawlers*"]
    }]
  })
}

resource "aws_iam_role_policy" "crawler" {
  name   = "crawl"
  role   = aws_iam_role.crawler.id
  policy = local.crawler_policy
}

resource "aws_glue_security_configuration" "this" {
  # checkov:skip=CKV_AWS_99:A crawler writes no objects and no job bookmarks, and its log names tables, not data: CloudWatch encrypts it by its own key
  name = var.name

  encryption_configuration {
    cloudwatch_encryption {
      cloudwatch_encryption_mode = "DISABLED"
    }
    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = "DISABLED"
    }
    s3_encryption {
      kms_key_arn        = var.lake.key_arn
      s3_encryption_mode = "SSE-KMS"
    }
  }
}

resource "aws_glue_crawler" "gold" {
  name                   = "${var.name}-gold"
  database_name          = aws_glue_catalog_database.layer["gold"].name
  role                   = aws_iam_role.crawler.arn
  security_configuration = aws_glue_security_configuration.this.name
  # After the nightly run. It reads logs, not rows.
  schedule = "cron(0 6 * * ? *)"

  delta_target {
    delta_tables              = [for mart in var.marts : "s3://${var.lake.name}/gold/${mart}/"]
    write_manifest            = false
    create_native_delta_table = true
  }

  schema_change_policy {
    update_behavior = "UPDATE_IN_DATABASE"
    # A mart that is not there yet is no reason to drop its table.
    delete_behavior = "LOG"
  }

  tags = { component = "catalog" }
}

resource "aws_lakeformation_permissions" "crawler" {
  principal   = aws_iam_role.crawler.arn
  permissions = ["CREATE_TABLE", "ALTER", "DESCRIBE"]

  database {
    name = aws_glue_catalog_database.layer["gold"].name
  }

  depends_on = [aws_lakeformation_data_lake_settings.this]
}

resource "aws_lakeformation_permissions" "crawler_location" {
  principal   = aws_iam_role.crawler.arn
  permissions = ["DATA_LOCATION_ACCESS"]

  data_location {
    arn = aws_lakeformation_resource.layer["gold"].arn
  }

  depends_on = [aws_lakeformation_data_lake_settings.this]
}

# ---- Who sees what

resource "aws_lakeformation_data_cells_filter" "silver" {
  for_each = local.granted

  table_data {
    table_catalog_id = local.account
    database_name    = aws_glue_catalog_database.layer["silver"].name
    table_name       = aws_glue_catalog_table.silver[each.key].name
    name             = "readers"
    # A list of what is granted, not of what is kept back: a column that appears is hidden until a contract speaks of it.
    column_names = [for column in each.value : lower(column)]

    row_filter {
      filter_expression = lookup(var.row_filters, each.key, null)
      dynamic "all_rows_wildcard" {
        for_each = contains(keys(var.row_filters), each.key) ? [] : [true]
        content {}
      }
    }
  }
}

locals {
  reading = merge([for reader, arn in var.readers : { for source in keys(local.granted) : "${reader}-${source}" => { reader = reader, source = source } }]...)
  seeing  = { for pair in setproduct(keys(var.readers), local.layers) : "${pair[0]}-${pair[1]}" => { reader = pair[0], layer = pair[1] } }
}

resource "aws_lakeformation_permissions" "silver" {
  for_each = local.reading

  principal   = var.readers[each.value.reader]
  permissions = ["SELECT"]

  data_cells_filter {
    table_catalog_id = local.account
    database_name    = aws_glue_catalog_database.layer["silver"].name
    table_name       = aws_glue_catalog_table.silver[each.value.source].name
    name             = aws_lakeformation_data_cells_filter.silver[each.value.source].table_data[0].name
  }
}

resource "aws_lakeformation_permissions" "gold" {
  for_each = var.readers

  principal   = each.value
  permissions = ["SELECT", "DESCRIBE"]

  table {
    database_name = aws_glue_catalog_database.layer["gold"].name
    wildcard      = true
  }

  depends_on = [aws_lakeformation_data_lake_settings.this]
}

resource "aws_lakeformation_permissions" "database" {
  for_each = local.seeing

  principal   = var.readers[each.value.reader]
  permissions = ["DESCRIBE"]

  database {
    name = aws_glue_catalog_database.layer[each.value.layer].name
  }

  depends_on = [aws_lakeformation_data_lake_settings.this]
}

resource "aws_lakeformation_permissions" "default" {
  for_each = var.readers

  principal   = each.value
  permissions = ["DESCRIBE"]

  database {
    name = aws_glue_catalog_database.default.name
  }

  depends_on = [aws_lakeformation_data_lake_settings.this]
}

resource "aws_athena_workgroup" "this" {
  # checkov:skip=CKV_AWS_159:The scanner looks for a bucket of results; these Athena keeps itself, encrypted by a key of its own, for a day
  name        = var.name
  description = "SQL over silver and gold, by what Lake Formation grants"

  configuration {
    # A client cannot send results, or the query past the limit, elsewhere.
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.scan_limit_gb * 1073741824

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    # Athena keeps results for a day and hands them out by the same grants: no bucket of results to guard.
    managed_query_results_configuration {
      enabled = true
    }
  }

  tags = { component = "catalog" }
}
