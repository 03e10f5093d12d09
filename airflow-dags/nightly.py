"""What arrived becomes bronze, silver and gold: every source and mart a task of its own, side by side."""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable

import sluice_graph
from sluice_launcher import ProgramOperator

DOC = """
### Nightly

`ingest` → `refine` for each source (after the sources it refers to), then `build` for each mart that reads it. Tasks
come from the contracts: a new source needs no edit of this DAG.

**When a task fails**

| what the log says | what it means | what to do |
|---|---|---|
| stopped by a check (not retried) | nothing was published, readers see yesterday's table | go by the runbook of the command, then clear the task |
| wrong settings, contracts or arguments (not retried) | nothing was touched | fix what the log lists, deploy, clear the task |
| crashed (3 retries) | nothing is half done | clear the task when the cause is gone |

Only what reads the failed source or mart waits; the rest of the night is done. A cleared task handles what is left, and
nothing twice. The check's check result is in `ops.check_results`, broken rows are in `quarantine.<source>`.

**When it is late** (not done four hours after it was due): see which task runs, and its driver's log. It goes on.
"""

with DAG(
    "nightly",
    description="Landed files to gold, every source and mart",
    schedule=CronTriggerTimetable("0 2 * * *", timezone="UTC"),
    start_date=sluice_graph.START,
    catchup=False,
    max_active_runs=1,
    default_args=sluice_graph.TASKS,
    deadline=sluice_graph.deadline(hours=4),
    doc_md=DOC,
    tags=["sluice"],
):
    graph = sluice_graph.read()
    refined = {}
    for source in graph["sources"]:
        ingest = ProgramOperator(
            task_id=f"ingest.{source['name']}",
            arguments=["ingest", "--source", source["name"]],
            owner=source["owner"],
        )
        refined[source["name"]] = ProgramOperator(
            task_id=f"refine.{source['name']}",
            arguments=["refine", "--source", source["name"]],
            owner=source["owner"],
            outlets=[sluice_graph.table(f"silver.{source['name']}")],
        )
        ingest >> refined[source["name"]]
        for other in source["references"]:
            refined[other] >> refined[source["name"]]
    for mart in graph["marts"]:
        build = ProgramOperator(
            task_id=f"build.{mart['name']}",
            arguments=["build", "--mart", mart["name"]],
            owner=mart["owner"],
            outlets=[sluice_graph.table(f"gold.{mart['name']}")],
        )
        for source in mart["reads"]:
            refined[source] >> build
