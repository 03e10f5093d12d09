terraform {
  # 1.11: write-only arguments, and S3's own lock.
  required_version = "~> 1.11"

  # Exact versions, which tests/schemas are of. Raise both together.
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.25.0"
    }
    helm = {
      source  = "hashicorp/helm"
      version = "3.1.1"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "2.38.0"
    }
  }

  # Bucket and key come from bootstrap/, once per account: terraform init -backend-config=bucket=...
  # No `encrypt`: it would ask S3 for a key of its own, and the bucket's default, bootstrap's key, would not be used.
  backend "s3" {
    key          = "sluice/dev.tfstate"
    region       = "eu-central-1"
    use_lockfile = true
  }
}
