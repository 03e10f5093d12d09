variable "name" {
  description = "What every name begins with, such as sluice-dev."
  type        = string
}

variable "kubernetes_version" {
  description = "The EKS version. Standard support ends 14 months after EKS brought it; extended support costs six times as much."
  type        = string
}

variable "cidr" {
  description = "The network's address range, a /16."
  type        = string
}

variable "zones" {
  description = "Three availability zones. Named, and not asked of AWS: a zone that AWS adds would move subnets."
  type        = list(string)

  validation {
    condition     = length(var.zones) == 3
    error_message = "three: Kafka keeps a copy of an event in each."
  }
}

variable "nat_gateways" {
  description = "One for all zones, or one per zone: a zone's loss then takes no other with it, for about 35 USD a month each."
  type        = number
}

variable "api_cidrs" {
  description = "Addresses from which the Kubernetes API is reached from outside. Empty: only from inside the network (VPN, peering)."
  type        = list(string)
}

variable "admins" {
  description = "ARNs of the roles that administer the cluster."
  type        = list(string)
}

variable "on_demand" {
  description = "Nodes for drivers, servers and the platform itself."
  type        = object({ types = list(string), min = number, max = number })
}

variable "spot" {
  description = "Nodes for executors. Many types of one shape: spot capacity is per type, and is taken away per type."
  type        = object({ types = list(string), max = number })
}

variable "addons" {
  description = "Versions of EKS add-ons; null takes EKS' default for the cluster's version."
  type        = map(string)
}

variable "tags" {
  description = "The provider's default tags once more: instances and volumes are made by EC2, which does not know them."
  type        = map(string)
}
