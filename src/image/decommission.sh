#!/usr/bin/env bash
# Runs before an executor's pod is stopped: tells the executor, which is process 1, to hand its shuffle files on, and
# waits for it to leave. Spark sets it as the pod's preStop hook (spark.kubernetes.decommission.script).
kill -s PWR 1
timeout 110 tail --pid=1 -f /dev/null
