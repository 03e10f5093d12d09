"""The DAGs as a real Airflow parses them, and the launcher's parts that need no cluster."""

import http.server
import json
import os
import pathlib
import re
import shutil
import stat
import sys
import tempfile
import threading
import time
import types
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[1]
GRAPH = json.loads((FOLDER / "graph.json").read_text())

# What parsing may not do; noted by the interpreter's own audit, where a file of this folder is what asks for it.
FORBIDDEN = {"subprocess.Popen", "os.system", "socket.connect", "socket.getaddrinfo"}
SEEN = []


def note(event, arguments):
    if event in FORBIDDEN:
        frame = sys._getframe()
        while frame and pathlib.Path(frame.f_code.co_filename).parent != FOLDER:
            frame = frame.f_back
        if frame:
            SEEN.append((frame.f_code.co_filename, event, arguments[0]))


sys.addaudithook(note)


def parse(folder):
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=str(folder))


class DagsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        del SEEN[:]
        cls.bag = parse(FOLDER)
        cls.seen = list(SEEN)

    def test_they_import_without_error_or_warning(self):
        self.assertEqual({}, self.bag.import_errors)
        self.assertEqual({}, self.bag.captured_warnings)
        dags = {file.stem for file in FOLDER.glob("*.py") if not file.name.startswith("sluice_")}
        self.assertIn("nightly", dags)
        self.assertEqual(dags, set(self.bag.dags))

    def test_parsing_starts_no_command_and_opens_no_connection(self):
        self.assertEqual([], self.seen)

    def test_nightly_is_the_graph(self):
        dag = self.bag.dags["nightly"]
        expected = {}
        for source in GRAPH["sources"]:
            expected[f"ingest.{source['name']}"] = set()
            expected[f"refine.{source['name']}"] = {f"ingest.{source['name']}"} | {
                f"refine.{other}" for other in source["references"]
            }
        for mart in GRAPH["marts"]:
            expected[f"build.{mart['name']}"] = {f"refine.{source}" for source in mart["reads"]}
        self.assertEqual(expected, {task.task_id: task.upstream_task_ids for task in dag.tasks})

    def test_owners_are_those_of_the_contracts(self):
        dag = self.bag.dags["nightly"]
        for kind, commands in (("sources", ("ingest", "refine")), ("marts", ("build",))):
            for one in GRAPH[kind]:
                for command in commands:
                    self.assertEqual(one["owner"], dag.get_task(f"{command}.{one['name']}").owner)

    def test_every_dag_has_runbook_deadline_and_alert(self):
        for dag in self.bag.dags.values():
            self.assertTrue(dag.doc_md, dag.dag_id)
            self.assertFalse(dag.catchup)
            self.assertEqual(1, dag.max_active_runs)
            self.assertEqual("sluice_alerts.late", dag.deadline[0].callback.path)
            for task in dag.tasks:
                self.assertEqual(3, task.retries)
                self.assertTrue(task.retry_exponential_backoff)
                self.assertEqual(["failed"], [callback.__name__ for callback in task.on_failure_callback])
                (runbook,) = re.findall(r"docs/commands/\w+\.md", task.doc_md)
                self.assertTrue((FOLDER.parent / runbook).exists(), runbook)

    def test_dags_survive_the_database(self):
        from airflow.serialization.serialized_objects import DagSerialization

        for dag in self.bag.dags.values():
            again = DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(dag))))
            self.assertEqual(set(dag.task_ids), set(again.task_ids))

    def test_a_new_source_mart_and_model_are_tasks_without_an_edit(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "dags"
            shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("tests", "__pycache__"))
            graph = json.loads(json.dumps(GRAPH))
            graph["sources"].append({"name": "readings", "owner": "meters", "references": ["vendors"]})
            graph["marts"].append({"name": "usage_daily", "owner": "meters", "reads": ["readings"]})
            graph["models"].append({"name": "leak", "owner": "meters", "reads": ["gold.usage_daily"]})
            graph["streams"].append({"name": "readings", "owner": "meters"})
            (copy / "graph.json").write_text(json.dumps(graph))
            # As on a scheduler, where the folder alone is on the path: this process has the real one imported.
            command = (
                "import json, sys; from airflow.dag_processing.dagbag import DagBag\n"
                "bag = DagBag(dag_folder=sys.argv[1])\n"
                "print(json.dumps([bag.import_errors, {d: {t.task_id: sorted(t.upstream_task_ids) for t in dag.tasks}"
                " for d, dag in bag.dags.items()}, str(bag.dags['retrain'].timetable.asset_condition)]))"
            )
            import subprocess

            run = subprocess.run(
                [sys.executable, "-c", command, str(copy)],
                env={**os.environ, "PYTHONPATH": str(copy)},
                capture_output=True,
                text=True,
                check=True,
            )
            errors, dags, assets = json.loads(run.stdout.splitlines()[-1])
            self.assertEqual({}, errors)
            self.assertEqual(["ingest.readings", "refine.vendors"], dags["nightly"]["refine.readings"])
            self.assertEqual(["refine.readings"], dags["nightly"]["build.usage_daily"])
            self.assertEqual(["validate"], dags["retrain"]["retrain.leak"])
            self.assertEqual(["stream"], list(dags["stream_health"]))
            self.assertTrue(assets.startswith("AssetAny("), assets)
            self.assertIn("gold/usage_daily", assets)

    def test_an_executor_without_callbacks_is_given_no_deadline(self):
        import sluice_graph

        self.assertIsNotNone(sluice_graph.deadline(hours=1))
        os.environ["AIRFLOW__CORE__EXECUTOR"] = "KubernetesExecutor"
        self.addCleanup(os.environ.pop, "AIRFLOW__CORE__EXECUTOR", None)
        self.assertIsNone(sluice_graph.deadline(hours=1))

    def test_backfill_shows_its_plan_first(self):
        dag = self.bag.dags["backfill"]
        self.assertEqual({"plan"}, dag.get_task("run").upstream_task_ids)
        self.assertIn("--dry-run", dag.get_task("plan").arguments)
        tables = dag.params.get_param("table").schema["enum"]
        self.assertEqual(len(GRAPH["sources"]) + len(GRAPH["marts"]), len(tables))
        for params, expected in (
            ({"table": "gold.spend_daily", "from": "2026-01-02", "to": "2026-01-03", "dry_run": False},
             ["backfill", "--mart", "spend_daily", "--from", "2026-01-02", "--to", "2026-01-03", ""]),
            ({"table": "silver.calls", "from": "2026-01-02", "to": "2026-01-02", "dry_run": True},
             ["backfill", "--source", "calls", "--from", "2026-01-02", "--to", "2026-01-02", "--dry-run"]),
        ):
            run = dag.get_task("run")
            self.assertEqual(
                expected, run.render_template(run.arguments, {"params": params}, run.get_template_env(dag))
            )


