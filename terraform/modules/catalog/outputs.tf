output "granted" {
  description = "The columns that readers see, by source."
  value       = local.granted
}

output "workgroup" {
  description = "Where readers ask."
  value       = aws_athena_workgroup.this.name
}
