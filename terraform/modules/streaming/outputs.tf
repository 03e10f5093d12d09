output "bootstrap_brokers" {
  description = "What clients connect to, by SASL/SCRAM over TLS."
  value       = aws_msk_cluster.this.bootstrap_brokers_sasl_scram
}

output "secret_arns" {
  description = "The users' secrets."
  value       = [for secret in aws_secretsmanager_secret.user : secret.arn]
}

output "key_arn" {
  description = "The key of the users' secrets."
  value       = aws_kms_key.kafka.arn
}
