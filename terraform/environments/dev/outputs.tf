output "environment" {
  description = "What conf/environments, spark-apps and people need to know."
  value       = module.environment
}
