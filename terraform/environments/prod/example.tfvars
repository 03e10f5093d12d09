# Copy to terraform.tfvars (not committed) and fill in.
account_id  = "111122223333"
owner       = "data-platform@example.com"
cost_center = "4711"
admins      = ["arn:aws:iam::111122223333:role/platform-engineer"]
analysts    = ["arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Analyst_0123456789abcdef"]
api_cidrs   = ["203.0.113.0/24"]
emails      = ["data-platform@example.com"]
repository  = { url = "https://git.example.com/data/sluice.git", revision = "v0.1.0" }

# Names of buckets are all of AWS's: take one of your own, and name it in conf/environments too. A test holds them equal.
bucket_prefix = "example-sluice"
