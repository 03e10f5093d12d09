variable "name" {
  description = "What every name begins with, such as sluice-dev."
  type        = string
}

variable "contracts" {
  description = "The contracts (conf/contracts), decoded, by source."
  type        = any
}

variable "marts" {
  description = "The gold tables (io.sluice.mart.Marts)."
  type        = list(string)
}

variable "lake" {
  description = "The lake's bucket."
  type        = object({ name = string, arn = string, key_arn = string })
}

variable "admins" {
  description = "ARNs of the roles that may grant in Lake Formation: the one that runs Terraform among them."
  type        = list(string)
}

variable "readers" {
  description = "ARNs of the roles that read through the catalog, by name."
  type        = map(string)
}

variable "row_filters" {
  description = "By source: which rows readers see, as a condition in SQL over the contract's columns. A source not named here shows all."
  type        = map(string)
}

variable "scan_limit_gb" {
  description = "A query that would read more is stopped: 5 USD a terabyte adds up by mistake only."
  type        = number
}
