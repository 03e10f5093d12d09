"""What each role may and may not do: access.csv, simulated over the policies as Terraform evaluated them."""

import csv
import json
import re
import unittest

import yaml
from policy_sentry.querying.actions import get_action_data, get_actions_for_service
from policy_sentry.querying.all import get_all_service_prefixes

import iam
import stack

# Actions that IAM lets nobody bind to a resource.
UNBOUND = re.compile(r"lakeformation:GetDataAccess|(autoscaling|ec2):(Describe|Get)\w+")


def buckets(state: dict) -> dict:
    """Names of the buckets by what they hold, as their keys tell them: a state may have those alone."""
    return {
        bucket: state[f'module.storage.aws_kms_key.bucket["{bucket}"]']["description"].removeprefix("Objects of ")
        for bucket in ("lake", "landing", "events", "audit")
    }


def requests(environment: str, state: dict):
    """The rows of access.csv as (role, action, ARN, context, expected, row)."""
    name, named = f"sluice-{environment}", buckets(state)
    keys = {bucket: state[f'module.storage.aws_kms_key.bucket["{bucket}"]']["arn"] for bucket in named}
    secret = state["module.platform.aws_secretsmanager_secret.privacy_key"]["arn"]
    with open(stack.HERE / "access.csv", newline="") as file:
        for row in csv.DictReader(file):
            thing, context = row["resource"], {}
            if " via " in thing:
                thing, context["kms:ViaService"] = thing.split(" via ")
            if "?prefix=" in thing:
                thing, context["s3:prefix"] = thing.split("?prefix=")
            kind, _, rest = thing.partition(":")
            prefix = f"{stack.REGION}:{stack.ACCOUNT}"
            made = {
                "queue": lambda: f"arn:aws:sqs:{prefix}:{name}-landed-{rest}",
                "key": lambda: keys[rest],
                "secret": lambda: secret if rest == "privacy-key" else secret + rest,
                "role": lambda: f"arn:aws:iam::{stack.ACCOUNT}:role/{name}-{rest}",
                "workgroup": lambda: f"arn:aws:athena:{prefix}:workgroup/{name if rest == 'own' else rest}",
                "database": lambda: f"arn:aws:glue:{prefix}:database/{rest}",
                "table": lambda: f"arn:aws:glue:{prefix}:table/sluice_{environment}_{rest}",
                "*": lambda: "*",
            }
            bucket, slash, key = thing.partition("/")
            arn = made[kind]() if kind in made else f"arn:aws:s3:::{named[bucket]}{slash}{key}"
            yield row["role"], row["action"], arn, context, row["expected"] == "allowed", row


def disagreements(environment: str, state: dict) -> list:
    return [
        f"{role} {action} {row['resource']}: expected {row['expected']}"
        for role, action, arn, context, expected, row in requests(environment, state)
        if iam.allowed(iam.policies_of(state, role), action, arn, context) != expected
    ]


def commands() -> dict:
    """What each command reads, writes and deletes of the lake, by commands.csv, which is written from its code."""
    with open(stack.HERE / "commands.csv", newline="") as file:
        rows = {row.pop("command"): {right: paths.split() for right, paths in row.items()} for row in csv.DictReader(file)}
    every = rows.pop("every")
    return {command: {right: every[right] + paths for right, paths in row.items()} for command, row in rows.items()}


