# What it may cost, and who hears of it before the bill does.

resource "aws_ce_cost_allocation_tag" "this" {
  for_each = var.activate_tags

  tag_key = each.value
  status  = "Active"
}

locals {
  # A forecast comes early enough to act; what is spent is certain.
  alarms = { forecast = { type = "FORECASTED", percent = 100 }, spent = { type = "ACTUAL", percent = 80 } }
}

resource "aws_budgets_budget" "total" {
  name         = var.name
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.monthly_usd.total)
  limit_unit   = "USD"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:environment$%s", var.environment)]
  }

  dynamic "notification" {
    for_each = local.alarms
    content {
      notification_type          = notification.value.type
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
      comparison_operator        = "GREATER_THAN"
      subscriber_email_addresses = var.emails
    }
  }
}

# A total hides what grows: Kafka steady, S3 doubling.
resource "aws_budgets_budget" "service" {
  for_each = var.monthly_usd.services

  name         = "${var.name}-${lower(replace(each.key, "/[^A-Za-z0-9]+/", "-"))}"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(each.value)
  limit_unit   = "USD"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:environment$%s", var.environment)]
  }

  cost_filter {
    name   = "Service"
    values = [each.key]
  }

  dynamic "notification" {
    for_each = local.alarms
    content {
      notification_type          = notification.value.type
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
      comparison_operator        = "GREATER_THAN"
      subscriber_email_addresses = var.emails
    }
  }
}

# What no limit foresees: a day that costs much more than days like it.
resource "aws_ce_anomaly_monitor" "this" {
  name         = var.name
  monitor_type = "CUSTOM"
  monitor_specification = jsonencode({
    Tags = { Key = "environment", Values = [var.environment], MatchOptions = null }
    And  = null, CostCategories = null, Dimensions = null, Not = null, Or = null
  })
}

resource "aws_ce_anomaly_subscription" "this" {
  name             = var.name
  frequency        = "DAILY"
  monitor_arn_list = [aws_ce_anomaly_monitor.this.arn]

  threshold_expression {
    dimension {
      key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = ["GREATER_THAN_OR_EQUAL"]
      values        = [tostring(ceil(var.monthly_usd.total / 50))]
    }
  }

  dynamic "subscriber" {
    for_each = toset(var.emails)
    content {
      type    = "EMAIL"
      address = subscriber.value
    }
  }
}
