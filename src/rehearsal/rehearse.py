"""The rehearsal: a night of Sluice on a real API server by the real Spark operator, with what goes wrong in one, and the
proof that it ends with the tables of a quiet night on one machine. docs/rehearsal.md

rehearse.py BINARIES: what run.sh built
"""

import collections
import contextlib
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request

from cluster import ROOT, Cluster, Lake, Missing, end
from collector import Collector

WORK = ROOT / "target/rehearsal"
GRAPH = json.loads((ROOT / "airflow-dags/graph.json").read_text())
SLUICE = str(ROOT / "target/sluice")
KEYS = {"SLUICE_S3_ACCESS_KEY": "sluice", "SLUICE_S3_SECRET_KEY": "sluice-local-only"}
VERSION = re.search(r"<artifactId>sluice</artifactId>\s*<version>(.*?)<", (ROOT / "pom.xml").read_text()).group(1)

# A twentieth of the demo's day: 100 orders and calls, so that a command is done as soon as it has started.
DAY, SCALE = "2026-01-01", "0.05"
WORKER_DAY, NIGHT = "2026-01-02", "2026-01-03"
# Of a night, all tasks, or those that are asked for, besides the ones in which something is killed and what they read.
TASKS = os.environ.get("TASKS") or ".*"
TASKS = rf"(ingest|refine)\.(vendors|purchase_orders|calls)|{TASKS}"

shown = []


def show(what, evidence):
    shown.append((what, evidence))
    say(f"shown: {what}: {evidence}")


def say(text):
    print(time.strftime("%H:%M:%S"), text, flush=True)


class Wrong(Exception):
    """What was to be shown is not so."""


def demand(holds, text):
    if not holds:
        raise Wrong(text)


class Airflow:
    """An Airflow of its own with the project's DAGs."""

    def __init__(self, stack, name, variables):
        self.stack = stack
        self.home = WORK / f"airflow-{name}"
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        self.env = {
            **os.environ,
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "airflow-dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__OPENLINEAGE__NAMESPACE": "airflow",
            **variables,
        }
        with (self.home / "migrate.log").open("w") as log:
            subprocess.run(["airflow", "db", "migrate"], env=self.env, check=True, stdout=log, stderr=subprocess.STDOUT)

    def start(self, name, *command):
        """Starts a command of Airflow's, which does not outlive this run; its log is in the home folder."""
        log = self.home / f"{name}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                ["airflow", *command], cwd=ROOT, env=self.env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.stack.callback(end, process)
        return process, log

    def night(self, day):
        """Starts a night; what it gives runs it to its end, and gives how often each task was tried."""
        process, log = self.start("nightly", "dags", "test", "nightly", day, *only(TASKS))

        def tries():
            code = process.wait()
            tasks = self.tasks(day)
            states = collections.Counter(state for _, _, state, _ in tasks)
            demand(code == 0 and set(states) == {"success"}, f"the night ended with {dict(states)}, see {log}")
            return {task: tries for _, task, _, tries in tasks}

        return tries

    def tasks(self, day):
        """Run, name, state and try of each task of a day."""
        with contextlib.closing(sqlite3.connect(self.home / "airflow.db")) as database:
            return database.execute(
                "select r.run_id, t.task_id, t.state, t.try_number from task_instance t join dag_run r"
                " on r.dag_id = t.dag_id and r.run_id = t.run_id where r.logical_date like ?",
                (day + "%",),
            ).fetchall()


def only(tasks):
    """Airflow's option by which all tasks but these are only said to be done."""
    return "--mark-success-pattern", rf"(?!({tasks})$).*"


