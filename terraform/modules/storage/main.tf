# Where data lies: the lake, the landing bucket, Spark's event logs and the audit trail; and the queues that tell of
# landed files.
#
# The lake is one bucket with a folder per layer, not a bucket per layer: commands know one `lake.root`, and who may
# read or write a layer is said by prefix (module identity). See docs/decisions/0051-one-lake-bucket.md.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  # io.sluice.table.Lake.LAYERS; tests hold them equal.
  layers = ["bronze", "silver", "quarantine", "gold", "models", "predictions", "ops"]

  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  region    = data.aws_region.this.region

  # Names are made here and not read from resources, so that policies are known before anything exists.
  buckets = { for bucket in ["lake", "landing", "events", "audit"] : bucket => "${var.bucket_prefix}-${bucket}" }
  arns    = { for bucket, name in local.buckets : bucket => "arn:${local.partition}:s3:::${name}" }
  trail   = "arn:${local.partition}:cloudtrail:${local.region}:${local.account}:trail/${var.name}"

  # Folders of landed files, each with the source whose queue hears of it.
  arrivals = flatten([for source, folders in var.sources : [for folder in folders : { source = source, folder = folder }]])

  # Services that use a bucket's key besides the roles of module identity, which are allowed in their own policies.
  key_users = {
    lake    = []
    landing = [{ service = "s3.amazonaws.com", actions = ["kms:GenerateDataKey", "kms:Decrypt"], source = local.arns.landing }]
    events  = []
    audit   = [{ service = "cloudtrail.amazonaws.com", actions = ["kms:GenerateDataKey*", "kms:DescribeKey"], source = local.trail }]
  }
}

# A key per bucket: taking one away closes one bucket, and the audit trail's readers need not be the lake's.
resource "aws_kms_key" "bucket" {
  for_each = local.buckets

  description             = "Objects of ${each.value}"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = 30
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      # Without this no IAM policy of the account could allow the key's use, and nobody could fix this policy.
      Sid       = "AccountDecidesByIam"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
      Action    = "kms:*"
      Resource  = "*"
      }], [for user in local.key_users[each.key] : {
      Sid       = "Service"
      Effect    = "Allow"
      Principal = { Service = user.service }
      Action    = user.actions
      Resource  = "*"
      # A service acts for anybody who asks it to: only what it does for this account's own resource is meant.
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = user.source }
      }
    }])
  })
  tags = { component = "storage" }
}

resource "aws_kms_alias" "bucket" {
  for_each = local.buckets

  name          = "alias/${each.value}"
  target_key_id = aws_kms_key.bucket[each.key].key_id
}

