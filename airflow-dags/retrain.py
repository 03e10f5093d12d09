"""Each model learns from new data; a challenger that passes its gate becomes champion and scores what is new."""

from __future__ import annotations

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, TriggerRule

import sluice_graph
from sluice_launcher import ProgramOperator

DOC = """
### Retrain

When a table that a model reads has new data, and each night: `validate` → for each model `train` → `promote`, which is
the gate → `score`.

**When a task fails**

| task | what it means | what to do |
|---|---|---|
| `validate` | settings or contracts have faults | mend what its log lists; models stay as they are |
| `train`, stopped by a check | the data are not fit to learn from (too few outcomes, drift): its log says which | the champion goes on; see to the data |
| `train`, crashed | no challenger | clear it (3 retries with back-off have been made) |
| `promote`, skipped | the challenger did not pass its gate: its card says why | nothing: the champion goes on |
| `promote`, failed | the champion is as it was | clear it |
| `score` | rows wait unscored, none is half scored | clear it |

`score` runs however the others ended: who serves scores what is new. A bad champion: `sluice rollback --model MODEL
--reason WHY`, which takes seconds.
"""

models = sluice_graph.read()["models"]
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
        train, promote, score = [
            ProgramOperator(
                task_id=f"{program}.{model['name']}",
                arguments=[program, "--model", model["name"]],
                owner=model["owner"],
                **options,
            )
            for program, options in (
                ("train", {}),
                ("promote", {"gate": True}),
                ("score", {"trigger_rule": TriggerRule.ALL_DONE}),
            )
        ]
        validate >> train >> promote >> score
