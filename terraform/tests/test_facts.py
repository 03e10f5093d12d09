"""Facts that stand in Terraform and elsewhere are equal; and what the issue of a bucket, a key or a node is, holds."""

import json
import pathlib
import re
import unittest

import yaml

import stack

JAVA = stack.ROOT / "src" / "main" / "java" / "io" / "sluice"


def contracts() -> dict:
    return {path.stem: yaml.safe_load(path.read_text()) for path in sorted((stack.ROOT / "conf" / "contracts").glob("*.yaml"))}


def custom(contract: dict, name: str):
    return next((p["value"] for p in contract["customProperties"] if p["property"] == name), None)


def own_prefix(environment: str) -> str:
    values = (stack.ROOT / f"terraform/environments/{environment}/example.tfvars").read_text()
    return re.search(r'^bucket_prefix *= "(.*)"$', values, re.M)[1]


def glue(field: dict) -> str:
    """A field's type as Glue spells it."""
    if field["logicalType"] == "object":
        return "struct<" + ",".join(f"{one['name']}:{glue(one)}" for one in field["properties"]) + ">"
    if field["logicalType"] == "array":
        return f"array<{glue(field['items'])}>"
    spelled = {"long": "bigint", "integer": "int", "short": "smallint", "byte": "tinyint", "real": "float"}
    if "physicalType" in field:
        return spelled.get(field["physicalType"].lower(), field["physicalType"].lower())
    return {"integer": "bigint"}.get(field["logicalType"], field["logicalType"])


