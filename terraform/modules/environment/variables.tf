variable "name" {
  description = "dev or prod."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.name))
    error_message = "a short name in small letters: it is part of bucket names."
  }
}

variable "bucket_prefix" {
  description = "What names of buckets begin with. All of AWS shares them, so it is yours alone: a company's name, say."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$", var.bucket_prefix))
    error_message = "3 to 40 small letters, digits and hyphens: S3 takes 63 for a bucket's whole name."
  }
}

variable "repository_root" {
  description = "The folder that holds conf/ and terraform/."
  type        = string
}

variable "tags" {
  description = "The provider's default tags."
  type        = map(string)
}

variable "landing_days" {
  description = "How long raw files stay."
  type        = number
}

variable "noncurrent_days" {
  description = "How long deleted objects can be brought back."
  type        = number
}

variable "audit_retention" {
  description = "Object Lock of the audit trail."
  type        = object({ mode = string, days = number })
}

variable "network" {
  description = "The network's range and zones, its NAT gateways, and from where the Kubernetes API is reached."
  type        = object({ cidr = string, zones = list(string), nat_gateways = number, api_cidrs = list(string) })

  validation {
    condition     = alltrue([for cidr in var.network.api_cidrs : tonumber(split("/", cidr)[1]) >= 16])
    error_message = "api_cidrs names single networks, none wider than /16: the Kubernetes API is not for everybody."
  }
}

variable "admins" {
  description = "ARNs of the roles that administer cluster and grants; the one that runs Terraform among them."
  type        = list(string)

  validation {
    condition     = length(var.admins) > 0
    error_message = "without an administrator nobody, Terraform included, gets into the cluster."
  }
}

variable "analysts" {
  description = "ARNs of the roles that may become Analyst."
  type        = list(string)
}

variable "on_demand" {
  description = "Nodes for drivers, servers and platform."
  type        = object({ types = list(string), min = number, max = number })
}

variable "spot" {
  description = "Nodes for executors."
  type        = object({ types = list(string), max = number })
}

variable "kafka" {
  description = "Brokers' size and disks, and how long events stay."
  type = object({
    instance_type   = string
    volume_gb       = object({ first = number, most = number })
    retention_hours = number
  })
}

variable "database" {
  description = "Databases of Airflow and Marquez."
  type        = object({ instance_class = string, multi_az = bool, backup_days = number, deletion_protection = bool })
}

variable "row_filters" {
  description = "By source: which rows analysts see."
  type        = map(string)
}

variable "budget" {
  description = "Limits in USD a month, who hears of them, and tags to split the bill by (empty for the first days)."
  type = object({
    total         = number
    services      = map(number)
    emails        = list(string)
    activate_tags = set(string)
  })
}

variable "repository" {
  description = "Where Argo CD and Airflow take manifests and DAGs from."
  type        = object({ url = string, revision = string })
}
