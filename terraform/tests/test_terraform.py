"""Terraform itself judges the modules: it validates, plans, applies, and plans again."""

import unittest

import stack


class Applies(unittest.TestCase):
    def test_every_environment_is_made_from_nothing_and_then_stays_as_it_is(self):
        for environment in stack.ENVIRONMENTS:
            with self.subTest(environment):
                copy = stack.applied(environment)
                again = copy.terraform("plan", "-detailed-exitcode", "-input=false")
                self.assertEqual(again.returncode, 0, again.stdout[-3000:] + again.stderr)

    def test_the_bucket_of_the_state_is_made(self):
        copy = stack.Copy("bootstrap", "bootstrap").init()
        done = copy.terraform("apply", "-auto-approve", "-input=false")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('bucket = "sluice-state-111122223333"', done.stdout)

    def test_both_environments_have_the_same_resources(self):
        dev, prod = (set(stack.applied(e).state()) for e in stack.ENVIRONMENTS)
        # Zones that dev does without.
        zones = {address for address in prod - dev if "aws_nat_gateway" in address or "aws_eip" in address}
        self.assertEqual(prod - dev - zones, set())
        self.assertEqual(dev - prod, set())

    def test_no_secret_is_in_the_state(self):
        text = (stack.applied("prod").folder / "terraform.tfstate").read_text()
        # What the stand-in makes up for a password names itself.
        self.assertNotIn("random_password.random_password", text)
        self.assertNotIn("secret_version.secret_string", text)
        self.assertIn("aws_secretsmanager_secret_version", text)


class CatchesFaults(unittest.TestCase):
    """Each planted fault is refused with a message that names it."""

    @classmethod
    def setUpClass(cls):
        cls.copy = stack.Copy("faults", "environments/dev").init()

    def refuses(self, file, old, new, message, *command):
        with self.copy.spoiled(file, old, new):
            done = self.copy.terraform(*(command or ("validate",)))
        self.assertNotEqual(done.returncode, 0, "it was not refused")
        self.assertRegex(" ".join((done.stdout + done.stderr).split())[-4000:], message)

    def test_an_argument_that_is_mistyped(self):
        self.refuses("modules/storage/main.tf", "enable_key_rotation ", "enable_key_rotatoin ", "Unsupported argument.*enable_key_rotatoin")

    def test_a_block_that_is_mistyped(self):
        self.refuses("modules/storage/main.tf", "default_retention {", "default_retenton {", "Unsupported block type|Unexpected block.*default_retenton")

    def test_a_helm_argument_that_is_mistyped(self):
        self.refuses("modules/platform/main.tf", "  create_namespace = true", "  create_namespaces = true", "Unsupported argument.*create_namespaces")

    def test_a_kubernetes_block_in_the_wrong_place(self):
        self.refuses("modules/platform/main.tf", "match_labels =", "matching_labels =", "Unsupported argument.*matching_labels")

    def test_an_argument_that_is_missing(self):
        self.refuses("modules/storage/main.tf", "  target_key_id = aws_kms_key.bucket[each.key].key_id\n", "", "Missing required argument.*target_key_id")

    def test_a_value_of_the_wrong_type(self):
        self.refuses("modules/streaming/main.tf", "deletion_window_in_days = 30", 'deletion_window_in_days = "a month"', "a number is required")

    def test_an_attribute_that_no_resource_has(self):
        self.refuses("modules/streaming/outputs.tf", "bootstrap_brokers_sasl_scram", "bootstrap_brokers_scram", "Unsupported attribute.*bootstrap_brokers_scram")

    def test_an_output_that_no_module_has(self):
        self.refuses("modules/environment/main.tf", "module.storage.queue_arns", "module.storage.queues", "Unsupported attribute.*queues")

    def test_a_variable_that_is_not_given(self):
        self.refuses("modules/environment/main.tf", "  landing_days    = var.landing_days\n", "", 'Missing required argument.*"landing_days"')

    def test_a_provider_version_that_is_not_the_one_checked(self):
        self.refuses("environments/dev/versions.tf", '"6.25.0"', '"6.24.0"', "hashicorp/aws.*6.24.0", "init", "-input=false")

    def test_a_secret_that_would_reach_the_state(self):
        self.refuses(
            "modules/platform/main.tf",
            "secret_string_wo         = ephemeral.aws_secretsmanager_random_password.privacy_key",
            "secret_string            = ephemeral.aws_secretsmanager_random_password.privacy_key",
            "Ephemeral value.*not allowed|Invalid use of ephemeral",
        )

    def test_a_key_of_for_each_that_only_an_apply_would_tell(self):
        self.refuses(
            "modules/catalog/main.tf",
            "  for_each = var.readers\n",
            "  for_each = toset(values(var.readers))\n",
            "Invalid for_each argument",
            "plan", "-input=false",
        )

    def test_a_contract_that_nests_deeper_than_the_catalog_can_say(self):
        self.refuses(
            "../conf/contracts/calls.yaml",
            "                - name: speaker\n                  logicalType: string\n",
            "                - name: speaker\n                  logicalType: object\n                  properties: [{name: name, logicalType: string}]\n",
            "Invalid index.*does not identify an element",
            "plan", "-input=false",
        )

    def test_a_bucket_prefix_that_s3_would_refuse(self):
        self.refuses("environments/dev/example.auto.tfvars", '"example-sluice"', '"Example"', "small letters, digits and hyphens", "plan", "-input=false")

    def test_an_api_open_to_everybody(self):
        self.refuses("environments/dev/example.auto.tfvars", '"203.0.113.0/24"', '"0.0.0.0/0"', "not for everybody", "plan", "-input=false")


if __name__ == "__main__":
    unittest.main()
