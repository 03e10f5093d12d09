#!/usr/bin/env bash
# Tests of the infrastructure, without a cloud: about a minute, and two more the first time.
#
#   bash terraform/tests/run.sh             # all
#   bash terraform/tests/run.sh test_facts  # one file
#
# Needs terraform, Go 1.25 and Python 3.11; what is missing is said, and what it makes impossible is skipped. Everything
# that is made lies in target/terraform.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
target=$(cd ../.. && pwd)/target/terraform
mkdir -p "$target"

venv() {
  if ! cmp -s requirements.txt "$target/venv/.requirements"; then
    rm -rf "$target/venv"
    "${PYTHON:-python3}" -m venv "$target/venv"
    "$target/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
    cp requirements.txt "$target/venv/.requirements"
  fi
}

# The stand-in under each provider's name and version, as a mirror that terraform init installs from.
providers() {
  (cd standin && go build -o "$target/standin" .)
  for schema in aws helm kubernetes; do
    version=$("${PYTHON:-python3}" -c 'import json, sys; print(json.load(open(sys.argv[1]))["version"])' "schemas/$schema.json")
    folder="$target/mirror/registry.terraform.io/hashicorp/$schema/$version/$(go env GOOS)_$(go env GOARCH)"
    mkdir -p "$folder"
    cp "$target/standin" "$folder/terraform-provider-${schema}_v$version"
  done
  printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s/mirror"\n  }\n}\n' "$target" > "$target/mirror.tfrc"
}

missing=""
for tool in terraform go; do
  command -v "$tool" > /dev/null || missing="$missing $tool"
done

venv &
if [ -z "$missing" ]; then
  rm -rf "$target/mirror"
  providers
  TF_CLI_CONFIG_FILE="$target/mirror.tfrc" terraform fmt -check -recursive -diff ..
fi
wait $!

tests=("${@:-}")
if [ -n "$missing" ]; then
  echo "terraform/tests: no$missing here, so only the policy scan runs: no validation, no plan, no simulated roles" >&2
  tests=(test_scan)
fi
if [ -z "${tests[0]}" ]; then
  tests=(test_terraform test_policies test_facts test_workflows test_scan)
fi
exec "$target/venv/bin/python" -B -m unittest "${tests[@]}"
