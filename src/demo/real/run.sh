#!/usr/bin/env bash
# A year of real orders through the whole path, a week at a time; then DuckDB over the source against gold over S3.
set -euo pipefail
weeks="${WEEKS:-53}"
export_dir=target/demo-real-export
dir=target/demo-real
.venv/bin/python src/demo/real/export.py "$export_dir"
SLUICE_TIER=4 target/sluice demo-real --export "$export_dir" --dir "$dir" --weeks "$weeks"
target/sluice serve --demo "$dir" --port 9879 >"$dir/serve.out" &
server=$!
trap 'kill "$server"' EXIT
until grep -q Tables: "$dir/serve.out"; do
  kill -0 "$server"
  sleep 0.2
done
export AWS_ENDPOINT_URL=http://127.0.0.1:9879
export AWS_ACCESS_KEY_ID=sluice AWS_SECRET_ACCESS_KEY=sluice-local-only
.venv/bin/python src/demo/real/compare.py s3://lake/gold/basket_weekly \
  --truth "$export_dir/truth.json" --weeks "1..$weeks" --silver s3://lake/silver/basket_lines
