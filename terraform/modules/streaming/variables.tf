variable "name" {
  description = "What every name begins with, such as sluice-dev."
  type        = string
}

variable "vpc_id" {
  description = "The network of cluster and brokers."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, a broker in each."
  type        = list(string)
}

variable "client_security_group_id" {
  description = "The group whose members may talk to the brokers."
  type        = string
}

variable "kafka_version" {
  description = "The brokers' version, as MSK spells it."
  type        = string
}

variable "instance_type" {
  description = "The brokers' size."
  type        = string
}

variable "volume_gb" {
  description = "Disk of a broker at first; and the most it grows to."
  type        = object({ first = number, most = number })
}

variable "retention_hours" {
  description = "How long events stay: how long the stream may stand still without a loss."
  type        = number
}

variable "users" {
  description = "SCRAM users, each with a secret of its own."
  type        = set(string)
}