def accounts() -> dict:
    """The service account of each command, by its manifest; of those that open the lake."""
    found = {}
    for path in sorted((stack.ROOT / "spark-apps/base/commands").glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if document["kind"] == "SparkApplication" and path.stem != "validate":
                found[path.stem] = document["spec"]["driver"]["serviceAccount"]
    return found


def needed(rights: dict):
    """What a command asks of S3, as (action, key, prefix of a listing)."""
    for path in rights["reads"] + rights["writes"]:
        # Hadoop asks for a folder's own key, too.
        yield from (("s3:GetObject", path, None), ("s3:GetObject", f"{path}/x", None), ("s3:ListBucket", "", f"{path}/"))
    for path in rights["writes"]:
        yield "s3:PutObject", f"{path}/x", None
        if not path.startswith("_") and "/_" not in path:
            yield "s3:PutObject", f"{path}/_delta_log/x", None
            # Delta removes entries that have expired.
            yield "s3:DeleteObject", f"{path}/_delta_log/x", None
    for path in rights["deletes"]:
        yield "s3:DeleteObject", f"{path}/x", None


def lacking(state: dict) -> list:
    """What commands do and their roles may not."""
    lake = buckets(state)["lake"]
    roles = {
        a["service_account"]: re.search(r'\["(\w+)"\]', address)[1]
        for address, a in state.items()
        if "module.identity.aws_eks_pod_identity_association.data" in address
    }
    return [
        f"{command} ({roles[account]}) {action} {key or prefix}"
        for command, account in accounts().items()
        for action, key, prefix in needed(commands()[command])
        if not iam.allowed(
            iam.policies_of(state, roles[account]),
            action,
            f"arn:aws:s3:::{lake}" + (f"/{key}" if key else ""),
            {"s3:prefix": prefix} if prefix else {},
        )
    ]


def documents(state: dict):
    """Every policy of the state that IAM, a key, a bucket, a queue or a secret has, with its address."""
    for address, attributes in state.items():
        for argument in ("policy", "assume_role_policy"):
            text = attributes.get(argument)
            if text and ".aws_iam" in address or text and argument == "policy" and text.startswith("{"):
                yield f"{address}.{argument}", json.loads(text)


def faults(state: dict) -> list:
    """Actions that do not exist, wildcards that are too wide, services trusted for anybody's sake."""
    services = get_all_service_prefixes()
    found = []
    for address, document in documents(state):
        for statement in iam.listed(document["Statement"]):
            where = f"{address} {statement.get('Sid', 'a statement without Sid')}"
            actions = iam.listed(statement["Action"])
            if "Sid" not in statement:
                found.append(f"{where}: says not what it is for")
            for action in actions:
                service, _, verb = action.partition(":")
                account_root = address.endswith(".policy") and ".aws_kms_key." in address and statement.get("Sid") == "AccountDecidesByIam"
                if "*" in action:
                    whole = action in ("*", f"{service}:*")
                    if whole and statement["Effect"] == "Allow" and not account_root:
                        found.append(f"{where}: {action} allows everything")
                    if ".aws_iam" in address:
                        found.append(f"{where}: {action} is a wildcard in a role's policy")
                    if whole or any(iam.matches(action.lower(), known.lower()) for known in get_actions_for_service(service)):
                        continue
                if service not in services or not get_action_data(service, verb):
                    found.append(f"{where}: IAM knows no action {action}")
            if ".aws_iam" in address and statement["Effect"] == "Allow" and "Resource" in statement:
                for resource in iam.listed(statement["Resource"]):
                    if resource == "*" and not all(UNBOUND.fullmatch(action) for action in actions):
                        found.append(f"{where}: every resource")
            service_principal = statement.get("Principal") if isinstance(statement.get("Principal"), dict) else {}
            if "Service" in service_principal and statement["Effect"] == "Allow":
                bound = json.dumps(statement.get("Condition", {}))
                if "aws:Source" not in bound and "kms:EncryptionContext" not in bound and service_principal["Service"] != "ec2.amazonaws.com":
                    found.append(f"{where}: {service_principal['Service']} is trusted for anybody's sake")
    return found


class Roles(unittest.TestCase):
    def test_each_role_may_what_the_table_says_and_no_more(self):
        for environment in stack.ENVIRONMENTS:
            with self.subTest(environment):
                self.assertEqual(disagreements(environment, stack.applied(environment).state()), [])

    def test_each_command_may_what_it_does(self):
        if not accounts():
            self.skipTest("no spark-apps")
        for environment in stack.ENVIRONMENTS:
            with self.subTest(environment):
                self.assertEqual(lacking(stack.applied(environment).state()), [])

    def test_what_commands_do_is_what_their_code_names(self):
        if not accounts():
            self.skipTest("no spark-apps")
        self.assertEqual(set(commands()), set(accounts()))
        named = {"_probe", "models/_files"}
        for path in (stack.ROOT / "src/main/java/io/sluice").rglob("*.java"):
            for layer, name in re.findall(r'\b(ops|models|gold|notes)\(\s*"(\w+)', path.read_text()):
                named.add(f"{'_work' if layer == 'notes' else layer}/{name}")
        self.assertGreater(len(named), 10)
        told = {path for rights in commands().values() for paths in rights.values() for path in paths}
        self.assertEqual(named - told, set())

    def test_the_table_speaks_of_every_role_with_data_and_of_both_answers(self):
        rows = list(requests("dev", stack.applied("dev").state()))
        for role in ("DataIngestor", "PipelineOperator", "DataScientist", "Analyst", "Scheduler"):
            self.assertEqual({expected for named, _, _, _, expected, _ in rows if named == role}, {True, False}, role)

    def test_policies_are_narrow_and_name_real_actions(self):
        for environment in stack.ENVIRONMENTS:
            with self.subTest(environment):
                self.assertEqual(faults(stack.applied(environment).state()), [])

    def test_a_role_is_taken_only_by_its_own_service_account_of_its_own_cluster(self):
        state = stack.applied("prod").state()
        cluster = state["module.cluster.aws_eks_cluster.this"]["arn"]
        right = {
            "aws:SourceAccount": stack.ACCOUNT,
            "aws:SourceArn": cluster,
            "aws:RequestTag/kubernetes-namespace": "sluice",
            "aws:RequestTag/kubernetes-service-account": "scientist",
        }

        def taken(context: dict) -> bool:
            trust = json.loads(state['module.identity.aws_iam_role.data["DataScientist"]']["assume_role_policy"])
            statements = [dict(s, Resource="*") for s in trust["Statement"]]
            return iam.allowed([{"Statement": statements}], "sts:AssumeRole", "*", context)

        self.assertTrue(taken(right))
        self.assertFalse(taken(right | {"aws:RequestTag/kubernetes-service-account": "ingestor"}))
        self.assertFalse(taken(right | {"aws:RequestTag/kubernetes-namespace": "default"}))
        self.assertFalse(taken(right | {"aws:SourceArn": cluster + "-other"}))
        self.assertFalse(taken({}))

    def test_buckets_refuse_plain_http(self):
        state = stack.applied("prod").state()
        policies = [a for address, a in state.items() if ".aws_s3_bucket_policy." in address]
        self.assertEqual(len(policies), 4)
        for attributes in policies:
            statement = json.loads(attributes["policy"])["Statement"][0]
            self.assertEqual(statement["Effect"], "Deny")
            self.assertTrue(iam.applies(statement, "s3:GetObject", f"arn:aws:s3:::{attributes['bucket']}/x", {"aws:SecureTransport": "false"}))
            self.assertFalse(iam.applies(statement, "s3:GetObject", f"arn:aws:s3:::{attributes['bucket']}/x", {"aws:SecureTransport": "true"}))


class CatchesFaults(unittest.TestCase):
    def spoiled(self, name: str, old: str, new: str) -> dict:
        copy = stack.Copy(f"policy-{name}", "environments/dev")
        copy.spoil("modules/identity/main.tf", old, new)
        copy.init()
        wanted = ("module.environment.module.identity", "module.environment.module.platform.aws_secretsmanager_secret.privacy_key")
        done = copy.terraform("apply", "-auto-approve", "-input=false", *(f"-target={address}" for address in wanted))
        self.assertEqual(done.returncode, 0, done.stderr)
        return copy.state()

    def test_a_wildcard_action(self):
        state = self.spoiled("wildcard", 'read   = ["s3:GetObject"]', 'read   = ["s3:*"]')
        self.assertRegex("\n".join(faults(state)), r"s3:\* allows everything")
        rows = [row for row in requests("dev", state) if row[0] == "DataScientist"]
        wrong = [row[5]["resource"] for row in rows if iam.allowed(iam.policies_of(state, row[0]), *row[1:4]) != row[4]]
        self.assertIn("lake/gold/spend_daily/part-0.parquet", wrong)

    def test_a_layer_too_many_and_an_action_that_does_not_exist(self):
        state = self.spoiled(
            "layer",
            '      read            = ["gold", "silver", "models", "predictions", "ops/runs", "ops/check_results"]',
            '      read            = ["gold", "silver", "models", "predictions", "ops/runs", "ops/check_results", "quarantine"]',
        )
        wrong = [
            row["resource"]
            for role, action, arn, context, expected, row in requests("dev", state)
            if role == "DataScientist" and iam.allowed(iam.policies_of(state, role), action, arn, context) != expected
        ]
        self.assertEqual(wrong, ["lake?prefix=quarantine/calls/", "lake/quarantine/calls/part-0.parquet"])
        policy = json.dumps({"Statement": [{"Sid": "Typo", "Effect": "Allow", "Action": ["s3:GetObjct"], "Resource": ["arn:aws:s3:::x"]}]})
        self.assertIn("IAM knows no action s3:GetObjct", faults({"x.aws_iam_role_policy.x": {"policy": policy}})[0])

    def test_a_service_that_is_trusted_for_anybody(self):
        trust = {"Sid": "Pods", "Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole"]}
        state = {"x.aws_iam_role.x": {"assume_role_policy": json.dumps({"Statement": [trust]})}}
        self.assertIn("is trusted for anybody's sake", faults(state)[0])


if __name__ == "__main__":
    unittest.main()
