#!/usr/bin/env bash
# Sorts the jars that ship beside ours: those that Spark has in the same version are left out; those that Spark has in
# another version replace Spark's, since ours is the version that was tested; the rest is added.
#
# jars.sh OURS SPARK OUT writes OUT/jars/*.jar, and OUT/superseded, a list of Spark's jars to remove.
set -euo pipefail
ours="$1" spark="$2" out="$3"
mkdir -p "$out/jars"
: > "$out/superseded"
for jar in "$ours"/*.jar; do
  name="$(basename "$jar")"
  if [ -e "$spark/$name" ]; then
    continue
  fi
  artifact="$(sed -E 's/-[0-9][^-]*(-[^-]+)*\.jar$//' <<< "$name")"
  for old in "$spark/$artifact"-[0-9]*.jar; do
    if [ -e "$old" ]; then
      echo "$old" >> "$out/superseded"
    fi
  done
  install -m 644 "$jar" "$out/jars/$name"
done
