# What runs in the cluster besides the commands: the Spark operator that starts them, Airflow that schedules them,
# Prometheus and Grafana that watch them, Marquez that keeps lineage, External Secrets that brings them their key, the
# autoscaler, and Argo CD, which brings the commands' manifests (spark-apps/) from git.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  account   = data.aws_caller_identity.this.account_id
  partition = data.aws_partition.this.partition

  # One place for versions. A chart without an exact version changes under one's feet at the next apply.
  charts = {
    argo_cd            = "9.6.0"
    argocd_apps        = "2.0.2"
    spark_operator     = "2.5.1"
    airflow            = "1.22.0"
    prometheus         = "82.6.0"
    external_secrets   = "2.10.0"
    cluster_autoscaler = "9.59.0"
  }
  # The version that airflow-dags is locked and tested with; a test holds them equal.
  airflow_version = "3.3.2"
  marquez_image   = "marquezproject/marquez:0.51.1"

  lineage_url = "http://marquez.${kubernetes_namespace_v1.this["lineage"].metadata[0].name}:5000"
}

# ---- Secrets

# Passwords and keys are made by AWS and pass through neither plan nor state: ephemeral values in write-only arguments.

resource "aws_secretsmanager_secret" "privacy_key" {
  # checkov:skip=CKV2_AWS_57:Tokens and ciphertext in every table were made with this key; a new one would make them unreadable and unjoinable
  name                    = "${var.name}/privacy-key"
  description             = "What protected fields and records are keyed with. Without it nobody reads them again."
  kms_key_id              = var.key_arn
  recovery_window_in_days = 30
  tags                    = { component = "platform" }

  lifecycle {
    prevent_destroy = true
  }
}

ephemeral "aws_secretsmanager_random_password" "privacy_key" {
  # 64 letters and digits: 381 bits, where the command asks for 32 bytes.
  password_length     = 64
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "privacy_key" {
  secret_id                = aws_secretsmanager_secret.privacy_key.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.privacy_key.random_password
  secret_string_wo_version = 1
}

locals {
  databases = toset(["airflow", "marquez"])
}

resource "aws_secretsmanager_secret" "database" {
  # checkov:skip=CKV2_AWS_57:Database and clients must change it together; raise both versions below in one apply
  for_each = local.databases

  name                    = "${var.name}/database-${each.key}"
  description             = "Password of the database of ${each.key}"
  kms_key_id              = var.key_arn
  recovery_window_in_days = 7
  tags                    = { component = "platform" }
}

ephemeral "aws_secretsmanager_random_password" "database" {
  for_each = local.databases

  password_length     = 32
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "database" {
  for_each = local.databases

  secret_id                = aws_secretsmanager_secret.database[each.key].id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.database[each.key].random_password
  secret_string_wo_version = 1
}

# Read back, so that database and client get the same password even if an apply stops between them.
ephemeral "aws_secretsmanager_secret_version" "database" {
  for_each = local.databases

  secret_id  = aws_secretsmanager_secret_version.database[each.key].secret_id
  version_id = aws_secretsmanager_secret_version.database[each.key].version_id
}

# ---- Databases

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
  tags       = { component = "platform" }
}

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "PostgreSQL of Airflow and Marquez"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-database", component = "platform" }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL, from pods"
  referenced_security_group_id = var.client_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_parameter_group" "this" {
  name        = var.name
  family      = "postgres17"
  description = "TLS only, and slow statements in the log"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }
  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  tags = { component = "platform" }
}

