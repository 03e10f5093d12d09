output "buckets" {
  description = "lake.root, landing.root and spark.eventLog.dir of conf/environments."
  value       = module.storage.buckets
}

output "cluster" {
  description = "What kubectl and the providers connect to."
  value = {
    name        = module.cluster.name
    endpoint    = module.cluster.endpoint
    certificate = module.cluster.certificate
  }
}

output "roles" {
  description = "Roles of commands and people."
  value       = module.identity.role_arns
}

output "kafka" {
  description = "Brokers, by SASL/SCRAM over TLS."
  value       = module.streaming.bootstrap_brokers
}

output "lineage_url" {
  description = "lineage.url of conf/environments."
  value       = module.platform.lineage_url
}

output "granted_columns" {
  description = "What analysts see of silver, by source."
  value       = module.catalog.granted
}

output "workgroup" {
  description = "Where analysts ask."
  value       = module.catalog.workgroup
}

output "charts" {
  description = "Charts and versions."
  value       = module.platform.charts
}

output "limits_usd" {
  description = "Monthly limits."
  value       = module.budgets.limits
}
