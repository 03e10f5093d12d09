"""What there is to run, and what every DAG of this folder has in common.

``graph.json`` is what ``sluice graph`` prints; ``make graph`` writes it, and a test holds it equal to the contracts.
So a new source, mart or model is in every DAG without an edit here.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from airflow.configuration import conf
from airflow.sdk import Asset, DeadlineAlert, DeadlineReference, SyncCallback

import sluice_alerts

START = datetime(2026, 1, 1, tzinfo=timezone.utc)

# A command done again changes nothing, so retries are safe; a check that stopped one is not retried (sluice_launcher).
TASKS = {
    "owner": "platform",
    "retries": 3,
    "retry_delay": timedelta(minutes=2),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=30),
    "execution_timeout": timedelta(hours=6),
    "on_failure_callback": sluice_alerts.failed,
}


def read() -> dict[str, list[dict]]:
    """Sources (after those they refer to), marts and models: each with name, owner and what it reads."""
    return json.loads(Path(__file__).with_name("graph.json").read_text())


def table(name: str) -> Asset:
    """The asset of a table named ``layer.table``: tasks that publish it announce it, other DAGs wait for it."""
    layer, table_name = name.split(".")
    return Asset(name=name, uri=f"sluice://{layer}/{table_name}")


def deadline(**interval: int) -> DeadlineAlert | None:
    """Tells when a run is not done so long after it was due, where an executor can."""
    # `dags test` runs every task and then fails on any deadline: https://github.com/apache/airflow/issues/73428
    if sys.argv[1:3] == ["dags", "test"]:
        return None
    # This executor runs no callbacks, and its scheduler ends at the first one:
    # https://github.com/apache/airflow/pull/70475
    if "KubernetesExecutor" in conf.get("core", "executor"):
        return None
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(**interval),
        callback=SyncCallback(sluice_alerts.late),
    )
