# Production: three zones that do not depend on each other, evidence that nobody can delete, room to grow.
module "environment" {
  source = "../../modules/environment"

  name            = "prod"
  repository_root = "${path.root}/../../.."
  bucket_prefix   = var.bucket_prefix
  tags            = local.tags
  admins          = var.admins
  analysts        = var.analysts
  repository      = var.repository

  landing_days    = 90
  noncurrent_days = 14
  # Seven years of 365.25 days, which nobody can shorten, root included.
  audit_retention = { mode = "COMPLIANCE", days = 2557 }

  network = {
    cidr         = "10.32.0.0/16"
    zones        = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    nat_gateways = 3
    api_cidrs    = var.api_cidrs
  }

  # 4 cores and 16 GiB: an executor of 3 cores and 12 GiB fits one with Kubernetes' own share (spark-apps).
  on_demand = { types = ["m7i.xlarge"], min = 3, max = 20 }
  # Forty executors each of two runs at once (spark-apps/overlays/prod).
  spot = { types = ["m7i.xlarge", "m7a.xlarge", "m6i.xlarge", "m6a.xlarge", "m5.xlarge", "m5a.xlarge"], max = 80 }

  kafka    = { instance_type = "kafka.m7g.large", volume_gb = { first = 200, most = 2000 }, retention_hours = 168 }
  database = { instance_class = "db.t4g.medium", multi_az = true, backup_days = 14, deletion_protection = true }

  # Orders of the personnel department are for it alone.
  row_filters = { purchase_orders = "department <> 'hr'" }

  budget = {
    total = 9000
    services = {
      "Amazon Simple Storage Service"                   = 1500
      "Amazon Elastic Compute Cloud - Compute"          = 4500
      "Amazon Managed Streaming for Apache Kafka"       = 900
      "Amazon Elastic Container Service for Kubernetes" = 100
    }
    emails        = var.emails
    activate_tags = var.activate_tags
  }
}