# One each: both call tables `job` and `dataset`, and Airflow's upgrade must not wait for Marquez'.
resource "aws_db_instance" "this" {
  # checkov:skip=CKV_AWS_161:Airflow and Marquez speak passwords only
  # checkov:skip=CKV_AWS_118:Enhanced monitoring watches the operating system of a machine that the service runs; Performance Insights and CloudWatch tell what matters here
  # checkov:skip=CKV_AWS_157:Two zones are the environment's choice (variable database): an hour without Airflow in dev costs nobody anything
  # checkov:skip=CKV_AWS_293:So is protection against deletion, for the same reason
  for_each = local.databases

  identifier     = "${var.name}-${each.key}"
  engine         = "postgres"
  engine_version = "17"
  instance_class = var.database.instance_class
  multi_az       = var.database.multi_az

  allocated_storage     = 20
  max_allocated_storage = 100
  storage_type          = "gp3"
  storage_encrypted     = true
  kms_key_id            = var.key_arn

  db_name             = each.key
  username            = each.key
  password_wo         = ephemeral.aws_secretsmanager_secret_version.database[each.key].secret_string
  password_wo_version = aws_secretsmanager_secret_version.database[each.key].secret_string_wo_version

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.database.id]
  parameter_group_name   = aws_db_parameter_group.this.name
  publicly_accessible    = false

  backup_retention_period         = var.database.backup_days
  copy_tags_to_snapshot           = true
  auto_minor_version_upgrade      = true
  deletion_protection             = var.database.deletion_protection
  final_snapshot_identifier       = "${var.name}-${each.key}-last"
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.key_arn

  tags = { component = "platform" }
}

# ---- Namespaces and what stands in them before the charts

resource "kubernetes_namespace_v1" "this" {
  for_each = toset([var.namespace, "lineage", "monitoring"])

  metadata {
    name = each.value
  }

  lifecycle {
    # Argo CD brings the labels of the commands' namespace (pod security) from spark-apps; here it only has to exist.
    ignore_changes = [metadata[0].labels, metadata[0].annotations]
  }

  depends_on = [var.cluster_ready]
}

# Encrypted by our key, and gone with the claim. EKS ships a class that is neither.
resource "kubernetes_storage_class_v1" "gp3" {
  metadata {
    name        = "gp3"
    annotations = { "storageclass.kubernetes.io/is-default-class" = "true" }
  }
  storage_provisioner    = "ebs.csi.aws.com"
  reclaim_policy         = "Delete"
  volume_binding_mode    = "WaitForFirstConsumer"
  allow_volume_expansion = true
  parameters             = { type = "gp3", encrypted = "true", kmsKeyId = var.key_arn }

  depends_on = [var.cluster_ready]
}

ephemeral "aws_secretsmanager_random_password" "airflow" {
  for_each = toset(["fernet-key", "jwt-secret", "api-secret-key"])

  password_length     = 32
  exclude_punctuation = true
}

resource "kubernetes_secret_v1" "airflow_database" {
  metadata {
    name      = "airflow-database"
    namespace = kubernetes_namespace_v1.this[var.namespace].metadata[0].name
  }
  data_wo = {
    connection = format(
      "postgresql://airflow:%s@%s/airflow?sslmode=require",
      ephemeral.aws_secretsmanager_secret_version.database["airflow"].secret_string,
      aws_db_instance.this["airflow"].endpoint,
    )
  }
  data_wo_revision = aws_secretsmanager_secret_version.database["airflow"].secret_string_wo_version
}

# Without these the chart would make new ones at each upgrade, and Airflow could not read its own connections.
resource "kubernetes_secret_v1" "airflow_keys" {
  metadata {
    name      = "airflow-keys"
    namespace = kubernetes_namespace_v1.this[var.namespace].metadata[0].name
  }
  data_wo = {
    # Fernet takes 32 bytes in Base64.
    "fernet-key"     = base64encode(ephemeral.aws_secretsmanager_random_password.airflow["fernet-key"].random_password)
    "jwt-secret"     = ephemeral.aws_secretsmanager_random_password.airflow["jwt-secret"].random_password
    "api-secret-key" = ephemeral.aws_secretsmanager_random_password.airflow["api-secret-key"].random_password
  }
  data_wo_revision = 1
}

ephemeral "aws_secretsmanager_random_password" "grafana" {
  password_length     = 32
  exclude_punctuation = true
}

resource "kubernetes_secret_v1" "grafana" {
  metadata {
    name      = "grafana-admin"
    namespace = kubernetes_namespace_v1.this["monitoring"].metadata[0].name
  }
  data_wo = {
    admin-user     = "admin"
    admin-password = ephemeral.aws_secretsmanager_random_password.grafana.random_password
  }
  data_wo_revision = 1
}

# ---- Airflow's identity: its own logs. It starts commands through the Kubernetes API and touches no data.

