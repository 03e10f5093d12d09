# An environment: the seven modules wired together, so that dev and prod differ in numbers and in nothing else.

locals {
  name      = "sluice-${var.name}"
  namespace = "sluice"

  # Sources, where their files land and which fields are protected: the contracts say so, for the commands and for this.
  contracts = { for file in fileset("${var.repository_root}/conf/contracts", "*.yaml") :
    trimsuffix(file, ".yaml") => yamldecode(file("${var.repository_root}/conf/contracts/${file}"))
  }
  arrivals = { for source, contract in local.contracts : source => flatten([
    for property in contract.customProperties : [for arrival in property.value : arrival.location] if property.property == "arrivals"
  ]) }

  # What the commands build of those contracts, as schedulers read it too; a test holds it equal to the code.
  marts = jsondecode(file("${var.repository_root}/airflow-dags/graph.json")).marts[*].name
}

module "storage" {
  source = "../storage"

  name            = local.name
  bucket_prefix   = "${var.bucket_prefix}-${var.name}"
  sources         = local.arrivals
  landing_days    = var.landing_days
  noncurrent_days = var.noncurrent_days
  audit_retention = var.audit_retention
}

module "cluster" {
  source = "../cluster"

  name               = local.name
  kubernetes_version = "1.35"
  cidr               = var.network.cidr
  zones              = var.network.zones
  nat_gateways       = var.network.nat_gateways
  api_cidrs          = var.network.api_cidrs
  admins             = var.admins
  on_demand          = var.on_demand
  spot               = var.spot
  addons             = {}
  tags               = var.tags
}

module "streaming" {
  source = "../streaming"

  name                     = local.name
  vpc_id                   = module.cluster.vpc_id
  subnet_ids               = values(module.cluster.subnet_ids)
  client_security_group_id = module.cluster.security_group_id
  kafka_version            = "3.9.x.kraft"
  instance_type            = var.kafka.instance_type
  volume_gb                = var.kafka.volume_gb
  retention_hours          = var.kafka.retention_hours
  # Who sends and who reads: a sender that is broken into reads nothing of others by this user's name.
  users = ["producer", "sluice"]
}

module "platform" {
  source = "../platform"

  name                     = local.name
  environment              = var.name
  cluster_name             = module.cluster.name
  cluster_arn              = module.cluster.arn
  cluster_ready            = module.cluster.ready
  namespace                = local.namespace
  vpc_id                   = module.cluster.vpc_id
  subnet_ids               = values(module.cluster.subnet_ids)
  client_security_group_id = module.cluster.security_group_id
  key_arn                  = module.cluster.key_arn
  events = {
    name    = module.storage.buckets.events
    arn     = module.storage.bucket_arns.events
    key_arn = module.storage.key_arns.events
  }
  database   = var.database
  repository = var.repository
  gitops     = "${var.repository_root}/terraform/gitops/${var.name}"
}

module "identity" {
  source = "../identity"

  name            = local.name
  cluster_name    = module.cluster.name
  cluster_arn     = module.cluster.arn
  namespace       = local.namespace
  layers          = module.storage.layers
  bucket_arns     = module.storage.bucket_arns
  key_arns        = module.storage.key_arns
  queue_arns      = module.storage.queue_arns
  secret_arns     = concat([module.platform.privacy_key_secret_arn], module.streaming.secret_arns)
  secret_key_arns = [module.cluster.key_arn, module.streaming.key_arn]
  analysts        = var.analysts
}

module "catalog" {
  source = "../catalog"

  name      = local.name
  contracts = local.contracts
  marts     = local.marts
  lake = {
    name    = module.storage.buckets.lake
    arn     = module.storage.bucket_arns.lake
    key_arn = module.storage.key_arns.lake
  }
  admins        = var.admins
  readers       = { Analyst = module.identity.role_arns.Analyst }
  row_filters   = var.row_filters
  scan_limit_gb = 100
}

module "budgets" {
  source = "../budgets"

  name          = local.name
  environment   = var.name
  monthly_usd   = { total = var.budget.total, services = var.budget.services }
  emails        = var.budget.emails
  activate_tags = var.budget.activate_tags
}
