# Who may do what with data. A role's rights are one entry of `roles`: which folders it reads, writes and deletes in.
# Everything else (KMS, listings, the trust in a service account) follows from it, so that no right can be given
# by halves. tests/test_policies.py simulates each role over the policies as Terraform evaluates them.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
  lake      = var.bucket_arns.lake

  # Lake.open probes, in every command, whether the store honours conditional writes.
  probe = "_probe"
  # A backfill notes beside the layers which of its steps are done (io.sluice.table.BackfillJournal).
  worked = concat(var.layers, ["_work"])

  roles = {
    # Untrusted bytes pass through it, so it is kept furthest from what people read: it can neither change nor delete
    # a bronze file that is there.
    DataIngestor = {
      service_account = "ingestor"
      landing         = true
      # And silver's logs, which tell after a crash whether silver has handled more than bronze still holds.
      read  = ["bronze", "ops", "silver/*/_delta_log"]
      write = ["bronze", "ops"]
      # Old log entries of the tables it commits to; their files it cannot delete.
      delete = ["bronze/*/_delta_log", "ops/*/_delta_log"]
    }
    # Runs the nightly path, backfill and maintain (which deletes what tables no longer name).
    PipelineOperator = {
      service_account = "operator"
      landing         = true
      read            = local.worked
      write           = local.worked
      delete          = local.worked
    }
    # Models' commands, and people's notebooks and experiments. Silver's restricted fields are tokens or ciphertext, and
    # it has no key. Of ops it has what every command keeps: an account of its runs and of what checks said.
    DataScientist = {
      service_account = "scientist"
      landing         = false
      read            = ["gold", "silver", "models", "predictions", "ops/runs", "ops/check_results"]
      write           = ["models", "predictions", "ops/runs", "ops/check_results"]
      delete          = ["models", "predictions", "ops/runs/_delta_log", "ops/check_results/_delta_log"]
    }
  }

  read   = ["s3:GetObject"]
  write  = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
  delete = ["s3:DeleteObject"]

  policies = { for role, rights in local.roles : role => jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid    = "Read"
      Effect = "Allow"
      Action = local.read
      # The layer's own key too: Hadoop asks for it to learn whether it is a folder.
      Resource = flatten([for layer in concat(rights.read, [local.probe]) : ["${local.lake}/${layer}", "${local.lake}/${layer}/*"]])
      }, {
      Sid      = "Write"
      Effect   = "Allow"
      Action   = local.write
      Resource = [for layer in concat(rights.write, [local.probe]) : "${local.lake}/${layer}/*"]
      }, {
      # A deleted object stays as a version until the lifecycle forgets it: no role may delete versions.
      Sid      = "Delete"
      Effect   = "Allow"
      Action   = local.delete
      Resource = [for folder in concat(rights.delete, [local.probe]) : "${local.lake}/${folder}/*"]
      }, {
      Sid      = "List"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [local.lake]
      # IfExists: when a file is asked for that is not there, S3 answers "not found" only to who may list, and asks
      # that without a prefix; Delta asks so for every commit to come. A listing of the whole bucket, which names no
      # prefix either, is thereby open to each role: file names are no secret, their content is.
      Condition = { StringLikeIfExists = { "s3:prefix" = [for layer in concat(rights.read, [local.probe]) : "${layer}/*"] } }
      }, {
      Sid    = "EventLogs"
      Effect = "Allow"
      Action = concat(local.read, local.write, local.delete)
      # Rolling logs, as conf/environments asks for: Airflow's, beside them, are out of reach.
      Resource = ["${var.bucket_arns.events}/eventlog_v2_*"]
      }, {
      Sid      = "ListEventLogs"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [var.bucket_arns.events]
      }, {
      Sid      = "Keys"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = concat([var.key_arns.lake, var.key_arns.events], rights.landing ? [var.key_arns.landing] : [])
      # Through the services that hold the objects and messages, never on bytes of one's own.
      Condition = { StringLike = { "kms:ViaService" = concat(["s3.*.amazonaws.com"], rights.landing ? ["sqs.*.amazonaws.com"] : []) } }
      }], rights.landing ? [{
      Sid      = "ReadLanded"
      Effect   = "Allow"
      Action   = local.read
      Resource = ["${var.bucket_arns.landing}/*"]
      }, {
      Sid      = "ListLanded"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [var.bucket_arns.landing]
      }, {
      Sid      = "HearOfLanded"
      Effect   = "Allow"
      Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
      Resource = values(var.queue_arns)
    }] : [])
  }) }

  # Pods of one service account of one namespace of one cluster, as the pod identity agent vouches for them.
  trust = { for role, rights in local.roles : role => jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PodIdentity"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:SourceAccount"                         = local.account
          "aws:RequestTag/kubernetes-namespace"       = var.namespace
          "aws:RequestTag/kubernetes-service-account" = rights.service_account
        }
        ArnEquals = { "aws:SourceArn" = var.cluster_arn }
      }
    }]
  }) }

  # The secret operator reads the commands' secrets and nothing else of the account.
  secrets_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Read"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
      Resource = var.secret_arns
      }, {
      Sid       = "Keys"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = var.secret_key_arns
      Condition = { StringLike = { "kms:ViaService" = "secretsmanager.*.amazonaws.com" } }
    }]
  })
}

