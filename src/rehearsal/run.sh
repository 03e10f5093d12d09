#!/usr/bin/env bash
# The rehearsal: the whole deployment on this machine, without Docker and without a cloud account. docs/rehearsal.md
#
# Says first what is missing. Builds what the cluster is made of (cached outside of target), Sluice and its image.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root="$PWD"
work="$root/target/image"
rehearsal="$root/target/rehearsal"

missing=()
need() {
  command -v "$1" > /dev/null || missing+=("$1: $2")
}
[ "$(uname -s)" = Linux ] || missing+=("Linux: pods are containers on this machine's network")
[ "$(id -u)" = 0 ] || missing+=("root: containers, and port 443 of a loopback address")
need go "builds etcd, the API server and the Spark operator from their Go modules"
need podman "runs pods, builds images"
need runc "what podman runs containers with"
need java "a JDK 17"
need mvn "builds Sluice"
[ -n "${SPARK_IMAGE:-}" ] || need debootstrap "makes the base image; or name one with Spark 3.5 by SPARK_IMAGE=..."
free="$(df --output=avail -k "$root" | tail -1)"
[ "$free" -gt 15000000 ] || missing+=("15 GB of disk: there are $((free / 1000000)) GB")
memory="$(awk '/MemAvailable/ {print int($2 / 1000)}' /proc/meminfo)"
[ "$memory" -gt 6000 ] || missing+=("6 GB of memory: there are $memory MB")
if [ ${#missing[@]} -gt 0 ]; then
  printf 'rehearsal: missing: %s\n' "${missing[@]}" >&2
  exit 2
fi

version="$(cat src/image/operator.version)"
key="$(cat src/rehearsal/kubernetes/* src/image/operator.version | sha256sum | cut -c 1-16)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/sluice-rehearsal/$key"
if [ ! -e "$cache/operator.module" ]; then
  echo "rehearsal: building etcd, Kubernetes and the Spark operator $version, once: some minutes"
  mkdir -p "$cache"
  (cd src/rehearsal/kubernetes && go build -trimpath -ldflags='-s -w' -o "$cache/kubernetes" .)
  module="$(cd / && go mod download -json "github.com/kubeflow/spark-operator/v2@$version" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')"
  # Built where its own go.mod is, since that says what it was tested with.
  (cd "$module" && CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "$cache/spark-operator" ./cmd/operator)
  rm -rf "$cache/module" && mkdir "$cache/module"
  cp -r --no-preserve=mode "$module/config" "$cache/module/"
  echo "$cache/module" > "$cache/operator.module"
fi

make --no-print-directory build .venv/.complete
. src/image/containers.sh
spark="$(sed -n 's:.*<spark.version>\(.*\)</.*:\1:p' pom.xml)"
if [ -z "${SPARK_IMAGE:-}" ]; then
  make --no-print-directory image-base
  SPARK_IMAGE="localhost/spark:$spark"
fi
mkdir -p "$rehearsal"
make --no-print-directory image SPARK_IMAGE="$SPARK_IMAGE" > "$rehearsal/image.log" 2>&1 || { cat "$rehearsal/image.log"; exit 1; }
podman build --quiet --build-arg "SPARK_IMAGE=$SPARK_IMAGE" --file src/rehearsal/operator/Dockerfile \
  --tag localhost/spark-operator:rehearsal "$cache" > /dev/null
bash airflow-dags/tests/run.sh install
export PATH="$root/target/airflow/bin:$PATH" PYTHONDONTWRITEBYTECODE=1
exec target/airflow/bin/python src/rehearsal/rehearse.py "$cache" "$@"
