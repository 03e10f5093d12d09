"""The workflows: what they call exists, what they use is pinned, what they may is little."""

import re
import unittest

import yaml

import stack

FOLDER = stack.ROOT / ".github" / "workflows"


class Workflows(unittest.TestCase):
    def setUp(self):
        self.workflows = {path.name: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yml"))}
        self.assertEqual(set(self.workflows), {"build.yml", "image.yml", "infrastructure.yml", "release.yml"})

    def steps(self):
        for name, workflow in self.workflows.items():
            for job in workflow["jobs"].values():
                for step in job.get("steps", []):
                    yield name, step

    def test_each_may_read_and_only_publishing_may_write(self):
        for name, workflow in self.workflows.items():
            self.assertEqual(workflow["permissions"], {"contents": "read"}, name)
            for job, body in workflow["jobs"].items():
                writes = {scope for scope, right in body.get("permissions", {}).items() if right == "write"}
                expected = {"packages", "id-token", "attestations"} if (name, job) == ("release.yml", "image") else set()
                self.assertEqual(writes, expected, f"{name} {job}")

    def test_each_job_ends(self):
        for name, workflow in self.workflows.items():
            for job, body in workflow["jobs"].items():
                self.assertTrue("timeout-minutes" in body or body.get("uses", "").startswith("./"), f"{name} {job}")

    def test_actions_are_pinned_and_leave_no_token_behind(self):
        for name, step in self.steps():
            if "uses" in step:
                self.assertRegex(step["uses"], r"^[\w.-]+/[\w./-]+@(v\d+(\.\d+)*|[0-9a-f]{40})$", name)
                if step["uses"].startswith("actions/checkout@"):
                    self.assertIs(step["with"]["persist-credentials"], False, name)

    def test_scripts_take_nothing_from_outside_into_their_text(self):
        for name, step in self.steps():
            self.assertNotIn("${{ github.event", step.get("run", ""), name)
            self.assertNotIn("${{ github.ref_name", step.get("run", ""), name)
            self.assertNotIn("secrets.", step.get("run", ""), name)

    def test_what_they_run_is_there(self):
        targets = set(re.findall(r"^([a-z-]+):", (stack.ROOT / "Makefile").read_text(), re.M))
        for name, step in self.steps():
            for script in re.findall(r"bash (\S+\.sh)", step.get("run", "")):
                self.assertTrue((stack.ROOT / script).exists(), script)
            for target in re.findall(r"^make ([a-z-]+)", step.get("run", ""), re.M):
                if target == "image" and not (stack.ROOT / "Dockerfile").exists():
                    continue
                self.assertIn(target, targets, name)


if __name__ == "__main__":
    unittest.main()
