variable "name" {
  description = "What every name begins with, such as sluice-dev."
  type        = string
}

variable "environment" {
  description = "The value of the tag `environment` that costs are counted by."
  type        = string
}

variable "monthly_usd" {
  description = "What the environment may cost in a month; and what single services of it may."
  type        = object({ total = number, services = map(number) })
}

variable "emails" {
  description = "Who is told."
  type        = list(string)
}

variable "activate_tags" {
  description = "Tags by which the bill is split. AWS takes only tags it has seen on a bill, a day or so after the first apply, and only in the account that pays: empty until then."
  type        = set(string)
}
