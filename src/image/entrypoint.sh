#!/usr/bin/env bash
# Starts what Spark on Kubernetes asks of an image, "driver ..." or "executor", or any other command as it stands.
# It writes below /tmp only, so that the root file system may be read-only, and the command is process 1 and gets its
# signals.
set -euo pipefail

# Spark copies the command's jar into the working directory, of a driver and of each executor.
if [ "${1:-}" = driver ] || [ "${1:-}" = executor ]; then
  mkdir -p /tmp/work
  cd /tmp/work
  # The contracts' default folder is a relative one.
  ln -sfn "$SLUICE_CONF" conf
fi

case "${1:-}" in
  driver)
    shift
    exec "$SPARK_HOME/bin/spark-submit" \
      --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS" \
      --conf "spark.executorEnv.SPARK_DRIVER_POD_IP=$SPARK_DRIVER_BIND_ADDRESS" \
      --deploy-mode client "$@"
    ;;
  executor)
    options=()
    for ((i = 0; ; i++)); do
      option="SPARK_JAVA_OPT_$i"
      [ -n "${!option:-}" ] || break
      options+=("${!option}")
    done
    exec "$JAVA_HOME/bin/java" "${options[@]}" "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \
      -cp "$SPARK_HOME/conf:${SPARK_EXTRA_CLASSPATH:+$SPARK_EXTRA_CLASSPATH:}$SPARK_HOME/jars/*" \
      org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
      --driver-url "$SPARK_DRIVER_URL" \
      --executor-id "$SPARK_EXECUTOR_ID" \
      --cores "$SPARK_EXECUTOR_CORES" \
      --app-id "$SPARK_APPLICATION_ID" \
      --hostname "$SPARK_EXECUTOR_POD_IP" \
      --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" \
      --podName "$SPARK_EXECUTOR_POD_NAME"
    ;;
  *)
    exec "$@"
    ;;
esac
