"""checkov over the modules: no finding, and no skip without a reason."""

import json
import subprocess
import sys
import unittest

import stack


def scanned(folder) -> dict:
    command = [sys.executable, "-m", "checkov.main", "-d", str(folder), "--framework", "terraform", "--compact", "-o", "json", "--skip-download", "--skip-path", "tests"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if not done.stdout.strip():
        raise AssertionError(done.stderr[-2000:])
    return json.loads(done.stdout)


def findings(report: dict) -> set:
    return {(f["check_id"], f["resource"].removeprefix("module.environment.")) for f in report["results"]["failed_checks"]}


class Scan(unittest.TestCase):
    def test_nothing_is_found(self):
        report = scanned(stack.ROOT / "terraform")
        self.assertGreater(report["summary"]["passed"], 200)
        self.assertEqual(report["summary"]["parsing_errors"], 0)
        self.assertEqual(findings(report), set())

    def test_every_skip_says_why(self):
        for path in sorted((stack.ROOT / "terraform").glob("**/*.tf")):
            for line in path.read_text().splitlines():
                if "checkov:skip" in line:
                    self.assertRegex(line, r"checkov:skip=CKV\w+:\w.{30,}", f"{path}: {line}")

    def test_a_public_bucket_and_a_key_that_never_changes_are_found(self):
        copy = stack.Copy("scan", "environments/dev")
        copy.spoil("modules/storage/main.tf", "block_public_policy     = true", "block_public_policy     = false")
        copy.spoil("modules/storage/main.tf", "enable_key_rotation     = true", "enable_key_rotation     = false")
        found = {check for check, _ in findings(scanned(copy.root / "terraform" / "modules" / "storage"))}
        self.assertLessEqual({"CKV_AWS_54", "CKV_AWS_7"}, found)


if __name__ == "__main__":
    unittest.main()
