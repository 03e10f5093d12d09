package io.sluice.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Executors in JVMs of their own on this machine: Spark's {@code local-cluster}. */
final class LocalCluster {
  private LocalCluster() {}

  /** What makes a driver start two executors of one core and 1 GB each. */
  static Map<String, String> settings() {
    return Map.of(
        "spark.master", "local-cluster[2,1,2048]",
        "spark.executor.memory", "1g",
        "spark.executor.extraClassPath", System.getProperty("java.class.path"));
  }

  /** The environment that a driver with executors needs: a Spark home, without jars of its own. */
  static Map<String, String> environment(Path dir) throws IOException {
    Path home = dir.resolve("spark-home").toAbsolutePath();
    Files.createDirectories(home.resolve("jars"));
    return Map.of("SPARK_HOME", home.toString(), "SPARK_SCALA_VERSION", "2.12");
  }

  /** A driver's executors that are alive. */
  static List<ProcessHandle> executors(Process driver) {
    return driver
        .descendants()
        .filter(child -> commandLine(child.pid()).contains("CoarseGrainedExecutorBackend"))
        .toList();
  }

  /** The whole of it: Java's own look at it ends within the class path. */
  private static String commandLine(long process) {
    try {
      return Files.readString(
          Path.of("/proc/" + process + "/cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      // It has just ended.
      return "";
    }
  }
}
