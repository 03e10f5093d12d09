#!/usr/bin/env bash
# Tests the DAGs in a real Airflow, which it installs into target/airflow the first time.
#
# run.sh quick    imports, structure, launchers: a minute
# run.sh spark    runs the DAGs to their end on a lake of its own, by target/sluice (make build): many minutes
# run.sh operator the launcher and the roles on an API server, by the kubeconfig in SLUICE_TEST_KUBECONFIG
# run.sh install  installs, and does nothing else
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root="$PWD"
venv="$root/target/airflow"

if ! cmp -s airflow-dags/requirements.txt "$venv/installed"; then
  "${PYTHON:-python3}" -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r airflow-dags/requirements.txt
  cp airflow-dags/requirements.txt "$venv/installed"
fi
if [ "${1:-}" = install ]; then
  exit
fi

export AIRFLOW_HOME="$root/target/airflow-home"
export AIRFLOW__CORE__DAGS_FOLDER="$root/airflow-dags"
export AIRFLOW__CORE__LOAD_EXAMPLES=False
export AIRFLOW__OPENLINEAGE__TRANSPORT="{\"type\": \"file\", \"log_file_path\": \"$AIRFLOW_HOME/lineage.jsonl\", \"append\": true}"
export AIRFLOW__OPENLINEAGE__NAMESPACE=airflow
export PATH="$venv/bin:$PATH"
export PYTHONDONTWRITEBYTECODE=1
rm -rf "$AIRFLOW_HOME"
mkdir -p "$AIRFLOW_HOME"
airflow db migrate > "$AIRFLOW_HOME/migrate.log" 2>&1 || { cat "$AIRFLOW_HOME/migrate.log"; exit 1; }
PYTHONPATH="$root/airflow-dags:$root/airflow-dags/tests" exec "$venv/bin/python" -m unittest -v "airflow-dags/tests/test_${1:-quick}.py"
