#!/usr/bin/env bash
# Runs a command in this container alone: sluice COMMAND [OPTION...].
exec "$SPARK_HOME/bin/spark-submit" --master "local[*]" --driver-memory "${SLUICE_HEAP:-3g}" \
  --class io.sluice.cli.Sluice "$SPARK_HOME"/jars/sluice-*.jar "$@"
