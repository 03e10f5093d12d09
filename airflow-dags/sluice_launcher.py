"""Runs a command of Sluice as an Airflow task: on Kubernetes through the Spark operator, or on the worker itself.

Which of the two, the Airflow variable ``sluice_launcher`` says when the task runs: ``operator`` (the default) or
``local``. The other variables stand in the README. Nothing is asked for when a DAG is parsed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from airflow.sdk import BaseOperator, Variable
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

FOLDER = Path(__file__).resolve().parent

GROUP = {"group": "sparkoperator.k8s.io", "version": "v1beta2", "plural": "sparkapplications"}
TRY_LABEL = "sluice.io/try"


def ended(command: str, code: int, why: str = "") -> None:
    """Turns a command's exit code into the task's end. A stop by a check and wrong settings are not retried."""
    if code == 3:
        raise AirflowFailException(f"{command} was stopped by a check: see its log and docs/commands/{command}.md {why}")
    if code == 2:
        raise AirflowFailException(f"{command} was given wrong settings, contracts or arguments: see its log {why}")
    if code != 0:
        raise AirflowException(f"{command} crashed with exit code {code} {why}")


def lineage(ti) -> dict[str, str]:
    """The task as parent run of the command's OpenLineage events; nothing if Airflow sends none itself."""
    from airflow.providers.openlineage import conf

    if conf.is_disabled():
        return {}
    from airflow.providers.openlineage.plugins import macros

    return {
        "spark.openlineage.parentJobNamespace": macros.lineage_job_namespace(),
        "spark.openlineage.parentJobName": macros.lineage_job_name(ti),
        "spark.openlineage.parentRunId": macros.lineage_run_id(ti),
        "spark.openlineage.rootParentJobNamespace": macros.lineage_root_job_namespace(ti),
        "spark.openlineage.rootParentJobName": macros.lineage_root_job_name(ti),
        "spark.openlineage.rootParentRunId": macros.lineage_root_run_id(ti),
    }


class ProgramOperator(BaseOperator):
    """Runs one command to its end.

    :param arguments: as on the command line: command, then options. Templated; an argument that comes out empty is
        left out.
    """

    template_fields: Sequence[str] = ("arguments",)
    ui_color = "#dbeef5"

    def __init__(self, *, arguments: Sequence[str], **kwargs):
        kwargs.setdefault("doc_md", f"`sluice {' '.join(arguments)}`. Runbook: `docs/commands/{arguments[0]}.md`.")
        super().__init__(**kwargs)
        self.arguments = list(arguments)
        self._launcher = None
        self._killed = False

    def execute(self, context):
        kind = Variable.get("sluice_launcher", default="operator")
        launchers = {"operator": SparkOperatorLauncher, "local": LocalLauncher}
        if kind not in launchers:
            raise AirflowFailException(f"variable sluice_launcher: must be one of {sorted(launchers)}, is {kind!r}")
        arguments = [argument for argument in self.arguments if argument]
        options = shlex.split(Variable.get("sluice_options", default=""))
        self._launcher = launchers[kind](self.log, context["ti"], arguments, options)
        # Airflow goes on after on_kill: what was killed before it was there must not begin.
        if self._killed:
            raise AirflowException(f"{arguments[0]} was killed before it began")
        self._launcher.run(lineage(context["ti"]))

    def on_kill(self):
        self._killed = True
        if self._launcher:
            self._launcher.kill()


class RunningOperator(BaseOperator):
    """Fails unless the SparkApplication of a command that runs for ever is running.

    :param command: its name, which is its application's
    """

    def __init__(self, *, command: str, **kwargs):
        kwargs.setdefault("doc_md", f"Is `{command}` running? Runbook: `docs/commands/{command}.md`.")
        super().__init__(**kwargs)
        self.command = command

    def execute(self, context):
        if Variable.get("sluice_launcher", default="operator") != "operator":
            raise AirflowSkipException("streams are looked after where the operator runs them")
        launcher = SparkOperatorLauncher(self.log, context["ti"], [self.command])
        launcher.name = self.command
        app = launcher.find()
        if not app or state(app) != "RUNNING":
            raise AirflowException(f"{self.command} is not running: {state(app) or 'NEW' if app else 'not there'}")