def instance(**changes):
    """A task instance, as far as names go."""
    return types.SimpleNamespace(
        **{"dag_id": "nightly", "run_id": "scheduled__1", "task_id": "t", "map_index": -1, "try_number": 1, **changes}
    )


class LauncherTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def set(self, name, value):
        variable = f"AIRFLOW_VAR_{name.upper()}"
        os.environ[variable] = value
        self.addCleanup(os.environ.pop, variable, None)

    def script(self, text):
        file = self.folder / "sluice"
        file.write_text("#!/bin/sh\n" + text)
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        self.set("sluice_command", str(file))

    def local(self, *arguments):
        import logging

        from sluice_launcher import LocalLauncher

        return LocalLauncher(logging.getLogger("test"), instance(), list(arguments))

    def test_exit_codes(self):
        from airflow.sdk.exceptions import AirflowException, AirflowFailException

        self.script("exit $2")
        self.local("refine", "0").run({})
        for code, error in (("1", AirflowException), ("2", AirflowFailException), ("3", AirflowFailException)):
            with self.assertRaises(error) as raised:
                self.local("refine", code).run({})
            self.assertEqual(error, type(raised.exception))
            # What Airflow does not retry.
            self.assertEqual(code != "1", isinstance(raised.exception, AirflowFailException))

    def test_what_runs_is_logged_and_told_of_its_parent(self):
        self.script('echo "got $*"')
        with self.assertLogs("test", "INFO") as logs:
            self.local("refine", "--source", "calls").run({"spark.openlineage.parentRunId": "id"})
        self.assertIn("got refine --source calls --set spark.openlineage.parentRunId=id", logs.output[-1])

    def test_killing_ends_all_that_was_started(self):
        self.script(f"sleep 600 & echo $! > {self.folder}/pid; wait")
        launcher = self.local("refine")
        thread = threading.Thread(target=lambda: self.assertRaises(Exception, launcher.run, {}))
        thread.start()
        pid = self.folder / "pid"
        end = time.time() + 30
        while time.time() < end and not (launcher.process and pid.exists() and pid.read_text().strip()):
            time.sleep(0.05)
        launcher.kill()
        thread.join(20)
        self.assertFalse(thread.is_alive())
        child = pathlib.Path("/proc") / pid.read_text().strip() / "stat"
        self.assertTrue(not child.exists() or child.read_text().split()[2] in "ZX")

    def test_a_timeout_ends_what_runs(self):
        from airflow.sdk.exceptions import AirflowTaskTimeout
        from airflow.sdk.execution_time.timeout import timeout

        # A command that hangs, and will not be told.
        self.script("trap '' TERM; while :; do sleep 1; done")
        launcher = self.local("refine")
        launcher.patience = 1
        began = time.monotonic()
        with self.assertRaises(AirflowTaskTimeout), timeout(2):
            launcher.run({})
        self.assertLess(time.monotonic() - began, 60)
        self.assertIsNotNone(launcher.process.poll())

    def test_what_was_killed_before_it_began_does_not_begin(self):
        from airflow.sdk.exceptions import AirflowException
        from sluice_launcher import ProgramOperator

        self.script(f"touch {self.folder}/began")
        self.set("sluice_launcher", "local")
        operator = ProgramOperator(task_id="t", arguments=["refine"])
        operator.on_kill()
        with self.assertRaisesRegex(AirflowException, "before it began"):
            operator.execute({"ti": instance()})
        self.assertFalse((self.folder / "began").exists())

    def test_names_are_labels_and_the_same_for_every_try(self):
        from sluice_launcher import name

        arguments = ["refine", "--source", "purchase_orders"]
        one = name(arguments, instance())
        self.assertRegex(one, "^refine-purchase-orders-[0-9a-f]{8}$")
        self.assertEqual(one, name(arguments, instance(try_number=2)))
        for other in ({"run_id": "scheduled__2"}, {"task_id": "u"}, {"dag_id": "d"}, {"map_index": 1}):
            self.assertNotEqual(one, name(arguments, instance(**other)))
        self.assertLessEqual(len(name(["refine", "--source", "x_" * 60], instance())), 48)

    def test_manifests_are_what_kustomize_makes_of_the_overlays(self):
        import subprocess

        import yaml
        from sluice_launcher import manifest

        if not shutil.which("kubectl"):
            self.skipTest("overlays were not held against kustomize: kubectl is not installed")
        for environment in ("dev", "prod"):
            overlay = FOLDER.parent / "spark-apps/overlays" / environment / "commands"
            rendered = subprocess.run(["kubectl", "kustomize", overlay], check=True, capture_output=True, text=True)
            self.set("sluice_environment", environment)
            commands = list(yaml.safe_load_all(rendered.stdout))
            self.assertGreater(len(commands), 4)
            for command in commands:
                self.assertEqual(command, manifest(command["metadata"]["name"]))

    def test_what_an_overlay_says_besides_is_refused(self):
        from airflow.sdk.exceptions import AirflowFailException
        from sluice_launcher import manifest

        with self.assertRaisesRegex(AirflowFailException, "one of .'dev', 'prod'., is ''"):
            manifest("refine")
        shutil.copytree(FOLDER.parent / "spark-apps", self.folder / "spark-apps")
        self.set("sluice_manifests", str(self.folder / "spark-apps"))
        self.set("sluice_environment", "prod")
        overlay = self.folder / "spark-apps/overlays/prod/environment/kustomization.yaml"
        text = overlay.read_text()
        for broken in (text + "namePrefix: x-\n", text.replace("op: replace", "op: remove")):
            overlay.write_text(broken)
            with self.assertRaisesRegex(AirflowFailException, "does not know"):
                manifest("refine")


