"""Each model learns from new data; a challenger that passes its gate becomes champion and scores what is new."""

from __future__ import annotations

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable

import sluice_graph
from sluice_launcher import ProgramOperator

DOC = """
### Retrain

When a table that a model reads has new data, and each night: `validate` → for each model `train` (which holds the
challenger against its gate) → `promote` → `score`.

**When a task fails**

| task | what it means | what to do |
|---|---|---|
| `validate` | settings or contracts have faults | mend what its log lists; models stay as they are |
| `train`, stopped by a check | the challenger did not pass its gate: its card says why | nothing is wrong with what runs: the champion stays |
| `train`, crashed | no challenger | clear it (3 retries with back-off have been made) |
| `promote` | the champion is as it was | clear it |
| `score` | rows wait unscored, none is half scored | clear it |

A bad champion: `sluice rollback --model MODEL`.
"""

models = sluice_graph.read().get("models", [])
nightly = CronTriggerTimetable("0 5 * * *", timezone="UTC")
tables = sorted({table for model in models for table in model["reads"]})

with DAG(
    "retrain",
    description="Validate, train, gate, promote, score",
    schedule=AssetOrTimeSchedule(timetable=nightly, assets=[sluice_graph.table(table) for table in tables])
    if tables
    else nightly,
    start_date=sluice_graph.START,
    catchup=False,
    max_active_runs=1,
    default_args=sluice_graph.TASKS,
    deadline=sluice_graph.deadline(hours=8),
    doc_md=DOC,
    tags=["sluice"],
):
    if models:
        validate = ProgramOperator(task_id="validate", arguments=["validate"])
    for model in models:
        steps = [
            ProgramOperator(
                task_id=f"{program}.{model['name']}",
                arguments=[program, "--model", model["name"]],
                owner=model["owner"],
            )
            for program in ("train", "promote", "score")
        ]
        validate >> steps[0] >> steps[1] >> steps[2]
