"""Tells people of failed tasks and late runs: into the log, and to the URL in the variable ``sluice_alert_url``.

What is sent is one JSON object, as chat systems' incoming webhooks and alert routers take it: ``text`` for people,
the rest for rules. It says who owns the task and which check stopped it, and holds no data.
"""

from __future__ import annotations

import json
import logging
import urllib.request

log = logging.getLogger(__name__)


def failed(context) -> None:
    """on_failure_callback of every task: its last try has failed, or a check stopped it."""
    ti = context["ti"]
    task = context["task"]
    send(
        {
            "text": f"{ti.dag_id}.{ti.task_id} failed (owner {task.owner}): {context.get('exception') or 'its worker died'}",
            "dag": ti.dag_id,
            "task": ti.task_id,
            "run": context["run_id"],
            "owner": task.owner,
            "try": ti.try_number,
            "log": getattr(ti, "log_url", None),
        }
    )


def late(context=None, **_) -> None:
    """Callback of every DAG's deadline: the run is not done in time, and goes on."""
    run = (context or {}).get("dag_run") or {}
    state = run.get("state") if isinstance(run, dict) else run.state
    # Airflow keeps the deadline of a run that failed; of that its task's alert has told.
    if state in ("failed", "success"):
        return
    dag = run.get("dag_id") if isinstance(run, dict) else run.dag_id
    name = run.get("dag_run_id") if isinstance(run, dict) else run.run_id
    send({"text": f"{dag} is late: {name} is not done by its deadline", "dag": dag, "run": name})


def send(message: dict) -> None:
    """An alert that cannot be sent is logged, and fails nothing."""
    from airflow.sdk import Variable

    log.error("%s", message["text"])
    try:
        url = Variable.get("sluice_alert_url", default="")
        if url:
            request = urllib.request.Request(
                url, data=json.dumps(message).encode(), headers={"Content-Type": "application/json"}
            )
            urllib.request.urlopen(request, timeout=10).close()
    except Exception as e:
        log.warning("the alert could not be sent: %s", e)
