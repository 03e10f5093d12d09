"""The stream is looked after."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

import sluice_graph
from sluice_launcher import RunningOperator

DOC = """
### Stream health

`stream` runs by itself, outside of Airflow, and is restarted by the Spark operator. Every quarter of an hour this DAG
asks the API server whether it runs. It holds no task while no source arrives on a topic.

**When it fails**: `kubectl -n sluice describe sparkapplication stream`, and its driver's log. What has arrived waits in
the topics; a stream that starts again goes on where its tables stand. How each of its queries stands, and why
one is held, `sluice stream --status` says; how far behind it is, its metrics (`sluice_stream_lag_records`), with an
alarm in its log.
"""

with DAG(
    "stream_health",
    description="The stream runs",
    schedule=CronTriggerTimetable("*/15 * * * *", timezone="UTC"),
    start_date=sluice_graph.START,
    catchup=False,
    max_active_runs=1,
    default_args=sluice_graph.TASKS,
    deadline=sluice_graph.deadline(minutes=30),
    doc_md=DOC,
    tags=["sluice"],
):
    if sluice_graph.read()["streams"]:
        # One more look, since the operator may be restarting it; then people are told.
        RunningOperator(
            task_id="stream", command="stream", retries=1, retry_delay=timedelta(minutes=2), retry_exponential_backoff=0
        )
