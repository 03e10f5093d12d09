"""Each stream is looked after: that it runs, and how far behind it is."""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable

import sluice_graph
from sluice_launcher import ProgramOperator

DOC = """
### Stream health

Streams run by themselves, outside of Airflow, and are restarted by the Spark operator. Every quarter of an hour this DAG
asks each how it is, by the program that the graph names for it. It holds no task while there is no stream.
"""

with DAG(
    "stream_health",
    description="Streams run, and keep up",
    schedule=CronTriggerTimetable("*/15 * * * *", timezone="UTC"),
    start_date=sluice_graph.START,
    catchup=False,
    max_active_runs=1,
    default_args=sluice_graph.TASKS,
    deadline=sluice_graph.deadline(minutes=30),
    doc_md=DOC,
    tags=["sluice"],
):
    for stream in sluice_graph.read().get("streams", []):
        ProgramOperator(task_id=f"check.{stream['name']}", arguments=stream["check"], owner=stream["owner"])
