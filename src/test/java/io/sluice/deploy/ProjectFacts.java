package io.sluice.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.cli.Sluice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.internal.config.ConfigEntry;
import picocli.CommandLine;

/** What manifests may say, asked of the pom, the command line, the graph and Spark itself. */
final class ProjectFacts {
  private static final String LAYERS = "bronze silver quarantine";

  private final String pom = text(Path.of("pom.xml"));
  private final Set<String> sources = new TreeSet<>();
  private final Set<String> marts = new TreeSet<>();
  private final Set<String> models = new TreeSet<>();

  ProjectFacts() {
    // Spark registers its settings when the objects that state them are first touched.
    for (String registry : new String[] {"package$", "UI$", "Status$", "History$"}) {
      try {
        Class.forName("org.apache.spark.internal.config." + registry);
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }
    try {
      JsonNode graph = new ObjectMapper().readTree(text(Path.of("airflow-dags/graph.json")));
      graph.get("sources").forEach(source -> sources.add(source.get("name").asText()));
      graph.get("marts").forEach(mart -> marts.add(mart.get("name").asText()));
      graph.get("models").forEach(model -> models.add(model.get("name").asText()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String version() {
    return pom("<artifactId>sluice</artifactId>\\s*<version>([^<]*)<");
  }

  String sparkVersion() {
    return pom("<spark.version>([^<]*)<");
  }

  private String pom(String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(pom);
    if (!matcher.find()) {
      throw new IllegalStateException("pom.xml: " + pattern);
    }
    return matcher.group(1);
  }

  static CommandLine commandLine() {
    return Sluice.commandLine();
  }

  boolean isSource(String name) {
    return sources.contains(name);
  }

  boolean isMart(String name) {
    return marts.contains(name);
  }

  boolean isModel(String name) {
    return models.contains(name);
  }

  boolean isTable(String name) {
    String[] parts = name.split("\\.", -1);
    return parts.length == 2
        && (parts[0].equals("gold")
            ? isMart(parts[1])
            : LAYERS.contains(parts[0]) && isSource(parts[1]));
  }

  /** Kubernetes' settings are stated in a part of Spark that only a cluster's image holds. */
  static boolean isSparkSetting(String name) {
    return ConfigEntry.findEntry(name) != null
        || name.matches(
            "spark\\.(kubernetes\\.[a-zA-Z.]+|metrics\\.conf\\.driver\\.sink\\.[a-zA-Z.]+"
                + "|delta\\.logStore\\.s3a\\.impl|sql\\.[a-zA-Z._]+|hadoop\\.fs\\.s3a\\.[a-z.]+)");
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
