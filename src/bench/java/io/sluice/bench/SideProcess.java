package io.sluice.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What one side's JVM, and the servers beside it, take of the machine. */
record SideProcess(String name, Process process) {

  /** Its resident memory in MB. */
  long rss() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    }
  }

  /** What lives on the side's heap, behind a collection, in MB. */
  double liveHeap() throws Exception {
    Process histogram =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/jcmd",
                String.valueOf(process.pid()),
                "GC.class_histogram")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String last = "";
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(histogram.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = line.isBlank() ? last : line;
      }
    }
    return Double.parseDouble(last.trim().split("\\s+")[2]) / 1e6;
  }

  /** CPU seconds so far: of the side's driver, of the servers, and of this JVM, which produces. */
  Map<String, Double> cpu() {
    Map<String, Double> spent = new LinkedHashMap<>();
    spent.put("driver", seconds(process.toHandle()));
    ProcessHandle.current()
        .children()
        .filter(child -> child.pid() != process.pid())
        .forEach(
            child -> {
              String command = child.info().commandLine().orElse("");
              if (command.contains("kafka.Kafka")) {
                spent.put("broker", seconds(child));
              } else if (command.contains("s3proxy")) {
                spent.put("S3 server", seconds(child));
              }
            });
    spent.put("producer", seconds(ProcessHandle.current()));
    return spent;
  }

  private static double seconds(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0;
  }
}
