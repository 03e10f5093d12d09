"""Each model learns from new data; a challenger that passes its gate becomes champion and scores what is new."""

from __future__ import annotations

from airflow.sdk import DAG, AssetAny, AssetOrTimeSchedule, CronTriggerTimetable

import sluice_graph
from sluice_launcher import ProgramOperator

DOC = """
### Retrain

When a table that a model reads has new data, and each night: `validate`, then `retrain` for each model, side by side:
it trains a challenger if the tables have changed, promotes it if its gate lets it pass, and scores what is new. A
version that was rolled back, or serves a canary, is promoted by a person alone.

**When a task fails**

| what the log says | what it means | what to do |
|---|---|---|
| `validate` failed | settings or contracts have faults; models stay as they are | fix what its log lists |
| stopped by a check (not retried) | the examples may not be learned from (too few outcomes, drift): the champion has scored on | see to the data that the log names |
| crashed (3 retries) | nothing is half done: no challenger, or rows that wait unscored | clear the task when the cause is gone |

A challenger that does not pass its gate is no failure: its card says why. A bad champion: `sluice rollback --model MODEL
--reason WHY`, which takes seconds.
"""

models = sluice_graph.read()["models"]
nightly = CronTriggerTimetable("0 5 * * *", timezone="UTC")
tables = sorted({table for model in models for table in model["reads"]})

with DAG(
    "retrain",
    description="Validate, train, gate, promote, score",
    # News that come while a run works wait for it together: one more run handles them all.
    schedule=AssetOrTimeSchedule(timetable=nightly, assets=AssetAny(*[sluice_graph.table(table) for table in tables]))
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
        validate >> ProgramOperator(
            task_id=f"retrain.{model['name']}",
            arguments=["retrain", "--model", model["name"]],
            owner=model["owner"],
        )
