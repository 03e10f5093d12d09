"""The launcher on a real API server that has the Spark operator's schemas; the test ends applications as the operator
would. Needs a kubeconfig in SLUICE_TEST_KUBECONFIG."""

import json
import logging
import os
import pathlib
import shutil
import tempfile
import threading
import time
import unittest

from kubernetes import client, config
from test_quick import FOLDER, instance

KUBECONFIG = os.environ.get("SLUICE_TEST_KUBECONFIG")


@unittest.skipUnless(KUBECONFIG, "SLUICE_TEST_KUBECONFIG names no API server")
class OperatorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ["AIRFLOW_CONN_KUBERNETES_DEFAULT"] = json.dumps(
            {"conn_type": "kubernetes", "extra": {"kube_config_path": KUBECONFIG}}
        )
        os.environ["AIRFLOW_VAR_SLUICE_ENVIRONMENT"] = "dev"
        config.load_kube_config(KUBECONFIG)
        cls.objects = client.CustomObjectsApi()
        cls.core = client.CoreV1Api()

    def setUp(self):
        import sluice_launcher

        self.module = sluice_launcher
        self.arguments = ["refine", "--source", "calls"]
        # A run of its own, so that the names are.
        self.run_id = f"{self.id()} {time.time()}"

    def launcher(self, tries):
        launcher = self.module.SparkOperatorLauncher(
            logging.getLogger("test"), instance(run_id=self.run_id, try_number=tries), list(self.arguments)
        )
        launcher.seconds = 0.1
        return launcher

    def start(self, launcher, conf=None):
        ended = []

        def body():
            try:
                launcher.run(conf or {})
                ended.append(None)
            except Exception as e:
                ended.append(e)

        thread = threading.Thread(target=body)
        thread.start()
        return thread, ended

    def until(self, launcher, condition):
        end = time.time() + 20
        while time.time() < end:
            app = launcher.find()
            if condition(app):
                return app
            time.sleep(0.05)
        self.fail(f"did not happen: {app}")

    def status(self, launcher, state, error="", pod=None):
        self.objects.patch_namespaced_custom_object_status(
            **self.module.GROUP,
            namespace="sluice",
            name=launcher.name,
            body={
                "status": {
                    "applicationState": {"state": state, "errorMessage": error},
                    "driverInfo": {"podName": pod} if pod else {},
                }
            },
        )

    def test_a_program_runs_to_its_end(self):
        launcher = self.launcher(1)
        thread, ended = self.start(launcher, {"spark.openlineage.parentRunId": "id"})
        app = self.until(launcher, bool)
        self.assertEqual(self.arguments, app["spec"]["arguments"])
        self.assertEqual("id", app["spec"]["sparkConf"]["spark.openlineage.parentRunId"])
        self.assertEqual("true", app["spec"]["sparkConf"]["spark.decommission.enabled"])
        self.assertEqual("registry.example.com/dev/sluice", app["spec"]["image"].rsplit(":", 1)[0])
        self.status(launcher, "RUNNING")
        self.status(launcher, "COMPLETED")
        thread.join(20)
        self.assertEqual([None], ended)

    def test_the_drivers_exit_code_decides(self):
        from airflow.sdk.exceptions import AirflowException, AirflowFailException
        from sluice_launcher import StoppedByCheck

        for code, error in ((3, StoppedByCheck), (2, AirflowFailException), (1, AirflowException), (137, AirflowException)):
            self.run_id += "x"
            launcher = self.launcher(1)
            thread, ended = self.start(launcher)
            self.until(launcher, bool)
            self.status(launcher, "FAILED", f"driver container failed with ExitCode: {code}, Reason: Error")
            thread.join(20)
            self.assertEqual(error, type(ended[0]), code)

    def test_the_drivers_pod_says_it_better_than_the_operator(self):
        from sluice_launcher import StoppedByCheck

        launcher = self.launcher(1)
        thread, ended = self.start(launcher)
        self.until(launcher, bool)
        pod = launcher.name + "-driver"
        locked = {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        self.core.create_namespaced_pod(
            "sluice",
            {
                "metadata": {"name": pod},
                "spec": {
                    "containers": [{"name": "spark-kubernetes-driver", "image": "sluice:0", "securityContext": locked}]
                },
            },
        )
        terminated = {"exitCode": 3}
        container = {
            "name": "spark-kubernetes-driver",
            "image": "sluice:0",
            "imageID": "",
            "ready": False,
            "restartCount": 0,
            "state": {"terminated": terminated},
        }
        self.core.patch_namespaced_pod_status(pod, "sluice", {"status": {"containerStatuses": [container]}})
        self.status(launcher, "FAILED", "", pod)
        thread.join(20)
        self.assertEqual(StoppedByCheck, type(ended[0]), ended)

    def test_a_later_try_watches_what_still_runs(self):
        first, second = self.launcher(1), self.launcher(2)
        one, _ = self.start(first)
        uid = self.until(first, bool)["metadata"]["uid"]
        self.status(first, "RUNNING")
        two, ended = self.start(second)
        self.until(second, lambda app: app["metadata"]["labels"]["sluice.io/try"] == "2")
        # The worker that was thought dead is ended now: that must not end what the second try watches.
        first.kill()
        self.assertEqual(uid, second.find()["metadata"]["uid"])
        self.status(second, "COMPLETED")
        one.join(20)
        two.join(20)
        self.assertEqual([None], ended)

    def test_what_has_ended_is_made_anew(self):
        first = self.launcher(1)
        one, _ = self.start(first)
        uid = self.until(first, bool)["metadata"]["uid"]
        self.status(first, "FAILED", "driver container failed with ExitCode: 1")
        one.join(20)
        second = self.launcher(2)
        two, ended = self.start(second)
        self.until(second, lambda app: app and app["metadata"]["uid"] != uid)
        self.status(second, "COMPLETED")
        two.join(20)
        self.assertEqual([None], ended)

    def test_a_killed_task_ends_its_program(self):
        launcher = self.launcher(1)
        thread, ended = self.start(launcher)
        self.until(launcher, bool)
        launcher.kill()
        thread.join(20)
        self.assertIn("was deleted while it ran", str(ended[0]))

    def test_a_field_that_the_operator_does_not_know_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "spark-apps"
            shutil.copytree(FOLDER.parent / "spark-apps", copy)
            program = copy / "base/programs/refine.yaml"
            program.write_text(program.read_text().replace("  mainClass:", "  mainKlass: x\n  mainClass:"))
            os.environ["AIRFLOW_VAR_SLUICE_MANIFESTS"] = str(copy)
            self.addCleanup(os.environ.pop, "AIRFLOW_VAR_SLUICE_MANIFESTS", None)
            launcher = self.launcher(1)
        with self.assertRaisesRegex(client.ApiException, "mainKlass"):
            launcher.run({})
        self.assertIsNone(launcher.find())


if __name__ == "__main__":
    unittest.main()
