"""Copies of the modules that tests validate, plan, apply and spoil, with providers that stand in for the real ones."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGET = ROOT / "target" / "terraform"
ENVIRONMENTS = ("dev", "prod")
ACCOUNT = "111122223333"
REGION = "eu-central-1"


def environ() -> dict:
    return os.environ | {
        "TF_CLI_CONFIG_FILE": str(TARGET / "mirror.tfrc"),
        "TF_IN_AUTOMATION": "1",
        "TF_DATA_DIR": ".terraform",
        "CHECKPOINT_DISABLE": "1",
        "STANDIN_SCHEMAS": str(HERE / "schemas"),
    }


class Copy:
    """A copy of a root module and all it reads; state is a local file, the backend is left out."""

    def __init__(self, name: str, folder: str):
        self.root = TARGET / "copies" / name
        self.folder = self.root / "terraform" / folder
        shutil.rmtree(self.root, ignore_errors=True)
        skip = shutil.ignore_patterns(".terraform*", "*.tfstate*", "terraform.tfvars", "tests", "__pycache__")
        shutil.copytree(ROOT / "terraform", self.root / "terraform", ignore=skip)
        shutil.copytree(ROOT / "conf" / "contracts", self.root / "conf" / "contracts")
        (self.root / "airflow-dags").mkdir()
        shutil.copy(ROOT / "airflow-dags" / "graph.json", self.root / "airflow-dags")
        shutil.copy(self.folder / "example.tfvars", self.folder / "example.auto.tfvars")
        (self.folder / "backend_override.tf").write_text('terraform {\n  backend "local" {}\n}\n')

    def init(self) -> "Copy":
        done = self.terraform("init", "-input=false")
        if done.returncode:
            raise AssertionError(done.stderr or done.stdout)
        return self

    def terraform(self, *arguments: str) -> subprocess.CompletedProcess:
        command = ["terraform", *arguments, "-no-color"]
        return subprocess.run(command, cwd=self.folder, env=environ(), capture_output=True, text=True, timeout=600)

    def spoil(self, file: str, old: str, new: str) -> None:
        path = self.root / "terraform" / file
        text = path.read_text()
        if old not in text:
            raise AssertionError(f"{file} does not hold {old!r} any more")
        path.write_text(text.replace(old, new))

    @contextlib.contextmanager
    def spoiled(self, file: str, old: str, new: str):
        path = self.root / "terraform" / file
        whole = path.read_text()
        self.spoil(file, old, new)
        try:
            yield
        finally:
            path.write_text(whole)

    def state(self) -> dict:
        """Attributes of every resource of the state, by address."""
        document = json.loads((self.folder / "terraform.tfstate").read_text())
        found = {}
        for resource in document["resources"]:
            if resource["mode"] == "managed":
                module = re.sub(r"^module\.environment\.?", "", resource.get("module", ""))
                for instance in resource["instances"]:
                    key = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
                    address = ".".join(filter(None, (module, resource["type"], resource["name"]))) + key
                    found[address] = instance["attributes"]
        return found

    def dependencies(self) -> dict:
        """By resource: those that are made before it, and destroyed after it."""
        document = json.loads((self.folder / "terraform.tfstate").read_text())
        return {
            ".".join(filter(None, (resource.get("module", ""), resource["type"], resource["name"]))): set(resource["instances"][0].get("dependencies", []))
            for resource in document["resources"]
            if resource["mode"] == "managed" and resource["instances"]
        }

    def outputs(self) -> dict:
        return json.loads((self.folder / "terraform.tfstate").read_text())["outputs"]["environment"]["value"]


_applied = {}


def applied(environment: str) -> Copy:
    """The environment after an apply that made everything; made once for all tests."""
    if environment not in _applied:
        copy = Copy(environment, f"environments/{environment}").init()
        done = copy.terraform("apply", "-auto-approve", "-input=false")
        if done.returncode:
            raise AssertionError(done.stderr)
        _applied[environment] = copy
    return _applied[environment]
