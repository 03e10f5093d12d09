#!/usr/bin/env bash
# Starts the Spark Connect server in the foreground, as the Spark operator asks. Spark's own script goes through
# spark-daemon.sh, which writes log and pid files below SPARK_HOME: it is read-only here.
set -euo pipefail
# Connect keeps clients' artifacts in the working directory, for each session.
mkdir -p /tmp/work
cd /tmp/work
exec "$SPARK_HOME/bin/spark-submit" --class org.apache.spark.sql.connect.service.SparkConnectServer \
  --name "Spark Connect server" "$@"