class SaidTwice(unittest.TestCase):
    def test_layers_are_those_of_the_lake(self):
        declared = re.search(r"LAYERS =\s*List\.of\(([^)]*)\)", (JAVA / "table" / "Lake.java").read_text())[1]
        # Models and what they predict lie in the lake too, whether or not as tables of it.
        layers = set(re.findall(r'"(\w+)"', declared)) | {"models", "predictions"}
        source = (stack.ROOT / "terraform/modules/storage/main.tf").read_text()
        self.assertEqual(set(re.findall(r'"(\w+)"', re.search(r"^  layers = \[(.*)\]$", source, re.M)[1])), layers)

    def test_marts_of_the_shipped_contracts_are_in_the_catalog(self):
        marts = json.loads((stack.ROOT / "airflow-dags" / "graph.json").read_text())["marts"]
        self.assertTrue(marts)
        crawler = stack.applied("prod").state()["module.catalog.aws_glue_crawler.gold"]
        found = [table.rstrip("/").rsplit("/", 1)[1] for table in crawler["delta_target"][0]["delta_tables"]]
        self.assertEqual(sorted(found), sorted(mart["name"] for mart in marts))

    def test_settings_of_the_commands_name_what_terraform_makes(self):
        for environment in stack.ENVIRONMENTS:
            path = stack.ROOT / "conf" / "environments" / f"{environment}.yaml"
            if not path.exists():
                self.skipTest(f"no {path.name}")
            settings, outputs = yaml.safe_load(path.read_text()), stack.applied(environment).outputs()
            buckets = {name: f"s3a://{bucket}" for name, bucket in outputs["buckets"].items()}
            self.assertEqual(settings["lake.root"], buckets["lake"])
            self.assertEqual(settings["landing.root"], buckets["landing"])
            self.assertEqual(settings["spark"]["eventLog"]["dir"].rstrip("/"), buckets["events"])
            self.assertIs(settings["spark"]["eventLog"]["rolling.enabled"], True)
            self.assertEqual(settings["lineage"]["url"], outputs["lineage_url"])
            self.assertEqual(settings["s3.region"], stack.REGION)

    def test_service_accounts_namespace_and_nodes_are_those_of_the_manifests(self):
        base = stack.ROOT / "spark-apps" / "base"
        if not base.exists():
            self.skipTest("no spark-apps")
        documents = [d for path in base.rglob("*.yaml") for d in yaml.safe_load_all(path.read_text()) if d]
        accounts = {(d["metadata"]["namespace"], d["metadata"]["name"]) for d in documents if d["kind"] == "ServiceAccount"}
        state = stack.applied("prod").state()
        bound = {(a["namespace"], a["service_account"]) for address, a in state.items() if ".aws_eks_pod_identity_association." in address}
        self.assertEqual(accounts, {pair for pair in bound if pair[0] == "sluice"})
        applications = [d for d in documents if d["kind"] == "SparkApplication"]
        self.assertTrue(applications)
        taints = {t["key"] for a in (state['module.cluster.aws_eks_node_group.this["spot"]'],) for t in a["taint"]}
        capacities = {a["capacity_type"] for address, a in state.items() if ".aws_eks_node_group." in address}
        for application in applications:
            for part in ("driver", "executor"):
                selector = application["spec"][part].get("nodeSelector", {})
                self.assertIn(selector.get("eks.amazonaws.com/capacityType"), capacities)
            self.assertLessEqual({t["key"] for t in application["spec"]["executor"].get("tolerations", [])}, taints)
            for secret in application["spec"]["driver"].get("secrets", []):
                self.assertEqual(secret["name"], "sluice-secrets")

    def test_airflow_is_the_version_that_dags_are_tested_with(self):
        locked = stack.ROOT / "airflow-dags" / "requirements.txt"
        if not locked.exists():
            self.skipTest("no airflow-dags")
        platform = (stack.ROOT / "terraform/modules/platform/main.tf").read_text()
        self.assertEqual(
            re.search(r'airflow_version = "([^"]+)"', platform)[1],
            re.search(r"^apache-airflow==(\S+)", locked.read_text(), re.M)[1],
        )

    def test_airflow_is_given_variables_that_dags_ask_for(self):
        dags = stack.ROOT / "airflow-dags"
        if not dags.exists():
            self.skipTest("no airflow-dags")
        asked = set(re.findall(r'Variable\.get\(\s*"(\w+)"', "".join(path.read_text() for path in dags.glob("*.py"))))
        for environment in stack.ENVIRONMENTS:
            values = yaml.safe_load(stack.applied(environment).state()["module.platform.helm_release.airflow"]["values"][0])
            given = {e["name"].removeprefix("AIRFLOW_VAR_").lower(): e["value"] for e in values["env"] if e["name"].startswith("AIRFLOW_VAR_")}
            self.assertLessEqual(set(given), asked)
            self.assertEqual(given["sluice_environment"], environment)

    def test_provider_versions_are_those_of_the_schemas(self):
        for environment in stack.ENVIRONMENTS:
            text = (stack.ROOT / f"terraform/environments/{environment}/versions.tf").read_text()
            for provider in ("aws", "helm", "kubernetes"):
                pinned = re.search(rf'hashicorp/{provider}"\s+version = "([^"]+)"', text)[1]
                self.assertEqual(pinned, json.loads((stack.HERE / "schemas" / f"{provider}.json").read_text())["version"])

    def test_applications_lead_to_folders_of_this_repository(self):
        for environment in stack.ENVIRONMENTS:
            files = sorted((stack.ROOT / "terraform/gitops" / environment).glob("*.yaml"))
            self.assertEqual([f.stem for f in files], ["secrets", "sluice"])
            for file in files:
                application = yaml.safe_load(file.read_text())
                self.assertEqual((application["kind"], application["metadata"]["name"]), ("Application", file.stem))
                path = application["spec"]["source"]["path"]
                if path.startswith("spark-apps") and not (stack.ROOT / "spark-apps").exists():
                    continue
                self.assertTrue((stack.ROOT / path / "kustomization.yaml").exists(), path)
                if file.stem == "sluice":
                    self.assertTrue(path.endswith("/" + environment))

    def test_secrets_of_the_cluster_are_those_that_terraform_makes(self):
        folder = stack.ROOT / "terraform/gitops/secrets"
        external = yaml.safe_load((folder / "sluice-secrets.yaml").read_text())
        for environment in stack.ENVIRONMENTS:
            application = yaml.safe_load((stack.ROOT / f"terraform/gitops/{environment}/secrets.yaml").read_text())
            prefixes = {
                patch["target"]["name"]: yaml.safe_load(patch["patch"])[0]["value"]
                for patch in application["spec"]["source"]["kustomize"]["patches"]
            }
            state = stack.applied(environment).state()
            made = {a["name"] for address, a in state.items() if ".aws_secretsmanager_secret." in address}
            for item in external["spec"]["data"]:
                store = item.get("sourceRef", {}).get("storeRef", external["spec"]["secretStoreRef"])["name"]
                self.assertIn(prefixes[store] + item["remoteRef"]["key"], made)


