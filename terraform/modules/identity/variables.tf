variable "name" {
  description = "What every name begins with, such as sluice-dev."
  type        = string
}

variable "cluster_name" {
  description = "The EKS cluster whose pods get these identities."
  type        = string
}

variable "cluster_arn" {
  description = "Its ARN: no other cluster's pods may take the roles."
  type        = string
}

variable "namespace" {
  description = "The Kubernetes namespace of the commands."
  type        = string
}

variable "layers" {
  description = "Folders of the lake bucket."
  type        = list(string)
}

variable "bucket_arns" {
  description = "ARNs of the buckets lake, landing and events."
  type        = map(string)
}

variable "key_arns" {
  description = "KMS keys of the buckets."
  type        = map(string)
}

variable "queue_arns" {
  description = "Queues of landed files by source."
  type        = map(string)
}

variable "secret_arns" {
  description = "Secrets that the cluster's secret operator hands to the commands' namespace."
  type        = list(string)
}

variable "secret_key_arns" {
  description = "KMS keys of those secrets."
  type        = list(string)
}

variable "analysts" {
  description = "ARNs of the roles (of single sign-on, say) that may become Analyst."
  type        = list(string)
}
