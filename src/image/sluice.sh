#!/usr/bin/env bash
# Runs a program in this container alone: sluice PROGRAM [OPTION...].
exec "$SPARK_HOME/bin/spark-submit" --master "local[*]" --driver-memory "${SLUICE_HEAP:-3g}" \
  --class io.sluice.Sluice "$SPARK_HOME"/jars/sluice-*.jar "$@"