class Protected(unittest.TestCase):
    def test_what_a_contract_keeps_back_is_granted_to_nobody(self):
        kept_back = {
            source: {f["name"].lower() for f in c["schema"][0]["properties"] if f.get("classification") in ("restricted", "confidential")}
            for source, c in contracts().items()
        }
        self.assertGreater(sum(map(len, kept_back.values())), 5)
        for environment in stack.ENVIRONMENTS:
            state = stack.applied(environment).state()
            filters = {a["table_data"][0]["table_name"]: a["table_data"][0] for address, a in state.items() if ".aws_lakeformation_data_cells_filter." in address}
            self.assertEqual(set(filters), set(kept_back))
            for source, data in filters.items():
                fields = contracts()[source]["schema"][0]["properties"]
                plain = {f["name"].lower() for f in fields if f["logicalType"] not in ("object", "array")}
                self.assertEqual(set(data["column_names"]), plain - kept_back[source])

    def test_silver_is_granted_through_filters_only(self):
        for address, a in stack.applied("prod").state().items():
            if ".aws_lakeformation_permissions." in address and "SELECT" in a["permissions"]:
                silver = [block for kind in ("table", "table_with_columns") for block in a[kind] if block["database_name"].endswith("_silver")]
                self.assertEqual(silver, [], address)

    def test_row_filters_speak_of_columns_that_the_contract_has(self):
        state = stack.applied("prod").state()
        filters = [a["table_data"][0] for address, a in state.items() if ".aws_lakeformation_data_cells_filter." in address]
        expressions = {f["table_name"]: f["row_filter"][0]["filter_expression"] for f in filters if f["row_filter"][0]["filter_expression"]}
        self.assertEqual(set(expressions), {"purchase_orders"})
        for source, expression in expressions.items():
            columns = {f["name"] for f in contracts()[source]["schema"][0]["properties"]}
            self.assertLessEqual(set(re.findall(r"[a-z_]+", re.sub(r"'[^']*'", "", expression))) - {"and", "or", "not", "in"}, columns)

    def test_columns_in_the_catalog_are_those_of_silver(self):
        declared = (JAVA / "landing" / "Refinement.java").read_text()
        declared = declared[declared.index("StructType silverSchema()"):].split("return new StructType", 1)[0]
        extra, *origin = re.findall(r'described\(\s*"(_\w+)"', declared)
        self.assertEqual((extra, origin), ("_extra", ["_file", "_position", "_arrived_at"]))
        types = {"_extra": "map<string,string>", "_file": "string", "_position": "bigint", "_arrived_at": "timestamp"}
        state = stack.applied("prod").state()
        for source, contract in contracts().items():
            table = state[f'module.catalog.aws_glue_catalog_table.silver["{source}"]']["storage_descriptor"][0]["columns"]
            kept = [extra] if (custom(contract, "schemaPolicy") or {}).get("added", "keep") == "keep" else []
            fields = [(f["name"].lower(), glue(f)) for f in contract["schema"][0]["properties"]]
            self.assertEqual([(c["name"], c["type"]) for c in table], fields + [(name, types[name]) for name in kept + origin], source)
        calls = {c["name"]: c["type"] for c in state['module.catalog.aws_glue_catalog_table.silver["calls"]']["storage_descriptor"][0]["columns"]}
        self.assertEqual(calls["transcript"], "struct<language:string,turns:array<struct<speaker:string,offset_ms:bigint,text:string>>>")

    def test_readers_may_see_the_database_that_athena_looks_at_first(self):
        state = stack.applied("prod").state()
        seen = [a for address, a in state.items() if ".aws_lakeformation_permissions.default" in address]
        self.assertEqual([(a["permissions"], a["database"][0]["name"]) for a in seen], [(["DESCRIBE"], "default")])


