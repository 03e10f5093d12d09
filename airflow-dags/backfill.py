"""A range of a table is made again, beside the live one, compared and swapped in."""

from __future__ import annotations

from airflow.sdk import DAG, Param

import sluice_graph
from sluice_launcher import ProgramOperator

DOC = """
### Backfill

Trigger it with a table, a first and a last day. `plan` says in its log what would be done; `run` does it, unless
*dry run* is on, which it is by default: read the plan, then trigger again without.

Readers see the table as it was until the new range is complete, has passed its checks and is swapped in, in one commit.
A backfill that fails or is killed leaves the live table as it was: clear `run`.

The command line is the same: `sluice backfill --source S | --mart M --from DAY --to DAY [--dry-run]`.
"""

with DAG(
    "backfill",
    description="A range of a table, made again",
    schedule=None,
    start_date=sluice_graph.START,
    catchup=False,
    max_active_runs=1,
    default_args=sluice_graph.TASKS,
    deadline=sluice_graph.deadline(hours=12),
    doc_md=DOC,
    tags=["sluice"],
    render_template_as_native_obj=False,
    params={
        "table": Param(
            f"gold.{sluice_graph.read()['marts'][0]['name']}",
            type="string",
            enum=[f"silver.{source['name']}" for source in sluice_graph.read()["sources"]]
            + [f"gold.{mart['name']}" for mart in sluice_graph.read()["marts"]],
            description="The table: silver of a source, or a mart",
        ),
        "from": Param("2026-01-01", type="string", format="date", description="The first day"),
        "to": Param("2026-01-01", type="string", format="date", description="The last day"),
        "dry_run": Param(True, type="boolean", description="Only show the plan"),
    },
):
    arguments = [
        "backfill",
        "{{ '--mart' if params.table.startswith('gold.') else '--source' }}",
        "{{ params.table.split('.')[1] }}",
        "--from",
        "{{ params['from'] }}",
        "--to",
        "{{ params['to'] }}",
    ]
    plan = ProgramOperator(task_id="plan", arguments=[*arguments, "--dry-run"])
    run = ProgramOperator(task_id="run", arguments=[*arguments, "{{ '--dry-run' if params.dry_run else '' }}"])
    plan >> run