class Pods(threading.Thread):
    """Notes every pod of Spark that there ever was, and does harm to some."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        self.cluster = cluster
        self.seen = {}
        self.harm = []
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.5):
            try:
                pods = self.cluster.get("pods", "--namespace=sluice")["items"]
            except RuntimeError as e:
                say(f"pods cannot be listed: {e}")
                continue
            for pod in pods:
                labels = pod["metadata"].get("labels", {})
                if "spark-role" in labels:
                    self.seen[pod["metadata"]["uid"]] = {
                        "name": pod["metadata"]["name"],
                        "app": labels.get("sparkoperator.k8s.io/app-name", ""),
                        "role": labels["spark-role"],
                        "phase": pod["status"].get("phase"),
                        "ip": pod["status"].get("podIP"),
                        "id": labels["spark-app-selector"],
                    }
            for harm in list(self.harm):
                if harm():
                    self.harm.remove(harm)

    def of(self, app, role):
        return [pod for pod in self.seen.values() if pod["app"].startswith(app) and pod["role"] == role]

    def works(self, app):
        """Whether an executor of the application has been given tasks, as its driver's own web page says."""
        # Of the host's ports the page takes the first that is free.
        for driver, port in itertools.product(self.of(app, "driver"), range(4040, 4044)):
            url = f"http://{driver['ip']}:{port}/api/v1/applications/{driver['id']}/executors"
            # Until Spark has started, the page says so in words.
            with contextlib.suppress(OSError, ValueError):
                with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2) as answer:
                    if any(executor["id"] != "driver" and executor["totalTasks"] for executor in json.load(answer)):
                        return True
        return False

    def kill(self, app, role):
        """Kills the container of an application's pod while its executor works, as a machine does that is lost."""

        def harm():
            pods = [pod for pod in self.of(app, role) if pod["phase"] == "Running"]
            if not pods or not self.works(app):
                return False
            podman("kill", "--signal", "KILL", container(pods[0]["name"]))
            say(f"killed {pods[0]['name']}")
            killed.append(pods[0]["name"])
            return True

        killed = []
        self.harm.append(harm)
        return killed


