output "charts" {
  description = "What is installed, by chart and version."
  value       = local.charts
}

output "lineage_url" {
  description = "Where OpenLineage events go: lineage.url of conf/environments."
  value       = local.lineage_url
}

output "privacy_key_secret_arn" {
  description = "The secret of the commands' privacy.key."
  value       = aws_secretsmanager_secret.privacy_key.arn
}