resource "aws_s3_bucket" "this" {
  for_each = local.buckets

  # checkov:skip=CKV_AWS_18:CloudTrail's data events record who read and wrote which object, with the role's session; access logs would tell it a second time, without it
  # checkov:skip=CKV_AWS_144:A second region doubles the largest line of the bill. Versions and Object Lock guard against mistakes; the landing files' senders against the loss of a region
  # checkov:skip=CKV2_AWS_62:Only the landing bucket has somebody to tell; its notification is below
  # checkov:skip=CKV2_AWS_61:Every bucket has a lifecycle below; the scanner does not follow for_each
  # checkov:skip=CKV2_AWS_6:Every bucket has its public access blocked below; the scanner does not follow for_each
  # checkov:skip=CKV_AWS_145:Every bucket is encrypted by its own key below; the scanner does not follow for_each
  # checkov:skip=CKV_AWS_21:Every bucket has versioning below; the scanner does not follow for_each
  bucket              = each.value
  object_lock_enabled = each.key == "audit"
  tags                = { component = "storage", data = each.key }

  lifecycle {
    # A plan that replaces a bucket is a mistake; who means it edits this line first.
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  rule {
    # No ACLs: policies alone say who may do what.
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = aws_s3_bucket.this

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.bucket[each.key].arn
    }
    # One data key for many objects: KMS requests would otherwise cost more than the objects' own.
    bucket_key_enabled = true
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "OnlyByTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.arns[each.key], "${local.arns[each.key]}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }], each.key != "audit" ? [] : [{
      Sid       = "TrailLooks"
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = "s3:GetBucketAcl"
      Resource  = local.arns.audit
      Condition = { StringEquals = { "aws:SourceArn" = local.trail } }
      }, {
      Sid       = "TrailWrites"
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${local.arns.audit}/AWSLogs/${local.account}/*"
      Condition = { StringEquals = { "aws:SourceArn" = local.trail, "s3:x-amz-acl" = "bucket-owner-full-control" } }
    }])
  })
  depends_on = [aws_s3_bucket_public_access_block.this]
}

# Colder tiers. A table's files must be readable at once whatever their age (a backfill or an audit asks for old days
# without warning), so only tiers without a thaw are used for them: Intelligent-Tiering, Glacier Instant Retrieval.
# Tables' own rows are never expired here: what a table no longer names, vacuum deletes.
resource "aws_s3_bucket_lifecycle_configuration" "lake" {
  bucket = aws_s3_bucket.this["lake"].id

  # Bronze is read once by refine, and again only by a replay or a backfill.
  rule {
    id     = "bronze-cold"
    status = "Enabled"
    filter {
      prefix = "bronze/"
    }
    transition {
      days          = 30
      storage_class = "GLACIER_IR"
    }
  }

  # What is read of the others follows what people ask, so S3 watches it; ops is read every night. Objects below 128 KiB (Delta's logs) stay where
  # they are: they would cost more to watch than to keep.
  dynamic "rule" {
    for_each = setsubtract(local.layers, ["bronze", "ops"])
    content {
      id     = "${rule.value}-tiering"
      status = "Enabled"
      filter {
        prefix = "${rule.value}/"
      }
      transition {
        days          = 30
        storage_class = "INTELLIGENT_TIERING"
      }
    }
  }

  rule {
    id     = "forget"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_days
    }
    expiration {
      expired_object_delete_marker = true
    }
    # A driver that dies leaves its uploads half done; they are invisible and billed.
    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }

  # Versions and rules that speak of them are refused before versioning is on.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "landing" {
  bucket = aws_s3_bucket.this["landing"].id

  rule {
    id     = "forget"
    status = "Enabled"
    filter {}
    expiration {
      days = var.landing_days
    }
    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_days
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "events" {
  bucket = aws_s3_bucket.this["events"].id

  # Long enough to compare a slow run with one of the last quarter.
  rule {
    id     = "forget"
    status = "Enabled"
    filter {}
    expiration {
      days = 90
    }
    noncurrent_version_expiration {
      noncurrent_days = 1
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "audit" {
  bucket = aws_s3_bucket.this["audit"].id

  # Nobody reads a trail until somebody must, and then half a day's thaw is no matter.
  rule {
    id     = "cold"
    status = "Enabled"
    filter {}
    transition {
      days          = 90
      storage_class = "DEEP_ARCHIVE"
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }

  # Object Lock refuses what would come too early; this asks only after it has run out.
  rule {
    id     = "forget"
    status = "Enabled"
    filter {}
    expiration {
      days = var.audit_retention.days + 90
    }
    noncurrent_version_expiration {
      noncurrent_days = var.audit_retention.days + 90
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_object_lock_configuration" "audit" {
  bucket = aws_s3_bucket.this["audit"].id

  rule {
    default_retention {
      mode = var.audit_retention.mode
      days = var.audit_retention.days
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

# Who read or wrote which object. Management events of the account (who changed a policy) go to the same trail.
resource "aws_cloudtrail" "this" {
  # checkov:skip=CKV_AWS_252:Nobody waits for the trail's files; what must wake somebody is in Prometheus and in the budgets
  # checkov:skip=CKV2_AWS_10:The trail is evidence, kept under lock in S3; a copy in CloudWatch Logs could be deleted and costs as much again
  name                          = var.name
  s3_bucket_name                = aws_s3_bucket.this["audit"].id
  kms_key_id                    = aws_kms_key.bucket["audit"].arn
  enable_log_file_validation    = true
  include_global_service_events = true
  is_multi_region_trail         = true

  advanced_event_selector {
    name = "Changes to the account"
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }

  advanced_event_selector {
    name = "Objects of lake and landing"
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }
    field_selector {
      field       = "resources.ARN"
      starts_with = ["${local.arns.lake}/", "${local.arns.landing}/"]
    }
  }

  tags       = { component = "audit" }
  depends_on = [aws_s3_bucket_policy.this]
}

# Landed files are told by event, a queue per source, since listing the landing bucket costs more with every file that
# ever arrived. A new contract brings its queue with it.
resource "aws_sqs_queue" "dead_letters" {
  for_each = var.sources

  name                      = "${var.name}-landed-${each.key}-dead"
  kms_master_key_id         = aws_kms_key.bucket["landing"].arn
  message_retention_seconds = 1209600
  tags                      = { component = "storage" }
}

resource "aws_sqs_queue" "landed" {
  for_each = var.sources

  name              = "${var.name}-landed-${each.key}"
  kms_master_key_id = aws_kms_key.bucket["landing"].arn
  # As long as the longest ingest may take with one batch: what is not deleted by then is handed out again, and
  # ingest knows files it has had.
  visibility_timeout_seconds = 3600
  # A weekend and a holiday without a run lose nothing.
  message_retention_seconds = 1209600
  receive_wait_time_seconds = 20
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[each.key].arn
    maxReceiveCount     = 5
  })
  tags = { component = "storage" }
}

resource "aws_sqs_queue_policy" "landed" {
  for_each = var.sources

  queue_url = aws_sqs_queue.landed[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "LandingBucketTells"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.landed[each.key].arn
      Condition = {
        ArnEquals    = { "aws:SourceArn" = local.arns.landing }
        StringEquals = { "aws:SourceAccount" = local.account }
      }
    }]
  })
}

resource "aws_s3_bucket_notification" "landing" {
  bucket = aws_s3_bucket.this["landing"].id

  dynamic "queue" {
    for_each = local.arrivals
    content {
      id            = replace(trim(queue.value.folder, "/"), "/", "-")
      queue_arn     = aws_sqs_queue.landed[queue.value.source].arn
      events        = ["s3:ObjectCreated:*"]
      filter_prefix = queue.value.folder
    }
  }

  depends_on = [aws_sqs_queue_policy.landed]
}
