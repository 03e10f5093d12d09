output "name" {
  description = "The cluster's name."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "Its ARN."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "Its API."
  value       = aws_eks_cluster.this.endpoint
}

output "certificate" {
  description = "The API's certificate authority, in Base64."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "vpc_id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "subnet_ids" {
  description = "Private subnets by zone."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
}

output "security_group_id" {
  description = "The group that all nodes and pods share."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "key_arn" {
  description = "The key of secrets, disks and logs."
  value       = aws_kms_key.cluster.arn
}

output "ready" {
  description = "Known when pods can run: what is installed into the cluster waits for it, and is taken out before any of it goes."
  value = concat(
    [for group in aws_eks_node_group.this : group.arn],
    [for addon in aws_eks_addon.after_nodes : addon.arn],
    # Terraform's own right to install and to take out.
    [for association in aws_eks_access_policy_association.admin : association.id],
  )
}
