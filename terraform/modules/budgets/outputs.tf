output "limits" {
  description = "Monthly limits in USD."
  value       = { for budget in concat([aws_budgets_budget.total], values(aws_budgets_budget.service)) : budget.name => budget.limit_amount }
}
