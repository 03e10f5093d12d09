variable "name" {
  description = "What every name begins with, such as sluice-dev."
  type        = string
}

variable "bucket_prefix" {
  description = "What names of buckets begin with: all of AWS shares them."
  type        = string
}

variable "sources" {
  description = "The contracts' sources: for each, the folders of the landing bucket in which its files arrive."
  type        = map(list(string))
}

variable "landing_days" {
  description = "How long raw files stay. Bronze holds the same records; files of protected sources are plain text here and encrypted there, so shorter is safer."
  type        = number
}

variable "noncurrent_days" {
  description = "How long a deleted or overwritten object can be brought back. Whoever asks for a person's data to be erased waits for vacuum and then for this."
  type        = number
}

variable "audit_retention" {
  description = "Object Lock of the audit bucket. COMPLIANCE cannot be lifted by anyone, root included; GOVERNANCE can, with a permission of its own."
  type = object({
    mode = string
    days = number
  })

  validation {
    condition     = contains(["COMPLIANCE", "GOVERNANCE"], var.audit_retention.mode) && var.audit_retention.days >= 1
    error_message = "mode must be COMPLIANCE or GOVERNANCE, and days at least 1."
  }
}
