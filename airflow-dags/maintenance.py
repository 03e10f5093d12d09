"""Tables are compacted, and what no reader needs is removed: each week, after the night."""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable

import sluice_graph
from sluice_launcher import ProgramOperator

DOC = """
### Maintenance

Compacts and clusters every table, and removes files and rows that retention no longer asks for. Nothing that a reader,
a checkpoint or time travel within its retention needs is touched. To see what it would do: `sluice maintain --dry-run`.

It may fail or be killed at any time; clear the task. A week without it costs speed and storage, not data.
"""

with DAG(
    "maintenance",
    description="Compaction, clustering, retention",
    schedule=CronTriggerTimetable("0 6 * * 0", timezone="UTC"),
    start_date=sluice_graph.START,
    catchup=False,
    max_active_runs=1,
    default_args=sluice_graph.TASKS,
    deadline=sluice_graph.deadline(hours=12),
    doc_md=DOC,
    tags=["sluice"],
):
    ProgramOperator(task_id="maintain", arguments=["maintain"])