class AlertsTest(unittest.TestCase):
    def test_an_alert_reaches_its_url_and_a_dead_one_fails_nothing(self):
        import sluice_alerts

        received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        os.environ["AIRFLOW_VAR_SLUICE_ALERT_URL"] = f"http://127.0.0.1:{server.server_port}/alert"
        self.addCleanup(os.environ.pop, "AIRFLOW_VAR_SLUICE_ALERT_URL", None)
        context = {
            "ti": instance(task_id="refine.calls"),
            "task": types.SimpleNamespace(owner="contact-centre-data"),
            "run_id": "scheduled__1",
            "exception": "refine was stopped by a check",
        }
        sluice_alerts.failed(context)
        sluice_alerts.late(context={"dag_run": {"dag_id": "nightly", "dag_run_id": "scheduled__1", "state": "running"}})
        # A run that has failed is no longer late.
        sluice_alerts.late(context={"dag_run": {"dag_id": "nightly", "dag_run_id": "scheduled__1", "state": "failed"}})
        self.assertEqual(["nightly", "nightly"], [message["dag"] for message in received])
        self.assertEqual("contact-centre-data", received[0]["owner"])
        self.assertIn("stopped by a check", received[0]["text"])
        server.shutdown()
        server.server_close()
        sluice_alerts.failed(context)


if __name__ == "__main__":
    unittest.main()
