# Development: everything that prod has, at the smallest size that works, and nothing that cannot be thrown away.
module "environment" {
  source = "../../modules/environment"

  name            = "dev"
  repository_root = "${path.root}/../../.."
  bucket_prefix   = var.bucket_prefix
  tags            = local.tags
  admins          = var.admins
  analysts        = var.analysts
  repository      = var.repository

  landing_days    = 30
  noncurrent_days = 7
  # A trail of made-up data that nobody could delete for seven years would be a cost and no evidence.
  audit_retention = { mode = "GOVERNANCE", days = 1 }

  network = {
    cidr         = "10.16.0.0/16"
    zones        = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    nat_gateways = 1
    api_cidrs    = var.api_cidrs
  }

  # 4 cores and 16 GiB: an executor of 3 cores and 12 GiB fits one with Kubernetes' own share (spark-apps).
  on_demand = { types = ["m7i.xlarge"], min = 3, max = 6 }
  spot      = { types = ["m7i.xlarge", "m7a.xlarge", "m6i.xlarge", "m6a.xlarge", "m5.xlarge", "m5a.xlarge"], max = 8 }

  kafka    = { instance_type = "kafka.t3.small", volume_gb = { first = 50, most = 100 }, retention_hours = 72 }
  database = { instance_class = "db.t4g.micro", multi_az = false, backup_days = 1, deletion_protection = false }

  row_filters = {}

  budget = {
    total = 1500
    services = {
      "Amazon Simple Storage Service"                   = 100
      "Amazon Elastic Compute Cloud - Compute"          = 700
      "Amazon Managed Streaming for Apache Kafka"       = 200
      "Amazon Elastic Container Service for Kubernetes" = 100
    }
    emails        = var.emails
    activate_tags = var.activate_tags
  }
}