resource "aws_iam_role" "scheduler" {
  name = "${var.name}-Scheduler"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PodIdentity"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:SourceAccount"                         = local.account
          "aws:RequestTag/kubernetes-namespace"       = var.namespace
          "aws:RequestTag/kubernetes-service-account" = "airflow"
        }
        ArnEquals = { "aws:SourceArn" = var.cluster_arn }
      }
    }]
  })
  tags = { component = "platform" }
}

resource "aws_iam_role_policy" "scheduler" {
  name = "logs"
  role = aws_iam_role.scheduler.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "OwnLogs"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = ["${var.events.arn}/airflow/*"]
      }, {
      Sid       = "ListOwnLogs"
      Effect    = "Allow"
      Action    = ["s3:ListBucket"]
      Resource  = [var.events.arn]
      Condition = { StringLikeIfExists = { "s3:prefix" = ["airflow/*"] } }
      }, {
      Sid       = "Key"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = [var.events.key_arn]
      Condition = { StringLike = { "kms:ViaService" = ["s3.*.amazonaws.com"] } }
    }]
  })
}

resource "aws_eks_pod_identity_association" "scheduler" {
  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = "airflow"
  role_arn        = aws_iam_role.scheduler.arn
}

# ---- Charts

resource "helm_release" "cluster_autoscaler" {
  name       = "cluster-autoscaler"
  namespace  = "kube-system"
  repository = "https://kubernetes.github.io/autoscaler"
  chart      = "cluster-autoscaler"
  version    = local.charts.cluster_autoscaler
  atomic     = true

  values = [yamlencode({
    cloudProvider = "aws"
    awsRegion     = data.aws_region.this.region
    autoDiscovery = { clusterName = var.cluster_name }
    # The name that the role in module cluster trusts.
    rbac = { serviceAccount = { create = true, name = "cluster-autoscaler" } }
    extraArgs = {
      # Which spot type is cheap changes by the hour; what fits with least waste is what counts.
      expander = "least-waste"
      # A driver is one pod without a controller behind it: its node must not be taken away.
      skip-nodes-with-local-storage = false
      skip-nodes-with-system-pods   = true
      scale-down-unneeded-time      = "5m"
    }
  })]

  depends_on = [var.cluster_ready]
}

resource "helm_release" "external_secrets" {
  name             = "external-secrets"
  namespace        = "external-secrets"
  create_namespace = true
  repository       = "https://charts.external-secrets.io"
  chart            = "external-secrets"
  version          = local.charts.external_secrets
  atomic           = true

  values = [yamlencode({
    # The name that the role in module identity trusts.
    serviceAccount = { create = true, name = "external-secrets" }
  })]

  depends_on = [var.cluster_ready]
}

resource "helm_release" "spark_operator" {
  name             = "spark-operator"
  namespace        = "spark-operator"
  create_namespace = true
  repository       = "https://kubeflow.github.io/spark-operator"
  chart            = "spark-operator"
  version          = local.charts.spark_operator
  atomic           = true

  values = [yamlencode({
    # Only the commands' namespace, so that an application elsewhere starts nothing.
    spark = {
      jobNamespaces  = [kubernetes_namespace_v1.this[var.namespace].metadata[0].name]
      serviceAccount = { create = false }
      rbac           = { create = false }
    }
    # Service accounts and roles of the commands come with spark-apps.
    controller = { replicas = 2, leaderElection = { enable = true } }
    webhook    = { enable = true, replicas = 2 }
    prometheus = { metrics = { enable = true }, podMonitor = { create = false } }
  })]

  depends_on = [var.cluster_ready]
}

locals {
  scrape = {
    scrape_interval       = "15s"
    kubernetes_sd_configs = [{ role = "pod", namespaces = { names = [var.namespace, "spark-operator"] } }]
  }
  relabel = [
    { source_labels = ["__meta_kubernetes_pod_annotation_prometheus_io_scrape"], action = "keep", regex = "true" },
    {
      source_labels = ["__meta_kubernetes_pod_ip", "__meta_kubernetes_pod_annotation_prometheus_io_port"]
      action        = "replace", target_label = "__address__", regex = "(.+);(\\d+)", replacement = "$1:$2"
    },
    { source_labels = ["__meta_kubernetes_pod_name"], target_label = "pod" },
    { source_labels = ["__meta_kubernetes_pod_label_app_kubernetes_io_component"], target_label = "command" },
  ]
}