class LocalLauncher:
    """Runs the command on the worker, by the command in the variable ``sluice_command``."""

    patience = 30

    def __init__(self, log, ti, arguments, options=()):
        self.log = log
        self.arguments = [*arguments, *options]
        self.process = None

    def run(self, conf: dict[str, str]) -> None:
        command = shlex.split(Variable.get("sluice_command", default="sluice")) + self.arguments
        for key, value in conf.items():
            command += ["--set", f"{key}={value}"]
        self.log.info("Running %s", shlex.join(command))
        # A group of its own: the command may be a script, and what it starts has to end with it.
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True
        ) as self.process:
            try:
                for line in self.process.stdout:
                    self.log.info("%s", line.rstrip())
            except BaseException:
                # Airflow's timeout: leaving the block would wait for the command.
                self.kill()
                raise
        ended(self.arguments[0], self.process.returncode)

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(self.patience)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)


class SparkOperatorLauncher:
    """Runs the command as a SparkApplication, made from the command's manifest.

    The application's name follows from DAG run and task alone, and the API server lets a name exist once. So a try that
    comes after a worker died finds the application that is still running and watches it: there is never a second driver
    for one task. One that has ended is taken away and made anew.
    """

    seconds = 5

    def __init__(self, log, ti, arguments, options=()):
        from airflow.providers.cncf.kubernetes.hooks.kubernetes import KubernetesHook

        self.log = log
        self.arguments = [*arguments, *options]
        self.command = arguments[0]
        self.tries = str(ti.try_number)
        self.killed = False
        self.manifest = manifest(self.command)
        # Without the options: a variable changed between two tries must not make another name.
        self.name = name(arguments, ti)
        self.namespace = self.manifest["metadata"]["namespace"]
        hook = KubernetesHook(conn_id=Variable.get("sluice_kubernetes", default="kubernetes_default"))
        self.objects = hook.custom_object_client
        self.pods = hook.core_v1_client

    def run(self, conf: dict[str, str]) -> None:
        app = self.find()
        if app and (state(app) in ("COMPLETED", "FAILED") or app["metadata"].get("deletionTimestamp")):
            self.log.info("%s has ended in an earlier try: making it anew", self.name)
            self.remove(app)
            app = None
        if app:
            self.log.info("%s is still running: watching it", self.name)
            self.objects.patch_namespaced_custom_object(
                **GROUP,
                namespace=self.namespace,
                name=self.name,
                body={"metadata": {"labels": {TRY_LABEL: self.tries}}},
            )
        else:
            app = self.create(conf)
        self.watch(app["metadata"]["uid"])

    def find(self) -> dict | None:
        from kubernetes.client import ApiException

        try:
            return self.objects.get_namespaced_custom_object(**GROUP, namespace=self.namespace, name=self.name)
        except ApiException as e:
            if e.status == 404:
                return None
            raise

    def create(self, conf: dict[str, str]) -> dict:
        if self.killed:
            raise AirflowException(f"{self.name} was killed before it was made")
        body = self.manifest
        body["metadata"]["name"] = self.name
        body["metadata"].setdefault("labels", {})[TRY_LABEL] = self.tries
        body["spec"]["arguments"] = self.arguments
        body["spec"]["sparkConf"] = {**body["spec"].get("sparkConf", {}), **conf}
        self.log.info("Creating SparkApplication %s/%s: %s", self.namespace, self.name, shlex.join(self.arguments))
        return self.objects.create_namespaced_custom_object(
            **GROUP, namespace=self.namespace, body=body, field_validation="Strict"
        )

    def watch(self, uid: str) -> None:
        seen = None
        while True:
            app = self.find()
            if app is None or app["metadata"]["uid"] != uid:
                raise AirflowException(f"SparkApplication {self.name} was deleted while it ran")
            if state(app) != seen:
                seen = state(app)
                self.log.info("%s: %s", self.name, seen or "NEW")
            if seen in ("COMPLETED", "FAILED"):
                break
            time.sleep(self.seconds)
        code = self.driver_end(app)
        error = app["status"]["applicationState"].get("errorMessage", "")
        if code is None:
            found = re.search(r"ExitCode: (\d+)", error)
            code = int(found.group(1)) if found else 1
        ended(self.command, 0 if seen == "COMPLETED" else code or 1, error)

    def driver_end(self, app: dict) -> int | None:
        """Puts the end of the driver's log into the task's, and gives its exit code; None if the pod is gone."""
        from kubernetes.client import ApiException

        pod = app["status"].get("driverInfo", {}).get("podName")
        if not pod:
            return None
        try:
            text = self.pods.read_namespaced_pod_log(pod, self.namespace, tail_lines=1000)
            for line in (text or "").splitlines():
                self.log.info("%s", line)
        except ApiException as e:
            self.log.warning("the log of %s cannot be read: %s", pod, e.reason)
        try:
            for container in self.pods.read_namespaced_pod(pod, self.namespace).status.container_statuses or []:
                if container.name == "spark-kubernetes-driver" and container.state.terminated:
                    return container.state.terminated.exit_code
        except ApiException as e:
            self.log.warning("%s cannot be read: %s", pod, e.reason)
        return None

    def remove(self, app: dict) -> None:
        from kubernetes.client import ApiException, V1DeleteOptions, V1Preconditions

        try:
            self.objects.delete_namespaced_custom_object(
                **GROUP,
                namespace=self.namespace,
                name=self.name,
                body=V1DeleteOptions(
                    propagation_policy="Foreground", preconditions=V1Preconditions(uid=app["metadata"]["uid"])
                ),
            )
        except ApiException as e:
            if e.status != 404:
                raise
        # It stays until its driver and executors are gone: what comes after it never runs beside them.
        patience = time.monotonic() + 600
        while (left := self.find()) and left["metadata"]["uid"] == app["metadata"]["uid"]:
            if time.monotonic() > patience:
                raise AirflowException(f"SparkApplication {self.name} was deleted ten minutes ago, and is still there")
            time.sleep(self.seconds)

    def kill(self) -> None:
        """Ends the application, unless a later try watches it by now."""
        self.killed = True
        app = self.find()
        if app and app["metadata"].get("labels", {}).get(TRY_LABEL) == self.tries:
            self.remove(app)


