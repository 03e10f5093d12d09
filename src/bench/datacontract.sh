#!/usr/bin/env bash
# Holds that datacontract-cli takes our contracts: lints each, exports it as SQL, JSON schema, Spark schema and ODCS, and
# lints what the last gives. Holds that what it imports of a table is the contract that ImportedContractTest reads.
#   bash src/bench/datacontract.sh [a folder for its virtual environment and what it writes]
set -euo pipefail
VERSION=1.2.8
work=${1:-target/datacontract}
mkdir -p "$work/home"
work=$(cd "$work" && pwd)
tool=$work/venv/bin/datacontract
installed=$("$work/venv/bin/python" -c 'from importlib.metadata import version; print(version("datacontract-cli"))' 2>&1 || true)
if [ "$installed" != "$VERSION" ]; then
  "${PYTHON:-python3}" -m venv "$work/venv"
  "$work/venv/bin/pip" install -q "datacontract-cli==$VERSION"
fi
export HOME=$work/home

failed=0
run() { # run WHAT COMMAND...: keeps quiet unless it fails
  local what=$1
  shift
  if "$@" > "$work/log" 2>&1; then
    return
  fi
  echo "FAILED: $what"
  tail -5 "$work/log"
  failed=$((failed + 1))
}

count=0
for contract in conf/contracts/*.yaml src/test/resources/contracts/checked/*.yaml; do
  name=$(basename "$contract" .yaml)
  count=$((count + 1))
  run "lint of $contract" "$tool" lint --no-inline-references "$contract"
  run "SQL of $contract" "$tool" export sql --dialect databricks --output "$work/$name.sql" "$contract"
  run "JSON schema of $contract" "$tool" export jsonschema --output "$work/$name.json" "$contract"
  run "Spark schema of $contract" "$tool" export spark --output "$work/$name.py" "$contract"
  run "ODCS of $contract" "$tool" export odcs --output "$work/$name.odcs.yaml" "$contract"
  run "lint of ODCS of $contract" "$tool" lint --no-inline-references "$work/$name.odcs.yaml"
done

imported=src/test/resources/contracts/imported
run "import of a table" "$tool" import sql --source "$imported/shop_orders.sql" --dialect postgres --output "$work/imported.yaml"
run "what was imported" diff "$imported/my-data-contract.yaml" "$work/imported.yaml"

[ "$failed" = 0 ] && echo "datacontract-cli $VERSION takes $count contracts, and one imported is as the tests read it"
exit "$failed"