resource "helm_release" "prometheus" {
  name       = "prometheus"
  namespace  = kubernetes_namespace_v1.this["monitoring"].metadata[0].name
  repository = "https://prometheus-community.github.io/helm-charts"
  chart      = "kube-prometheus-stack"
  version    = local.charts.prometheus
  atomic     = true
  timeout    = 900

  values = [yamlencode({
    # EKS runs these itself and lets nobody look.
    kubeControllerManager = { enabled = false }
    kubeEtcd              = { enabled = false }
    kubeScheduler         = { enabled = false }
    grafana               = { admin = { existingSecret = kubernetes_secret_v1.grafana.metadata[0].name } }
    prometheus = {
      prometheusSpec = {
        retention = "15d"
        storageSpec = { volumeClaimTemplate = { spec = {
          storageClassName = kubernetes_storage_class_v1.gp3.metadata[0].name
          accessModes      = ["ReadWriteOnce"]
          resources        = { requests = { storage = "50Gi" } }
        } } }
        # Drivers live for minutes: they say by annotation where they are to be read, as the manifests do.
        additionalScrapeConfigs = [
          merge(local.scrape, {
            job_name = "sluice"
            relabel_configs = concat(local.relabel, [
              { source_labels = ["__meta_kubernetes_pod_annotation_prometheus_io_path"], action = "replace", target_label = "__metrics_path__", regex = "(.+)" },
            ])
          }),
          # A stream tells of its queries on a port of its own, with the source as a label.
          merge(local.scrape, {
            job_name = "sluice-streams"
            relabel_configs = concat(local.relabel, [
              { source_labels = ["__meta_kubernetes_pod_annotation_sluice_io_metrics_port"], action = "keep", regex = "\\d+" },
              {
                source_labels = ["__meta_kubernetes_pod_ip", "__meta_kubernetes_pod_annotation_sluice_io_metrics_port"]
                action        = "replace", target_label = "__address__", regex = "(.+);(\\d+)", replacement = "$1:$2"
              },
              { target_label = "__metrics_path__", replacement = "/metrics" },
            ])
          }),
          # A Spark driver tells of its executors, too, on a path of its own.
          merge(local.scrape, {
            job_name = "sluice-executors"
            relabel_configs = concat(local.relabel, [
              { source_labels = ["__meta_kubernetes_pod_annotation_prometheus_io_path"], action = "keep", regex = "/metrics/prometheus" },
              { target_label = "__metrics_path__", replacement = "/metrics/executors/prometheus" },
            ])
          }),
        ]
      }
    }
  })]
}

resource "helm_release" "argo_cd" {
  name             = "argo-cd"
  namespace        = "argocd"
  create_namespace = true
  repository       = "https://argoproj.github.io/argo-helm"
  chart            = "argo-cd"
  version          = local.charts.argo_cd
  atomic           = true

  values = [yamlencode({
    # No load balancer and no public name: people reach it by kubectl port-forward, with their cluster rights.
    server = { service = { type = "ClusterIP" } }
    dex    = { enabled = false }
  })]

  depends_on = [var.cluster_ready]
}

locals {
  applications = { for file in fileset(var.gitops, "*.yaml") : trimsuffix(file, ".yaml") => yamldecode(file("${var.gitops}/${file}")) }
}

# The applications are plain manifests in terraform/gitops; this hands them to the cluster after the kinds they use.
resource "helm_release" "applications" {
  name       = "applications"
  namespace  = helm_release.argo_cd.namespace
  repository = "https://argoproj.github.io/argo-helm"
  chart      = "argocd-apps"
  version    = local.charts.argocd_apps
  atomic     = true

  values = [yamlencode({
    applications = { for name, application in local.applications : application.metadata.name => merge(application.spec, {
      namespace  = application.metadata.namespace
      finalizers = try(application.metadata.finalizers, [])
      source     = merge(application.spec.source, { repoURL = var.repository.url, targetRevision = var.repository.revision })
    }) }
  })]

  depends_on = [helm_release.spark_operator, helm_release.external_secrets]
}

