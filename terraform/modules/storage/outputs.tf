output "layers" {
  description = "Folders of the lake bucket."
  value       = local.layers
}

output "buckets" {
  description = "Bucket names by what they hold: lake, landing, events, audit."
  value       = local.buckets
}

output "bucket_arns" {
  description = "The same, as ARNs; known before the buckets exist."
  value       = local.arns
}

output "key_arns" {
  description = "The KMS key of each bucket."
  value       = { for bucket, key in aws_kms_key.bucket : bucket => key.arn }
}

output "queue_arns" {
  description = "The queue of landed files of each source."
  value       = { for source, queue in aws_sqs_queue.landed : source => queue.arn }
}
