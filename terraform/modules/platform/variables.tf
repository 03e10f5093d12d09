variable "name" {
  description = "What every name begins with, such as sluice-dev."
  type        = string
}

variable "environment" {
  description = "The overlay of spark-apps that Airflow starts commands by: dev or prod."
  type        = string
}

variable "cluster_name" {
  description = "The EKS cluster to install into."
  type        = string
}

variable "cluster_arn" {
  description = "Its ARN: no other cluster's pods may take the scheduler's role."
  type        = string
}

variable "cluster_ready" {
  description = "Known when pods can run; everything here waits for it."
  type        = list(string)
}

variable "namespace" {
  description = "The Kubernetes namespace of the commands (spark-apps/base/namespace.yaml)."
  type        = string
}

variable "vpc_id" {
  description = "The network of the databases."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of the databases."
  type        = list(string)
}

variable "client_security_group_id" {
  description = "The group whose members may talk to the databases."
  type        = string
}

variable "key_arn" {
  description = "The key of disks, databases and the platform's secrets."
  type        = string
}

variable "events" {
  description = "The bucket of logs: Spark's event logs, and Airflow's task logs below `airflow/`."
  type        = object({ name = string, arn = string, key_arn = string })
}

variable "database" {
  description = "Size and safety of the databases of Airflow and Marquez."
  type        = object({ instance_class = string, multi_az = bool, backup_days = number, deletion_protection = bool })
}

variable "repository" {
  description = "The git repository that Argo CD and Airflow take manifests and DAGs from, and what of it: a branch or tag."
  type        = object({ url = string, revision = string })
}

variable "gitops" {
  description = "Folder of the environment's Argo CD applications."
  type        = string
}