class Platform(unittest.TestCase):
    def airflow(self) -> dict:
        return yaml.safe_load(stack.applied("prod").state()["module.platform.helm_release.airflow"]["values"][0])

    def test_every_container_of_airflow_is_one_that_the_namespace_admits(self):
        values = self.airflow()
        pod = values["securityContexts"]["pod"]
        self.assertEqual((pod["runAsNonRoot"], pod["seccompProfile"]), (True, {"type": "RuntimeDefault"}))
        # The chart's git-sync containers have a context of their own.
        for container in (values["securityContexts"]["containers"], values["dags"]["gitSync"]["securityContexts"]["container"]):
            self.assertIs(container["allowPrivilegeEscalation"], False)
            self.assertEqual(container["capabilities"], {"drop": ["ALL"]})
            self.assertNotEqual(container.get("runAsUser"), 0)

    def test_no_user_is_made_with_a_password_that_everybody_knows(self):
        self.assertIs(self.airflow()["createUserJob"]["enabled"], False)

    def test_a_new_password_makes_new_pods(self):
        state = stack.applied("prod").state()
        pods = {
            "airflow": self.airflow()["airflowPodAnnotations"]["sluice.io/database-password"],
            "marquez": state["module.platform.kubernetes_deployment_v1.marquez"]["spec"][0]["template"][0]["metadata"][0]["annotations"]["password"],
        }
        for database, version in pods.items():
            made = state[f'module.platform.aws_secretsmanager_secret_version.database["{database}"]']
            self.assertEqual(version, str(made["secret_string_wo_version"]), database)

    def test_a_configuration_of_kafka_is_named_by_the_version_that_it_is_for(self):
        made = stack.applied("prod").state()["module.streaming.aws_msk_configuration.this"]
        self.assertEqual(made["name"], "sluice-prod-" + made["kafka_versions"][0].replace(".", "-"))
        self.assertRegex(made["name"], r"^[0-9A-Za-z][0-9A-Za-z-]*$")

    def test_what_is_in_the_cluster_is_taken_out_before_the_right_to_do_so(self):
        cluster = "module.environment.module.cluster."
        needs = {cluster + name for name in ("aws_eks_node_group.this", "aws_eks_addon.after_nodes", "aws_eks_access_policy_association.admin")}
        inside = {a: before for a, before in stack.applied("prod").dependencies().items() if re.search(r"\.(helm_release|kubernetes_\w+)\.", a)}
        self.assertGreater(len(inside), 10)
        for address, before in inside.items():
            self.assertLessEqual(needs, before, address)