resource "helm_release" "airflow" {
  name       = "airflow"
  namespace  = kubernetes_namespace_v1.this[var.namespace].metadata[0].name
  repository = "https://airflow.apache.org"
  chart      = "airflow"
  version    = local.charts.airflow
  timeout    = 900
  # Its migrations run as a hook that pods wait for: with `wait` each would wait for the other.
  wait = false

  values = [yamlencode({
    airflowVersion    = local.airflow_version
    defaultAirflowTag = local.airflow_version
    # Tasks only start commands and watch them, so they run in the scheduler's pod and need no workers or queue.
    executor               = "LocalExecutor"
    allowPodLaunching      = false
    postgresql             = { enabled = false }
    redis                  = { enabled = false }
    statsd                 = { enabled = false }
    data                   = { metadataSecretName = kubernetes_secret_v1.airflow_database.metadata[0].name }
    fernetKeySecretName    = kubernetes_secret_v1.airflow_keys.metadata[0].name
    jwtSecretName          = kubernetes_secret_v1.airflow_keys.metadata[0].name
    apiSecretKeySecretName = kubernetes_secret_v1.airflow_keys.metadata[0].name
    # The namespace admits restricted pods only.
    securityContexts = {
      pod        = { runAsNonRoot = true, runAsUser = 50000, runAsGroup = 0, fsGroup = 0, seccompProfile = { type = "RuntimeDefault" } }
      containers = { allowPrivilegeEscalation = false, capabilities = { drop = ["ALL"] } }
    }
    # The account that spark-apps allows to make SparkApplications, and to whom the role above belongs.
    scheduler = { serviceAccount = { create = false, name = "airflow" } }
    apiServer = { serviceAccount = { create = false, name = "airflow" } }
    triggerer = { serviceAccount = { create = false, name = "airflow" } }
    # The chart would make an administrator whose password everybody knows. The first user is made by hand (README).
    createUserJob      = { enabled = false }
    migrateDatabaseJob = { useHelmHooks = false, applyCustomEnv = false }
    dags = { gitSync = {
      enabled = true
      repo    = var.repository.url
      ref     = var.repository.revision
      subPath = "airflow-dags"
      # These containers take nothing from securityContexts.containers, and are the chart's user 65533 unless told. What
      # else the namespace demands (no root, a seccomp profile) they have from the pod.
      securityContexts = {
        container = { runAsUser = 65533, allowPrivilegeEscalation = false, capabilities = { drop = ["ALL"] } }
      }
    } }
    # Pods read the password when they start: a new one makes new pods.
    airflowPodAnnotations = {
      "sluice.io/database-password" = tostring(aws_secretsmanager_secret_version.database["airflow"].secret_string_wo_version)
    }
    config = {
      logging = {
        remote_logging         = "True"
        remote_base_log_folder = "s3://${var.events.name}/airflow"
        remote_log_conn_id     = "aws_default"
      }
      openlineage = {
        transport = jsonencode({ type = "http", url = local.lineage_url })
        namespace = var.name
      }
    }
    env = [
      { name = "AIRFLOW_CONN_AWS_DEFAULT", value = "aws://" },
      # The cluster that Airflow itself runs in, as its service account may.
      { name = "AIRFLOW_CONN_KUBERNETES_DEFAULT", value = jsonencode({ conn_type = "kubernetes", extra = { in_cluster = true } }) },
      { name = "AIRFLOW_VAR_SLUICE_LAUNCHER", value = "operator" },
      { name = "AIRFLOW_VAR_SLUICE_ENVIRONMENT", value = var.environment },
      { name = "AWS_DEFAULT_REGION", value = data.aws_region.this.region },
    ]
  })]

  # Its service account comes with spark-apps.
  depends_on = [helm_release.applications, aws_eks_pod_identity_association.scheduler]
}

# ---- Marquez: the OpenLineage backend. Its chart is in no chart repository, and is little more than this.

resource "kubernetes_secret_v1" "marquez" {
  metadata {
    name      = "marquez-database"
    namespace = kubernetes_namespace_v1.this["lineage"].metadata[0].name
  }
  data_wo          = { password = ephemeral.aws_secretsmanager_secret_version.database["marquez"].secret_string }
  data_wo_revision = aws_secretsmanager_secret_version.database["marquez"].secret_string_wo_version
}

