"""The DAGs, run by ``airflow dags test`` to their end on a lake of their own.

One S3 server holds the lake; each task is a command that target/sluice starts on this machine. Then files are landed of
which a check must stop one source, and the night is run again: what does not read that source has to be done.
"""

import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "target/airflow-lake"
GRAPH = json.loads((ROOT / "airflow-dags/graph.json").read_text())
SLUICE = str(ROOT / "target/sluice")


def setUpModule():
    global server, port
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [SLUICE, "serve", "--demo", str(WORK / "lake"), "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "SLUICE_HEAP": "64m"},
    )
    for line in server.stdout:
        if line.startswith("Tables:"):
            break
    conf = WORK / "conf/environments"
    conf.mkdir(parents=True)
    local = (ROOT / "conf/environments/local.yaml").read_text()
    (conf / "local.yaml").write_text(
        local.replace("http://127.0.0.1:9878", f"http://127.0.0.1:{port}").replace(
            "target/demo/lineage.jsonl", str(WORK / "lineage.jsonl")
        )
    )
    os.environ.update(
        SLUICE_CONF=str(WORK / "conf"),
        SLUICE_S3_ACCESS_KEY="sluice",
        SLUICE_S3_SECRET_KEY="sluice-local-only",
        SLUICE_PRIVACY_KEY=(WORK / "lake/secrets/privacy-key").read_text(),
        SLUICE_HEAP="1g",
        AIRFLOW_VAR_SLUICE_LAUNCHER="local",
        AIRFLOW_VAR_SLUICE_COMMAND=SLUICE,
    )
    sluice("generate", "--from", "2026-01-01", "--days", "1", "--scale", "0.05", "--truth", str(WORK / "truth.json"))


def tearDownModule():
    server.terminate()
    server.wait(30)
    server.stdout.close()