class Storage(unittest.TestCase):
    def buckets(self, environment: str, kind: str) -> dict:
        return {a["bucket"]: a for address, a in stack.applied(environment).state().items() if address.startswith(f"module.storage.{kind}")}

    def test_every_bucket_is_private_versioned_encrypted_by_a_key_that_rotates_and_has_a_lifecycle(self):
        for environment in stack.ENVIRONMENTS:
            state = stack.applied(environment).state()
            names = set(self.buckets(environment, "aws_s3_bucket.this"))
            self.assertEqual(names, {f"{own_prefix(environment)}-{environment}-{b}" for b in ("lake", "landing", "events", "audit")})
            rotating = {a["arn"] for address, a in state.items() if ".aws_kms_key." in address and a["enable_key_rotation"]}
            self.assertEqual(len(rotating), sum(".aws_kms_key." in address for address in state))
            for bucket, a in self.buckets(environment, "aws_s3_bucket_public_access_block").items():
                self.assertTrue(all(a[k] for k in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")), bucket)
            for kind in ("public_access_block", "versioning", "server_side_encryption_configuration", "lifecycle_configuration", "policy", "ownership_controls"):
                self.assertEqual(set(self.buckets(environment, f"aws_s3_bucket_{kind}")), names, kind)
            for a in self.buckets(environment, "aws_s3_bucket_versioning").values():
                self.assertEqual(a["versioning_configuration"][0]["status"], "Enabled")
            for a in self.buckets(environment, "aws_s3_bucket_server_side_encryption_configuration").values():
                self.assertIn(a["rule"][0]["apply_server_side_encryption_by_default"][0]["kms_master_key_id"], rotating)

    def test_audit_is_locked_for_seven_years_in_prod(self):
        state = stack.applied("prod").state()
        lock = state["module.storage.aws_s3_bucket_object_lock_configuration.audit"]
        retention = lock["rule"][0]["default_retention"][0]
        self.assertEqual(retention["mode"], "COMPLIANCE")
        self.assertGreaterEqual(retention["days"], 7 * 365 + 2)
        self.assertTrue(state['module.storage.aws_s3_bucket.this["audit"]']["object_lock_enabled"])
        rules = state["module.storage.aws_s3_bucket_lifecycle_configuration.audit"]["rule"]
        expiring = [e["days"] for rule in rules for e in rule["expiration"] if e["days"]]
        self.assertGreater(min(expiring), retention["days"])

    def test_no_lifecycle_takes_away_or_freezes_what_a_table_names(self):
        for environment in stack.ENVIRONMENTS:
            for rule in stack.applied(environment).state()["module.storage.aws_s3_bucket_lifecycle_configuration.lake"]["rule"]:
                self.assertFalse([e for e in rule["expiration"] if e["days"]], rule["id"])
                self.assertLessEqual({t["storage_class"] for t in rule["transition"]}, {"INTELLIGENT_TIERING", "GLACIER_IR", "STANDARD_IA"})

    def test_each_arrival_of_each_contract_is_told_to_its_source(self):
        state = stack.applied("prod").state()
        told = {q["filter_prefix"]: q["queue_arn"].rsplit("-", 1)[1] for q in state["module.storage.aws_s3_bucket_notification.landing"]["queue"]}
        expected = {arrival["location"]: source for source, c in contracts().items() for arrival in custom(c, "arrivals")}
        self.assertEqual(told, expected)
        # S3 refuses notifications that overlap.
        for one in told:
            self.assertFalse([other for other in told if other != one and other.startswith(one)])


class State(unittest.TestCase):
    def test_the_key_of_the_state_is_the_one_of_its_bucket(self):
        for environment in stack.ENVIRONMENTS:
            backend = (stack.ROOT / f"terraform/environments/{environment}/versions.tf").read_text().split('backend "s3"')[1]
            # `encrypt` alone asks for AES256, past the bucket's default.
            self.assertNotIn("encrypt", backend)


class Cost(unittest.TestCase):
    def test_every_environment_tags_what_it_makes(self):
        for environment in stack.ENVIRONMENTS:
            text = (stack.ROOT / f"terraform/environments/{environment}/providers.tf").read_text()
            self.assertRegex(text, r"default_tags \{\s+tags = local\.tags")
            template = stack.applied(environment).state()["module.cluster.aws_launch_template.node"]
            for specification in template["tag_specifications"]:
                self.assertEqual(specification["tags"]["environment"], environment)
                self.assertEqual(specification["tags"]["cost-center"], "4711")
            self.assertEqual({s["resource_type"] for s in template["tag_specifications"]}, {"instance", "volume", "network-interface"})

    def test_services_fit_into_the_total(self):
        for environment in stack.ENVIRONMENTS:
            limits = stack.applied(environment).outputs()["limits_usd"]
            total = float(limits.pop(f"sluice-{environment}"))
            self.assertTrue(limits)
            self.assertLess(sum(map(float, limits.values())), total)

    def test_budgets_count_the_environment(self):
        for environment in stack.ENVIRONMENTS:
            budgets = [a for address, a in stack.applied(environment).state().items() if ".aws_budgets_budget." in address]
            for budget in budgets:
                tags = [f["values"] for f in budget["cost_filter"] if f["name"] == "TagKeyValue"]
                self.assertEqual(tags, [[f"user:environment${environment}"]])


class Pinned(unittest.TestCase):
    def test_charts_and_images_have_exact_versions(self):
        state = stack.applied("prod").state()
        releases = {address: a["version"] for address, a in state.items() if ".helm_release." in address}
        self.assertGreaterEqual(len(releases), 7)
        for address, version in releases.items():
            self.assertRegex(version, r"^\d+\.\d+\.\d+$", address)
        image = state["module.platform.kubernetes_deployment_v1.marquez"]["spec"][0]["template"][0]["spec"][0]["container"][0]["image"]
        self.assertRegex(image, r":\d+\.\d+\.\d+$")

    def test_environments_differ_in_values_only(self):
        dev, prod = (pathlib.Path(stack.ROOT / f"terraform/environments/{e}") for e in stack.ENVIRONMENTS)
        self.assertEqual(sorted(p.name for p in dev.glob("*.tf")), sorted(p.name for p in prod.glob("*.tf")))
        for name in ("providers.tf", "versions.tf", "variables.tf", "outputs.tf"):
            self.assertEqual((dev / name).read_text().replace("dev", "prod"), (prod / name).read_text(), name)


if __name__ == "__main__":
    unittest.main()
