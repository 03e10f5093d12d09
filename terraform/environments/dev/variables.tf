variable "account_id" {
  description = "The AWS account; an apply anywhere else is refused."
  type        = string
}

variable "bucket_prefix" {
  description = "What names of buckets begin with. All of AWS shares them, so it is yours alone; conf/environments names them too."
  type        = string
}

variable "owner" {
  description = "Who answers for it: the tag `owner`."
  type        = string
}

variable "cost_center" {
  description = "Who pays: the tag `cost-center`."
  type        = string
}

variable "admins" {
  description = "ARNs of the roles that administer cluster and grants; the one that runs Terraform among them."
  type        = list(string)
}

variable "analysts" {
  description = "ARNs of the roles that may become Analyst."
  type        = list(string)
}

variable "api_cidrs" {
  description = "From where the Kubernetes API is reached; empty for the network alone."
  type        = list(string)
}

variable "emails" {
  description = "Who hears of budgets."
  type        = list(string)
}

variable "repository" {
  description = "The git repository that Argo CD and Airflow read, and what of it."
  type        = object({ url = string, revision = string })
}

variable "activate_tags" {
  description = "Tags to split the bill by; empty until AWS has seen them on a bill."
  type        = set(string)
  default     = []
}
