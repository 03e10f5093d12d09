#!/usr/bin/env bash
# Builds the image, prints its size and layers, and runs it as a cluster would: another user than root, a read-only
# root file system, no capability. Needs podman (or docker) and what `make build` makes.
#
# image.sh BASE TAG
set -euo pipefail
base="$1" tag="$2"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
work="$root/target/image"
. "$root/src/image/containers.sh"
# As the jar: the same sources give the same image.
epoch="$(date --date "$(sed -n 's:.*<project.build.outputTimestamp>\(.*\)</.*:\1:p' "$root/pom.xml")" +%s)"

if command -v podman > /dev/null; then
  engine=podman
  podman build --quiet --layers --timestamp "$epoch" --build-arg "SPARK_IMAGE=$base" --tag "$tag" "$root" > "$work/id"
elif command -v docker > /dev/null; then
  engine=docker
  SOURCE_DATE_EPOCH="$epoch" DOCKER_BUILDKIT=1 docker build --quiet --build-arg "SPARK_IMAGE=$base" --tag "$tag" "$root" \
    > "$work/id"
else
  echo "image.sh: neither podman nor docker is installed" >&2
  exit 2
fi

echo "$tag $(cat "$work/id")"
$engine history --no-trunc --format '{{.Size}}	{{.CreatedBy}}' "$tag" | cut -c 1-150
$engine image inspect --format '{{.Size}}' "$tag" | awk '{printf "%.0f MB in all\n", $1 / 1e6}'

run=("$engine" run --rm --network host --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges)
"${run[@]}" "$tag" sh -c 'test "$(id -u)" = 185 && ! touch /opt/spark/jars/x 2> /dev/null'
"${run[@]}" "$tag" sluice --version
# As the pod of a driver starts it, with all that spark-submit does before the command is reached.
jar="$(basename "$root"/target/sluice-*.jar)"
"${run[@]}" --env SPARK_DRIVER_BIND_ADDRESS=127.0.0.1 "$tag" driver --master k8s://https://127.0.0.1 \
  --conf spark.kubernetes.submitInDriver=true --conf "spark.jars=local:///opt/spark/jars/$jar" \
  --class io.sluice.cli.Sluice "local:///opt/spark/jars/$jar" --version
# No command of these touches a store: the secrets may be anything of the right shape.
"${run[@]}" --env SLUICE_HEAP=1g --env SLUICE_S3_ACCESS_KEY=none --env SLUICE_S3_SECRET_KEY=none \
  --env SLUICE_PRIVACY_KEY=00000000000000000000000000000000 \
  "$tag" sluice validate --set lineage.transport=none
# Each library that ships, in the version that was tested and in no other.
"${run[@]}" "$tag" sh -c 'ls /opt/spark/jars' > "$work/jars"
for jar in "$root"/target/lib/*.jar; do
  name="$(basename "$jar")"
  artifact="$(sed -E 's/-[0-9][^-]*(-[^-]+)*\.jar$//' <<< "$name")"
  found="$(grep -E "^$artifact-[0-9]" "$work/jars" | tr '\n' ' ')"
  if [ "$found" != "$name " ]; then
    echo "image.sh: $name: the image has: $found" >&2
    exit 1
  fi
done