resource "kubernetes_config_map_v1" "marquez" {
  metadata {
    name      = "marquez"
    namespace = kubernetes_namespace_v1.this["lineage"].metadata[0].name
  }
  data = {
    "marquez.yml" = yamlencode({
      server = {
        applicationConnectors = [{ type = "http", port = 5000 }]
        adminConnectors       = [{ type = "http", port = 5001 }]
      }
      db = {
        driverClass = "org.postgresql.Driver"
        url         = "jdbc:postgresql://${aws_db_instance.this["marquez"].endpoint}/marquez?sslmode=require"
        user        = "marquez"
        # Marquez replaces this by the environment's value.
        password = "$${POSTGRES_PASSWORD}"
      }
      migrateOnStartup = true
      logging          = { level = "INFO", appenders = [{ type = "console" }] }
    })
  }
}

resource "kubernetes_deployment_v1" "marquez" {
  # checkov:skip=CKV_K8S_43:A version tag of a release, as everywhere here; a digest would say nothing to who raises it
  # checkov:skip=CKV_K8S_35:Marquez reads its password from the environment only
  # checkov:skip=CKV_K8S_22:The server unpacks its libraries beside itself
  metadata {
    name      = "marquez"
    namespace = kubernetes_namespace_v1.this["lineage"].metadata[0].name
    labels    = { "app.kubernetes.io/name" = "marquez" }
  }

  spec {
    # Commands send events from a bounded queue and lose them rather than wait: two, so that an upgrade loses none.
    replicas = 2
    selector {
      match_labels = { "app.kubernetes.io/name" = "marquez" }
    }

    template {
      metadata {
        labels = { "app.kubernetes.io/name" = "marquez" }
        # A changed configuration or password makes new pods.
        annotations = {
          config   = sha256(kubernetes_config_map_v1.marquez.data["marquez.yml"])
          password = aws_secretsmanager_secret_version.database["marquez"].secret_string_wo_version
        }
      }

      spec {
        automount_service_account_token = false

        security_context {
          run_as_non_root = true
          run_as_user     = 10001
          run_as_group    = 10001
          seccomp_profile {
            type = "RuntimeDefault"
          }
        }

        container {
          name              = "marquez"
          image             = local.marquez_image
          image_pull_policy = "Always"

          security_context {
            allow_privilege_escalation = false
            capabilities {
              drop = ["ALL"]
            }
          }

          port {
            name           = "http"
            container_port = 5000
          }
          port {
            name           = "admin"
            container_port = 5001
          }

          env {
            name  = "MARQUEZ_CONFIG"
            value = "/etc/marquez/marquez.yml"
          }
          env {
            # The image's entry point waits for it.
            name  = "POSTGRES_HOST"
            value = aws_db_instance.this["marquez"].address
          }
          env {
            name = "POSTGRES_PASSWORD"
            value_from {
              secret_key_ref {
                name = kubernetes_secret_v1.marquez.metadata[0].name
                key  = "password"
              }
            }
          }

          resources {
            requests = { cpu = "250m", memory = "768Mi" }
            limits   = { cpu = "1", memory = "768Mi" }
          }

          readiness_probe {
            http_get {
              path = "/ping"
              port = "admin"
            }
          }
          liveness_probe {
            http_get {
              path = "/ping"
              port = "admin"
            }
            # Migrations run before it answers.
            initial_delay_seconds = 120
          }

          volume_mount {
            name       = "config"
            mount_path = "/etc/marquez"
            read_only  = true
          }
        }

        volume {
          name = "config"
          config_map {
            name = kubernetes_config_map_v1.marquez.metadata[0].name
          }
        }
      }
    }
  }
}

resource "kubernetes_service_v1" "marquez" {
  metadata {
    name      = "marquez"
    namespace = kubernetes_namespace_v1.this["lineage"].metadata[0].name
  }
  spec {
    selector = { "app.kubernetes.io/name" = "marquez" }
    port {
      name        = "http"
      port        = 5000
      target_port = "http"
    }
  }
}