def sluice(*arguments):
    return subprocess.run([SLUICE, *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def rows():
    """How many rows each table has, read by another engine than Spark; a table that is not there has none."""
    command = (
        "import json, pathlib, sys; from deltalake import DeltaTable\n"
        "logs = pathlib.Path(sys.argv[1]).glob('*/*/_delta_log')\n"
        "tables = {log.parent.parent.name + '.' + log.parent.name: DeltaTable(log.parent) for log in logs}\n"
        "print(json.dumps({n: t.to_pyarrow_dataset().count_rows() for n, t in tables.items()}))"
    )
    counted = subprocess.run(
        [ROOT / ".venv/bin/python", "-c", command, str(WORK / "lake/data/lake")],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(counted.stdout)


def run(dag, day, *options):
    """Runs a DAG; gives its log, whether it succeeded, and each task's state and try."""
    log = WORK / f"{dag}-{day}.log"
    with log.open("w") as out:
        code = subprocess.run(
            ["airflow", "dags", "test", dag, day, *options],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
        ).returncode
    database = sqlite3.connect(pathlib.Path(os.environ["AIRFLOW_HOME"]) / "airflow.db")
    try:
        tasks = database.execute(
            "select t.task_id, t.state, t.try_number from task_instance t join dag_run r"
            " on r.dag_id = t.dag_id and r.run_id = t.run_id where t.dag_id = ? and r.logical_date like ?",
            (dag, day + "%"),
        ).fetchall()
    finally:
        database.close()
    return log.read_text(), code == 0, {task: (state, tries) for task, state, tries in tasks}


class NightlyTest(unittest.TestCase):
    maxDiff = None

    def test_1_a_night_runs_to_success(self):
        log, success, tasks = run("nightly", "2026-01-02")
        self.assertTrue(success, log[-4000:])
        self.assertEqual(2 * len(GRAPH["sources"]) + len(GRAPH["marts"]), len(tasks))
        self.assertEqual({"success"}, {state for state, _ in tasks.values()}, tasks)
        made = rows()
        # Outcomes of fraud come two weeks after the orders: on the first day there is none.
        arrived = [source["name"] for source in GRAPH["sources"] if source["name"] != "fraud_outcomes"]
        marts = [mart["name"] for mart in GRAPH["marts"] if set(mart["reads"]) <= set(arrived)]
        for table in [f"silver.{source}" for source in arrived] + [f"gold.{mart}" for mart in marts]:
            self.assertGreater(made.get(table, 0), 0, table)

    def test_2_the_task_is_the_parent_of_the_commands_run(self):
        own = [json.loads(line) for line in (WORK / "lineage.jsonl").read_text().splitlines()]
        airflows = [
            json.loads(line)
            for line in (pathlib.Path(os.environ["AIRFLOW_HOME"]) / "lineage.jsonl").read_text().splitlines()
        ]
        tasks = {event["run"]["runId"]: event["job"]["name"] for event in airflows}
        parents = {
            event["job"]["name"]: event["run"]["facets"]["parent"]
            for event in own
            if event["job"]["name"] in ("refine.calls", "build.spend_daily")
        }
        self.assertEqual({"refine.calls", "build.spend_daily"}, set(parents))
        for job, parent in parents.items():
            self.assertEqual(f"nightly.{job}", parent["job"]["name"])
            self.assertEqual("airflow", parent["job"]["namespace"])
            self.assertEqual(f"nightly.{job}", tasks[parent["run"]["runId"]])

    def test_3_a_failing_check_stops_exactly_what_reads_its_table(self):
        landed = sorted((WORK / "lake/data/landing/purchase_orders").rglob("*.csv"))
        header = landed[0].read_text().splitlines()[0]
        broken = ",".join("?" for _ in header.split(","))
        # Far more broken rows than the share that may be quarantined.
        put("purchase_orders/broken.csv", "\n".join([header] + [broken] * 5000) + "\n")
        before = rows()
        # The other sources have nothing new: their tasks are only said to be done, which saves the start of a JVM each.
        log, success, tasks = run("nightly", "2026-01-03", "--mark-success-pattern", r"(?!(ingest|refine)\.purchase_orders$).*")
        self.assertFalse(success)
        readers = {f"build.{mart['name']}" for mart in GRAPH["marts"] if "purchase_orders" in mart["reads"]}
        readers |= {f"refine.{s['name']}" for s in GRAPH["sources"] if "purchase_orders" in s["references"]}
        self.assertTrue(readers)
        states = {task: state for task, (state, _) in tasks.items()}
        self.assertEqual(("failed", 1), tasks["refine.purchase_orders"], "a stop by a check is not retried")
        self.assertEqual(readers, {task for task, state in states.items() if state == "upstream_failed"})
        self.assertEqual(
            set(states) - readers - {"refine.purchase_orders"},
            {task for task, state in states.items() if state == "success"},
        )
        self.assertIn("check quarantine_limit failed", log)
        self.assertIn("nightly.refine.purchase_orders failed (owner procurement-data)", log)
        after = rows()
        self.assertEqual(before["silver.purchase_orders"], after["silver.purchase_orders"])
        self.assertEqual(before["bronze.purchase_orders"] + 5000, after["bronze.purchase_orders"])

    def test_4_a_backfill_shows_its_plan_and_runs(self):
        before = rows()
        conf = {"table": "gold.spend_daily", "from": "2026-01-01", "to": "2026-01-01", "dry_run": False}
        log, success, tasks = run("backfill", "2026-01-04", "--conf", json.dumps(conf))
        self.assertTrue(success, log[-4000:])
        self.assertEqual({"plan": "success", "run": "success"}, {task: state for task, (state, _) in tasks.items()})
        self.assertEqual(before["gold.spend_daily"], rows()["gold.spend_daily"])

    def test_5_maintenance_changes_no_row(self):
        before = rows()
        log, success, tasks = run("maintenance", "2026-01-05")
        self.assertTrue(success, log[-4000:])
        after = rows()
        for table in before:
            if not table.startswith("ops."):
                self.assertEqual(before[table], after[table], table)

    def test_6_models_without_history_are_passed_over(self):
        log, success, tasks = run("retrain", "2026-01-06")
        self.assertTrue(success, log[-4000:])
        self.assertEqual(1 + len(GRAPH["models"]), len(tasks))
        self.assertEqual({"success"}, {state for state, _ in tasks.values()}, tasks)


def put(name, text):
    """Lands a file as a client would, by S3."""
    command = (
        "import sys; from pyarrow import fs\n"
        "s3 = fs.S3FileSystem(endpoint_override=sys.argv[1], scheme='http', access_key='sluice',"
        " secret_key='sluice-local-only')\n"
        "with s3.open_output_stream('landing/' + sys.argv[2]) as out: out.write(sys.stdin.buffer.read())"
    )
    subprocess.run(
        [ROOT / ".venv/bin/python", "-c", command, f"127.0.0.1:{port}", name], input=text.encode(), check=True
    )


if __name__ == "__main__":
    unittest.main()
