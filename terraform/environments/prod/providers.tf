locals {
  # On everything that AWS bills: who pays, what for, and where it comes from.
  tags = {
    project     = "sluice"
    environment = "prod"
    owner       = var.owner
    cost-center = var.cost_center
    managed-by  = "terraform"
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = local.tags
  }
}

# A token per call and none in a file: the cluster lets in whom its access entries name.
locals {
  token = {
    api_version = "client.authentication.k8s.io/v1beta1"
    command     = "aws"
    args        = ["eks", "get-token", "--cluster-name", module.environment.cluster.name]
  }
}

provider "kubernetes" {
  host                   = module.environment.cluster.endpoint
  cluster_ca_certificate = base64decode(module.environment.cluster.certificate)
  exec {
    api_version = local.token.api_version
    command     = local.token.command
    args        = local.token.args
  }
}

provider "helm" {
  kubernetes = {
    host                   = module.environment.cluster.endpoint
    cluster_ca_certificate = base64decode(module.environment.cluster.certificate)
    exec                   = local.token
  }
}
