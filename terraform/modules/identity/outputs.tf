output "role_arns" {
  description = "The roles of commands and people, by name."
  value       = merge({ for role, made in aws_iam_role.data : role => made.arn }, { Analyst = aws_iam_role.analyst.arn })
}