def state(app: dict) -> str:
    return app.get("status", {}).get("applicationState", {}).get("state", "")


def name(arguments: Sequence[str], ti) -> str:
    """A DNS label that tells people what runs, and is the same for every try of one task in one DAG run."""
    words = [word for word in arguments[:3] if not word.startswith("-")]
    told = re.sub(r"[^a-z0-9]+", "-", "-".join(words).lower())[:38].strip("-")
    key = "\n".join([ti.dag_id, ti.run_id, ti.task_id, str(ti.map_index)])
    return f"{told}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def manifest(command: str) -> dict:
    """The SparkApplication of a command in the environment that the variable ``sluice_environment`` names."""
    environment = Variable.get("sluice_environment", default="")
    folder = Path(Variable.get("sluice_manifests", default=str(FOLDER.parent / "spark-apps")))
    overlay = folder / "overlays" / environment / "environment/kustomization.yaml"
    if not environment or not overlay.exists():
        there = sorted(path.name for path in (folder / "overlays").iterdir())
        raise AirflowFailException(f"variable sluice_environment: must be one of {there}, is {environment!r}")
    document = yaml.safe_load((folder / "base/commands" / f"{command}.yaml").read_text())
    return overlaid(document, yaml.safe_load(overlay.read_text()), overlay)


def overlaid(document: dict, overlay: dict, place: Path) -> dict:
    """What kustomize makes of a manifest by an overlay of images and of patches that test and replace.

    A worker has no kustomize, and a copy of every manifest per environment would have to be kept. A test holds this
    equal to kustomize for every command and environment; what an overlay says besides is refused.
    """
    unknown = set(overlay) - {"apiVersion", "kind", "configurations", "images", "patches"}
    if unknown:
        raise AirflowFailException(f"{place}: the launcher does not know {sorted(unknown)}")
    spec = document["spec"]
    for image in overlay.get("images", []):
        name, _, tag = spec["image"].rpartition(":")
        if name == image["name"]:
            spec["image"] = f"{image.get('newName', name)}:{image.get('newTag', tag)}"
    for patch in overlay.get("patches", []):
        target = patch["target"]
        if target["kind"] == document["kind"] and re.fullmatch(target.get("name", ".*"), document["metadata"]["name"]):
            for step in yaml.safe_load(patch["patch"]):
                apply(step, document, place)
    return document


def apply(step: dict, document: dict, place: Path) -> None:
    *path, last = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
    node = document
    for part in path:
        node = node[int(part) if isinstance(node, list) else part]
    key = int(last) if isinstance(node, list) else last
    if step["op"] == "replace" or (step["op"] == "test" and node[key] == step["value"]):
        node[key] = step["value"]
    else:
        raise AirflowFailException(f"{place}: the launcher does not know or keep {step}")
