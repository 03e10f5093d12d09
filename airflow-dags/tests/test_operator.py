"""The launcher on a real API server that has the Spark operator's schemas and what stands in the cluster
(``kubectl apply -k spark-apps/overlays/dev``). It works as the account ``airflow``; the test ends applications as the
operator would. Needs an administrator's kubeconfig in SLUICE_TEST_KUBECONFIG."""

import json
import logging
import os
import pathlib
import shutil
import tempfile
import threading
import time
import unittest

import yaml
from kubernetes import client, config
from test_quick import FOLDER, instance

KUBECONFIG = os.environ.get("SLUICE_TEST_KUBECONFIG")

# What the namespace's pod security standard asks for.
LOCKED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def pod(account, spec=None, container=None):
    """One as a driver makes them, of an account."""
    locked = {"name": "e", "image": "sluice:0", "securityContext": LOCKED}
    return {
        "metadata": {"generateName": "executor-"},
        "spec": {"serviceAccountName": account, "containers": [{**locked, **(container or {})}], **(spec or {})},
    }


@unittest.skipUnless(KUBECONFIG, "SLUICE_TEST_KUBECONFIG names no API server")
class OperatorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        admin = config.new_client_from_config(KUBECONFIG)
        cls.objects = client.CustomObjectsApi(admin)
        cls.core = client.CoreV1Api(admin)
        cls.review = client.AuthorizationV1Api(admin)
        os.environ["AIRFLOW_CONN_KUBERNETES_DEFAULT"] = json.dumps(
            {"conn_type": "kubernetes", "extra": {"kube_config_path": cls.kubeconfig("airflow")}}
        )
        os.environ["AIRFLOW_VAR_SLUICE_ENVIRONMENT"] = "dev"

        cls.over = threading.Event()
        collector = threading.Thread(target=cls.collect)
        collector.start()
        cls.addClassCleanup(collector.join)
        cls.addClassCleanup(cls.over.set)

    @classmethod
    def collect(cls):
        """Lets go of what has been deleted, as the garbage collector of a cluster does when all that it owns is gone."""
        import sluice_launcher

        while not cls.over.wait(0.2):
            for app in cls.objects.list_namespaced_custom_object(**sluice_launcher.GROUP, namespace="sluice")["items"]:
                if "foregroundDeletion" in app["metadata"].get("finalizers", []):
                    cls.objects.patch_namespaced_custom_object(
                        **sluice_launcher.GROUP,
                        namespace="sluice",
                        name=app["metadata"]["name"],
                        body={"metadata": {"finalizers": []}},
                    )

    @classmethod
    def kubeconfig(cls, account):
        """The file of a service account, as a pod of it would come to the API server."""
        token = cls.core.create_namespaced_service_account_token(account, "sluice", {"spec": {}}).status.token
        kube = yaml.safe_load(pathlib.Path(KUBECONFIG).read_text())
        kube["users"] = [{"name": kube["users"][0]["name"], "user": {"token": token}}]
        file = cls.folder / account
        file.write_text(yaml.safe_dump(kube))
        return str(file)

    def test_who_may_do_what(self):
        """Asked of the API server itself, for each account."""

        def may(account, verb, resource, group=""):
            spec = {
                "user": f"system:serviceaccount:sluice:{account}",
                "resourceAttributes": {"namespace": "sluice", "verb": verb, "resource": resource, "group": group},
            }
            return self.review.create_subject_access_review({"spec": spec}).status.allowed

        for account in ("ingestor", "operator", "scientist"):
            self.assertTrue(may(account, "create", "pods"))
            for verb in ("update", "patch"):
                self.assertFalse(may(account, verb, "pods"))
            self.assertFalse(may(account, "create", "sparkapplications", "sparkoperator.k8s.io"))
        self.assertTrue(may("airflow", "create", "sparkapplications", "sparkoperator.k8s.io"))
        self.assertFalse(may("airflow", "create", "pods"))
        for account in ("ingestor", "operator", "scientist", "airflow"):
            self.assertFalse(may(account, "get", "secrets"))

    def test_a_driver_cannot_give_a_pod_another_account(self):
        driver = client.CoreV1Api(config.new_client_from_config(self.kubeconfig("ingestor")))
        with self.assertRaisesRegex(client.ApiException, "may only be given the service account"):
            driver.create_namespaced_pod("sluice", pod("operator"))
        driver.create_namespaced_pod("sluice", pod("ingestor"))
        with self.assertRaisesRegex(client.ApiException, "violates PodSecurity"):
            driver.create_namespaced_pod("sluice", pod("ingestor", container={"securityContext": {"privileged": True}}))

    def test_a_driver_cannot_reach_for_the_secret_or_for_others_pods(self):
        driver = client.CoreV1Api(config.new_client_from_config(self.kubeconfig("ingestor")))
        secret = {"name": "sluice-secrets"}
        for spec, container in (
            ({"volumes": [{"name": "s", "secret": {"secretName": "sluice-secrets"}}]}, {}),
            ({"volumes": [{"name": "s", "projected": {"sources": [{"secret": secret}]}}]}, {}),
            ({}, {"env": [{"name": "K", "valueFrom": {"secretKeyRef": {**secret, "key": "privacy-key"}}}]}),
            ({}, {"envFrom": [{"secretRef": secret}]}),
        ):
            with self.assertRaisesRegex(client.ApiException, "a driver's pods"):
                driver.create_namespaced_pod("sluice", pod("ingestor", spec, container))
        others = self.core.create_namespaced_pod("sluice", pod("operator")).metadata.name
        with self.assertRaisesRegex(client.ApiException, "deleted by its own"):
            driver.delete_namespaced_pod(others, "sluice")
        own = driver.create_namespaced_pod("sluice", pod("ingestor")).metadata.name
        driver.delete_namespaced_pod(own, "sluice")

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

    def test_a_command_runs_to_its_end(self):
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

        for code, error in ((3, AirflowFailException), (2, AirflowFailException), (1, AirflowException), (137, AirflowException)):
            self.run_id += "x"
            launcher = self.launcher(1)
            thread, ended = self.start(launcher)
            self.until(launcher, bool)
            self.status(launcher, "FAILED", f"driver container failed with ExitCode: {code}, Reason: Error")
            thread.join(20)
            self.assertEqual(error, type(ended[0]), code)

    def test_the_drivers_pod_says_it_better_than_the_operator(self):
        from airflow.sdk.exceptions import AirflowFailException

        launcher = self.launcher(1)
        thread, ended = self.start(launcher)
        self.until(launcher, bool)
        pod = launcher.name + "-driver"
        self.core.create_namespaced_pod(
            "sluice",
            {
                "metadata": {"name": pod},
                "spec": {
                    "serviceAccountName": "operator",
                    "containers": [{"name": "spark-kubernetes-driver", "image": "sluice:0", "securityContext": LOCKED}],
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
        self.assertEqual(AirflowFailException, type(ended[0]), ended)

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

    def test_a_stream_has_to_run(self):
        from airflow.sdk.exceptions import AirflowException

        launcher = self.launcher(1)
        launcher.name = "stream"
        check = self.module.RunningOperator(task_id="stream", command="stream")
        with self.assertRaisesRegex(AirflowException, "not there"):
            check.execute({"ti": instance()})
        self.objects.create_namespaced_custom_object(
            **self.module.GROUP, namespace="sluice", body=self.module.manifest("stream")
        )
        for state in ("SUBMITTED", "RUNNING", "PENDING_RERUN"):
            self.status(launcher, state)
            if state == "RUNNING":
                check.execute({"ti": instance()})
            else:
                with self.assertRaisesRegex(AirflowException, state):
                    check.execute({"ti": instance()})
        launcher.remove(launcher.find())

    def test_a_field_that_the_operator_does_not_know_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "spark-apps"
            shutil.copytree(FOLDER.parent / "spark-apps", copy)
            command = copy / "base/commands/refine.yaml"
            command.write_text(command.read_text().replace("  mainClass:", "  mainKlass: x\n  mainClass:"))
            os.environ["AIRFLOW_VAR_SLUICE_MANIFESTS"] = str(copy)
            self.addCleanup(os.environ.pop, "AIRFLOW_VAR_SLUICE_MANIFESTS", None)
            launcher = self.launcher(1)
        with self.assertRaisesRegex(client.ApiException, "mainKlass"):
            launcher.run({})
        self.assertIsNone(launcher.find())


if __name__ == "__main__":
    unittest.main()