resource "aws_iam_role" "data" {
  for_each = local.roles

  name                 = "${var.name}-${each.key}"
  assume_role_policy   = local.trust[each.key]
  max_session_duration = 43200
  tags                 = { component = "identity" }
}

resource "aws_iam_role_policy" "data" {
  for_each = local.roles

  name   = "data"
  role   = aws_iam_role.data[each.key].id
  policy = local.policies[each.key]
}

resource "aws_eks_pod_identity_association" "data" {
  for_each = local.roles

  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = each.value.service_account
  role_arn        = aws_iam_role.data[each.key].arn
}

resource "aws_iam_role" "secrets" {
  name = "${var.name}-secrets"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PodIdentity"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:SourceAccount"                         = local.account
          "aws:RequestTag/kubernetes-namespace"       = "external-secrets"
          "aws:RequestTag/kubernetes-service-account" = "external-secrets"
        }
        ArnEquals = { "aws:SourceArn" = var.cluster_arn }
      }
    }]
  })
  tags = { component = "identity" }
}

resource "aws_iam_role_policy" "secrets" {
  name   = "secrets"
  role   = aws_iam_role.secrets.id
  policy = local.secrets_policy
}

resource "aws_eks_pod_identity_association" "secrets" {
  cluster_name    = var.cluster_name
  namespace       = "external-secrets"
  service_account = "external-secrets"
  role_arn        = aws_iam_role.secrets.arn
}

# People who ask by SQL. It has no right on any file: Lake Formation (module catalog) hands out the columns and rows it
# may see, query by query, which is what makes them binding.
resource "aws_iam_role" "analyst" {
  name = "${var.name}-Analyst"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "SignedIn"
      Effect    = length(var.analysts) > 0 ? "Allow" : "Deny"
      Principal = { AWS = length(var.analysts) > 0 ? var.analysts : ["arn:${local.partition}:iam::${local.account}:root"] }
      Action    = ["sts:AssumeRole"]
    }]
  })
  tags = { component = "identity" }
}

resource "aws_iam_role_policy" "analyst" {
  # checkov:skip=CKV_AWS_355:lakeformation:GetDataAccess knows no resource; Lake Formation's own grants say which tables
  name = "sql"
  role = aws_iam_role.analyst.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "AskLakeFormation"
      Effect   = "Allow"
      Action   = ["lakeformation:GetDataAccess"]
      Resource = "*"
      }, {
      Sid    = "SeeCatalog"
      Effect = "Allow"
      Action = ["glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"]
      Resource = [
        "arn:${local.partition}:glue:*:${local.account}:catalog",
        # Athena looks at it before every query, whichever database that names.
        "arn:${local.partition}:glue:*:${local.account}:database/default",
        "arn:${local.partition}:glue:*:${local.account}:database/${replace(var.name, "-", "_")}_*",
        "arn:${local.partition}:glue:*:${local.account}:table/${replace(var.name, "-", "_")}_*/*",
      ]
      }, {
      Sid    = "Ask"
      Effect = "Allow"
      Action = [
        "athena:GetWorkGroup", "athena:StartQueryExecution", "athena:StopQueryExecution",
        "athena:GetQueryExecution", "athena:GetQueryResults", "athena:ListQueryExecutions",
      ]
      Resource = ["arn:${local.partition}:athena:*:${local.account}:workgroup/${var.name}"]
    }]
  })
}
