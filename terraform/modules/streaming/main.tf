# Events: Kafka on MSK, by TLS only, and by SASL/SCRAM: clients that are not AWS (telephony, shops) have no IAM to sign
# with, and Spark needs no jar for it.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition
}

# MSK takes SCRAM secrets only under a customer's key.
resource "aws_kms_key" "kafka" {
  description             = "Disks and users of ${var.name}'s Kafka"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = 30
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AccountDecidesByIam"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${local.account}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
  tags = { component = "streaming" }
}

resource "aws_kms_alias" "kafka" {
  name          = "alias/${var.name}-kafka"
  target_key_id = aws_kms_key.kafka.key_id
}

resource "aws_security_group" "kafka" {
  name        = "${var.name}-kafka"
  description = "Kafka's brokers"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-kafka", component = "streaming" }
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  security_group_id            = aws_security_group.kafka.id
  description                  = "SASL/SCRAM over TLS, from pods"
  referenced_security_group_id = var.client_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 9096
  to_port                      = 9096
}

resource "aws_cloudwatch_log_group" "kafka" {
  # checkov:skip=CKV_AWS_338:A broker's log helps while a fault is fresh; events themselves are in bronze
  # checkov:skip=CKV_AWS_158:Brokers' logs hold no event and no secret; CloudWatch encrypts them by its own key
  name              = "/sluice/${var.name}/kafka"
  retention_in_days = 30
  tags              = { component = "streaming" }
}

resource "aws_msk_configuration" "this" {
  # Another version of Kafka makes another configuration while this one stands: each needs a name of its own.
  name           = "${var.name}-${replace(var.kafka_version, ".", "-")}"
  kafka_versions = [var.kafka_version]
  # A topic is made on purpose. An event is acknowledged when two of three zones have it, and no broker that lags
  # becomes leader: otherwise the stream could lose what its sender believes delivered.
  server_properties = <<-PROPERTIES
    auto.create.topics.enable=false
    default.replication.factor=3
    min.insync.replicas=2
    unclean.leader.election.enable=false
    num.partitions=6
    log.retention.hours=${var.retention_hours}
  PROPERTIES

  lifecycle {
    # A configuration in use cannot be removed, so the next one is made first.
    create_before_destroy = true
  }
}

resource "aws_msk_cluster" "this" {
  cluster_name           = var.name
  kafka_version          = var.kafka_version
  number_of_broker_nodes = length(var.subnet_ids)

  broker_node_group_info {
    instance_type   = var.instance_type
    client_subnets  = var.subnet_ids
    security_groups = [aws_security_group.kafka.id]
    storage_info {
      ebs_storage_info {
        volume_size = var.volume_gb.first
      }
    }
  }

  configuration_info {
    arn      = aws_msk_configuration.this.arn
    revision = aws_msk_configuration.this.latest_revision
  }

  client_authentication {
    unauthenticated = false
    sasl {
      scram = true
    }
  }

  encryption_info {
    encryption_at_rest_kms_key_arn = aws_kms_key.kafka.arn
    encryption_in_transit {
      client_broker = "TLS"
      in_cluster    = true
    }
  }

  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled   = true
        log_group = aws_cloudwatch_log_group.kafka.name
      }
    }
  }

  tags = { component = "streaming" }

  lifecycle {
    # The disks grow by themselves, below.
    ignore_changes = [broker_node_group_info[0].storage_info[0].ebs_storage_info[0].volume_size]
  }
}

# A full disk stops a broker; a disk never shrinks again.
resource "aws_appautoscaling_target" "disk" {
  service_namespace  = "kafka"
  resource_id        = aws_msk_cluster.this.arn
  scalable_dimension = "kafka:broker-storage:VolumeSize"
  min_capacity       = 1
  max_capacity       = var.volume_gb.most
}

resource "aws_appautoscaling_policy" "disk" {
  name               = "${var.name}-kafka-disk"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.disk.service_namespace
  resource_id        = aws_appautoscaling_target.disk.resource_id
  scalable_dimension = aws_appautoscaling_target.disk.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value     = 60
    disable_scale_in = true
    predefined_metric_specification {
      predefined_metric_type = "KafkaBrokerStorageUtilization"
    }
  }
}

# ---- Users

# Passwords are made by AWS and written without passing through plan or state. A new one: raise the version.
ephemeral "aws_secretsmanager_random_password" "user" {
  for_each = var.users

  password_length     = 32
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "user" {
  # checkov:skip=CKV2_AWS_57:MSK takes up a changed secret by itself, but running streams do not: rotation is a step of the runbook (terraform/README.md), with the stream restarted after it
  for_each = var.users

  # MSK refuses any other beginning.
  name                    = "AmazonMSK_${var.name}-${each.key}"
  description             = "Kafka user ${each.key} of ${var.name}"
  kms_key_id              = aws_kms_key.kafka.arn
  recovery_window_in_days = 7
  tags                    = { component = "streaming" }
}

resource "aws_secretsmanager_secret_version" "user" {
  for_each = var.users

  secret_id = aws_secretsmanager_secret.user[each.key].id
  secret_string_wo = jsonencode({
    username = each.key
    password = ephemeral.aws_secretsmanager_random_password.user[each.key].random_password
  })
  secret_string_wo_version = 1
}

resource "aws_secretsmanager_secret_policy" "user" {
  for_each = var.users

  secret_arn = aws_secretsmanager_secret.user[each.key].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "MskReads"
      Effect    = "Allow"
      Principal = { Service = "kafka.amazonaws.com" }
      Action    = ["secretsmanager:GetSecretValue"]
      Resource  = aws_secretsmanager_secret.user[each.key].arn
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_msk_scram_secret_association" "this" {
  cluster_arn     = aws_msk_cluster.this.arn
  secret_arn_list = [for secret in aws_secretsmanager_secret.user : secret.arn]
  # An empty secret would be refused.
  depends_on = [aws_secretsmanager_secret_version.user, aws_secretsmanager_secret_policy.user]
}