def podman(*arguments):
    return subprocess.run(["podman", *arguments], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def container(pod):
    found = podman("ps", "--quiet", "--filter", f"label=sluice.pod=sluice/{pod}").split()
    demand(len(found) == 1, f"{pod} has {len(found)} containers")
    return found[0]


def sluice(lake, *arguments):
    conf = WORK / "conf"
    shutil.rmtree(conf, ignore_errors=True)
    (conf / "environments").mkdir(parents=True)
    local = (ROOT / "conf/environments/local.yaml").read_text()
    (conf / "environments/local.yaml").write_text(
        local.replace("http://127.0.0.1:9878", lake.endpoint).replace(
            "target/demo/lineage.jsonl", str(WORK / "lineage.jsonl")
        )
    )
    env = {**os.environ, **KEYS, "SLUICE_PRIVACY_KEY": lake.key, "SLUICE_CONF": str(conf), "SLUICE_HEAP": "1g"}
    if arguments:
        subprocess.run([SLUICE, *arguments], cwd=ROOT, check=True, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return env


def image(lake, lineage):
    folder = WORK / "image"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "src/rehearsal/image", folder)
    environment = (folder / "environment.yaml").read_text().replace("OPENLINEAGE", lineage).replace(" S3\n", f" {lake.endpoint}\n")
    (folder / "rehearsal.yaml").write_text(environment)
    base = f"SLUICE_IMAGE=localhost/sluice:{VERSION}"
    podman("build", "--quiet", "--build-arg", base, "--tag", "localhost/sluice:rehearsal", str(folder))


def main(binaries):
    with contextlib.ExitStack() as stack:
        # It holds this run's ports; the next makes its own.
        stack.callback(subprocess.run, ["podman", "image", "rm", "localhost/sluice:rehearsal"], capture_output=True)
        cluster = stack.enter_context(Cluster(binaries, WORK / "cluster"))
        say("etcd, the API server and the controllers run")
        rehearse(cluster, stack)


def rehearse(cluster, stack):
    collector = Collector()
    quiet = Lake(cluster, WORK / "quiet")
    sluice(quiet, "generate", "--from", DAY, "--days", "1", "--scale", SCALE, "--truth", str(WORK / "truth.json"))
    lake = Lake(cluster, WORK / "lake", quiet.folder)
    image(lake, collector.url)
    say("a quiet night by the local launcher, over the same files, beside all that follows")
    local = {"AIRFLOW_VAR_SLUICE_LAUNCHER": "local", "AIRFLOW_VAR_SLUICE_COMMAND": SLUICE}
    quiet_night = Airflow(stack, "quiet", {**sluice(quiet), **local}).night(NIGHT)

    secret = {"privacy-key": lake.key, "s3-access-key": "sluice", "s3-secret-key": "sluice-local-only"}
    manifests = cluster.install_sluice(secret)
    cluster.install_schemas()
    roles(cluster)
    cluster.start_nodes()
    cluster.install_operator()
    show("the Spark operator, installed as its project does it", "controller and webhook are ready")
    webhook(cluster)
    pods = Pods(cluster)
    stack.callback(pods.over.set)
    by_hand(cluster, manifests)

    airflow = Airflow(
        stack,
        "cluster",
        {
            "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps({"type": "http", "url": collector.url}),
            "AIRFLOW_CONN_KUBERNETES_DEFAULT": json.dumps(
                {"conn_type": "kubernetes", "extra": {"kube_config_path": str(cluster.account("airflow"))}}
            ),
            "AIRFLOW_VAR_SLUICE_LAUNCHER": "operator",
            "AIRFLOW_VAR_SLUICE_ENVIRONMENT": "rehearsal",
            "AIRFLOW_VAR_SLUICE_MANIFESTS": str(manifests),
        },
    )
    reattachment(airflow, cluster, pods)
    night(airflow, cluster, pods)
    lineage(collector)
    event_logs(cluster, lake)

    quiet_night()
    same_tables(quiet, lake)


def roles(cluster):
    """The launcher's and roles' own tests, on an API server that runs nothing yet."""
    say("launcher and roles on the API server")
    log = WORK / "roles.log"
    with log.open("w") as out:
        code = subprocess.run(
            ["bash", str(ROOT / "airflow-dags/tests/run.sh"), "operator"],
            env={**os.environ, "SLUICE_TEST_KUBECONFIG": str(cluster.kubeconfig)},
            stdout=out,
            stderr=subprocess.STDOUT,
        ).returncode
    found = re.search(r"^Ran (\d+) tests", log.read_text(), re.MULTILINE)
    demand(code == 0 and found and "skipped" not in log.read_text(), f"the launcher's tests failed, see {log}")
    cluster.kubectl("--namespace=sluice", "delete", "sparkapplications,pods", "--all")
    show("each role is refused what it may not do; the launcher keeps its promises", f"{found.group(1)} tests passed")


def webhook(cluster):
    """What the operator's webhook refuses, the API server refuses."""
    application = cluster.folder / "refused.yaml"
    text = (ROOT / "spark-apps/base/commands/validate.yaml").read_text()
    application.write_text(text.replace("  driver:\n", "  nodeSelector: {zone: a}\n  driver:\n"))
    try:
        cluster.kubectl("create", "--filename", str(application))
        raise Wrong("an application with node selectors at both levels was accepted")
    except RuntimeError as e:
        found = re.search(r'admission webhook "(.*?)" denied the request', str(e))
        demand(found, f"the webhook did not refuse: {e}")
    show("the API server asks the operator's webhook", f"{found.group(1)} refused an application")


def by_hand(cluster, manifests):
    """A command applied by kubectl, as the README of spark-apps says."""
    started = time.monotonic()
    commands = str(manifests / "overlays/rehearsal/commands")
    cluster.kubectl("apply", "--kustomize", commands, "--selector=app.kubernetes.io/component=validate")
    ended = wait(cluster, "validate")
    demand(ended == "COMPLETED", f"validate ended as {ended}:\n{cluster.kubectl('--namespace=sluice', 'logs', 'validate-driver')}")
    show("a command applied by kubectl", f"validate COMPLETED in {time.monotonic() - started:.0f} s")


def wait(cluster, name, seconds=300):
    """Waits for the end of an application."""
    deadline = time.monotonic() + seconds
    state = ""
    while state not in ("COMPLETED", "FAILED") and time.monotonic() < deadline:
        time.sleep(1)
        state = cluster.get(f"sparkapplication/{name}", "--namespace=sluice").get("status", {}).get("applicationState", {}).get("state", "")
    return state


def reattachment(airflow, cluster, pods):
    """The worker dies, and the next try finds the driver that still runs."""
    task, app = "ingest.purchase_orders", "ingest-purchase-orders-"
    worker, _ = airflow.start("killed", "dags", "test", "nightly", WORKER_DAY, *only(re.escape(task)))
    try:
        cluster.until("the driver", lambda: any(pod["phase"] == "Running" for pod in pods.of(app, "driver")), 300)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    # Airflow may take longer to start than a command to end: the driver waits, as if it had much to do.
    driver = container(pods.of(app, "driver")[0]["name"])
    podman("kill", "--signal", "STOP", driver)
    # The same task of the same DAG run, as a scheduler would start it again. `dags test` would begin another run.
    (run,) = {run for run, _, _, _ in airflow.tasks(WORKER_DAY)}
    say(f"killed Airflow while a driver runs; {task} again")
    second, log = airflow.start("reattached", "tasks", "test", "nightly", task, run)
    cluster.until("the second try", lambda: "is still running: watching it" in log.read_text() or second.poll() is not None, 300)
    podman("kill", "--signal", "CONT", driver)
    code = second.wait()
    demand("is still running: watching it" in log.read_text(), f"the driver was not found again, see {log}")
    drivers = pods.of(app, "driver")
    demand(len(drivers) == 1, f"there were {len(drivers)} drivers: {drivers}")
    # What `tasks test` ends with does not say how the task did.
    state = wait(cluster, drivers[0]["app"])
    demand(code == 0 and state == "COMPLETED", f"{drivers[0]['app']} ended as {state}, see {log}")
    show("Airflow's worker dies", f"the next try watched the driver to its end; there was one: {drivers[0]['name']}")


def night(airflow, cluster, pods):
    """A whole night, in which a driver and an executor are lost."""
    say("a night by the Spark operator")
    driver = pods.kill("refine-purchase-orders-", "driver")
    executor = pods.kill("refine-calls-", "executor")
    started = time.monotonic()
    tries = airflow.night(NIGHT)()
    demand(len(tries) == 2 * len(GRAPH["sources"]) + len(GRAPH["marts"]), f"the night had {len(tries)} tasks")
    done = [task for task in tries if re.fullmatch(TASKS, task)]
    minutes = (time.monotonic() - started) / 60
    show("Airflow's nightly by SparkApplications", f"{len(done)} tasks succeeded in {minutes:.0f} minutes")

    demand(driver and tries["refine.purchase_orders"] == 2, f"killed {driver}, and tries were {tries}")
    show("a driver is killed", f"{driver[0]}; its task's second try succeeded")
    more = {pod["name"] for pod in pods.of("refine-calls-", "executor")} - set(executor)
    demand(executor and more and tries["refine.calls"] == 1, f"killed {executor}, others were {more}")
    show("an executor is killed", f"{executor[0]}; {min(more)} took its place in the same try")


def lineage(collector):
    """Each command names its task as parent, and the task's own events are known under that name."""
    tasks = {
        (event["run"]["runId"], event["job"]["name"]) for event in collector.events if event["job"]["namespace"] == "airflow"
    }
    commands = {}
    for event in collector.events:
        command, _, subject = event["job"]["name"].partition(".")
        if event["job"]["namespace"] == "sluice-rehearsal" and command in ("ingest", "refine", "build") and "." not in subject:
            parent = event["run"]["facets"].get("parent", {})
            demand(parent, f"no parent: {event['job']['name']}")
            demand((parent["run"]["runId"], parent["job"]["name"]) in tasks, f"the parent is no task: {parent}")
            demand(parent["job"]["name"] == f"nightly.{command}.{subject}", f"not its own task: {parent}")
            demand(parent.get("root", {}).get("job", {}).get("name") == "nightly", f"not its own DAG: {parent}")
            commands[event["run"]["runId"]] = event["job"]["name"]
    demand({"ingest.purchase_orders", "refine.calls"} <= set(commands.values()), f"commands did not tell of their runs: {commands}")
    show("commands name their Airflow task as parent run", f"{len(set(commands.values()))} commands, {len(commands)} runs")


def event_logs(cluster, lake):
    """Each application that ended well has its whole log on S3."""
    apps = cluster.get("sparkapplications", "--namespace=sluice")["items"]
    ids = {app["metadata"]["name"]: app["status"]["sparkApplicationId"] for app in apps}
    for name, app in ids.items():
        logs = list((lake.folder / f"data/events/eventlog_v2_{app}").glob(f"events_*_{app}*"))
        demand(logs and all(log.stat().st_size for log in logs), f"{name} left no event log")
    show("Spark's event logs on S3", f"of {len(ids)} applications")


def same_tables(quiet, lake):
    compared = subprocess.run(
        [ROOT / ".venv/bin/python", ROOT / "src/rehearsal/lakes.py", quiet.folder / "data/lake", lake.folder / "data/lake"],
        capture_output=True,
        text=True,
    )
    (WORK / "compared.txt").write_text(compared.stdout + compared.stderr)
    demand(compared.returncode == 0, f"the tables differ:\n{compared.stdout}{compared.stderr}")
    counts = [int(count) for count in re.findall(r": (\d+) rows", compared.stdout)]
    show("the same tables as by the local launcher, row by row", f"{len(counts)} tables, {sum(counts)} rows")


if __name__ == "__main__":

    def stop(number, _):
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    started = time.monotonic()
    try:
        main(pathlib.Path(sys.argv[1]))
        outcome = 0
    except (Missing, Wrong) as e:
        say(f"rehearsal: {e}")
        outcome = 1
    except KeyboardInterrupt:
        outcome = 130
    except SystemExit as e:
        outcome = e.code
    width = max((len(what) for what, _ in shown), default=0)
    for what, evidence in shown:
        print(f"  {what:<{width}}  {evidence}")
    print(f"{len(shown)} shown in {(time.monotonic() - started) / 60:.0f} minutes, {'all is well' if not outcome else 'NOT DONE'}")
    sys.exit(outcome)
