#!/usr/bin/env bash
# Makes the image localhost/spark:VERSION where no image registry can be reached: Debian's Java 17, and the Spark
# that the Python package pyspark carries. Needs root, podman, debootstrap and pip.
#
# base.sh VERSION
set -euo pipefail
version="$1"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
work="$root/target/image"
mkdir -p "$work"
. "$root/src/image/containers.sh"

if podman image exists "localhost/spark:$version"; then
  exit 0
fi
for tool in podman debootstrap; do
  command -v "$tool" > /dev/null || { echo "base.sh: $tool is not installed" >&2; exit 2; }
done

rm -rf "$work/rootfs"
debootstrap --variant=minbase --include=openjdk-17-jre-headless,ca-certificates,procps bookworm "$work/rootfs" \
  > "$work/debootstrap.log"
pip download --quiet --no-deps --no-binary pyspark --dest "$work" "pyspark==$version"
mkdir -p "$work/rootfs/opt/spark"
tar -xzf "$work/pyspark-$version.tar.gz" -C "$work/rootfs/opt/spark" --strip-components=2 --no-same-owner \
  "pyspark-$version/deps/bin" "pyspark-$version/deps/sbin" "pyspark-$version/deps/jars"
rm -rf "$work/rootfs/var/cache/apt" "$work/rootfs/var/lib/apt/lists" "$work/rootfs/usr/share/doc" "$work/rootfs/usr/share/man"
java_home="$(cd "$work/rootfs" && echo usr/lib/jvm/java-17-openjdk-*)"
tar -C "$work/rootfs" --numeric-owner -c . \
  | podman import --change "ENV JAVA_HOME=/$java_home" --change 'ENV SPARK_HOME=/opt/spark' - "localhost/spark:$version"
rm -rf "$work/rootfs"
