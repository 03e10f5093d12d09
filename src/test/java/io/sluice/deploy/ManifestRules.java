package io.sluice.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import picocli.CommandLine;

/**
 * Reads one manifest and says where it breaks the operator's schema, the operator's webhook, the
 * restricted pod security standard, or what pom, command line, contracts and Spark say.
 */
final class ManifestRules {
  /** Commands that run until they are ended. */
  private static final Set<String> STREAMS = Set.of("stream");

  private static final Pattern DNS_1035 = Pattern.compile("[a-z]([-a-z0-9]{0,61}[a-z0-9])?");

  private final ProjectFacts facts = new ProjectFacts();
  private final Optional<Crds> crds = Crds.areThere() ? Optional.of(new Crds()) : Optional.empty();
  private final Set<String> accounts;

  ManifestRules(Set<String> accounts) {
    this.accounts = accounts;
  }

  List<String> errors(JsonNode manifest) {
    List<String> errors = new ArrayList<>();
    crds.ifPresent(schemas -> errors.addAll(schemas.errors(manifest)));
    expect(
        errors,
        "version label",
        facts.version(),
        manifest.at("/metadata/labels").path("app.kubernetes.io/version"));
    expect(
        errors,
        "metadata.name is a DNS-1035 label",
        true,
        DNS_1035.matcher(manifest.at("/metadata/name").asText()).matches());
    switch (manifest.at("/kind").asText()) {
      case "SparkApplication" -> application(errors, manifest, manifest.at("/spec"));
      case "ScheduledSparkApplication" -> {
        expect(errors, "concurrencyPolicy", "Forbid", manifest.at("/spec/concurrencyPolicy"));
        expect(errors, "timeZone", "UTC", manifest.at("/spec/timeZone"));
        application(errors, manifest, manifest.at("/spec/template"));
      }
      default -> connect(errors, manifest.at("/spec"));
    }
    return errors;
  }

  private void application(List<String> errors, JsonNode manifest, JsonNode spec) {
    code(errors, spec);
    arguments(errors, spec);
    String command = spec.at("/arguments/0").asText();
    expect(
        errors,
        "restartPolicy of " + command,
        STREAMS.contains(command) ? "Always" : "Never",
        spec.at("/restartPolicy/type"));
    webhook(errors, manifest, spec);
    for (String role : List.of("driver", "executor")) {
      JsonNode pod = spec.at("/" + role);
      restricted(errors, role, pod.at("/podSecurityContext"), pod.at("/securityContext"));
      account(errors, role, pod.at("/serviceAccount").asText());
    }
    expect(
        errors,
        "executors run as the driver's account",
        spec.at("/driver/serviceAccount").asText(),
        spec.at("/executor/serviceAccount"));
    // The JVM would end with 3, which is the exit code of a check's stop, and nobody would retry.
    expect(
        errors,
        "a driver out of memory is told from one that a check stopped",
        false,
        spec.at("/driver/javaOptions").asText().contains("ExitOnOutOfMemoryError"));
    placed(errors, spec.at("/driver/nodeSelector"), spec.at("/driver/tolerations"), "ON_DEMAND");
    placed(errors, spec.at("/executor/nodeSelector"), spec.at("/executor/tolerations"), "SPOT");
    for (JsonNode variable : spec.at("/driver/env")) {
      if (variable.at("/name").asText().equals("SLUICE_ENV")) {
        Path file = Path.of("conf/environments", variable.at("/value").asText() + ".yaml");
        expect(errors, file + " is there", true, Files.exists(file));
      }
    }
    shared(errors, spec);
  }

  private void connect(List<String> errors, JsonNode spec) {
    expect(errors, "sparkVersion", facts.sparkVersion(), spec.at("/sparkVersion"));
    expect(errors, "tag of image", facts.version(), tag(spec));
    for (String role : List.of("server", "executor")) {
      JsonNode pod = spec.at("/" + role + "/template/spec");
      restricted(errors, role, pod.at("/securityContext"), pod.at("/containers/0/securityContext"));
      account(errors, role, pod.at("/serviceAccountName").asText());
      placed(
          errors,
          pod.at("/nodeSelector"),
          pod.at("/tolerations"),
          role.equals("server") ? "ON_DEMAND" : "SPOT");
    }
    shared(errors, spec);
  }

  private void code(List<String> errors, JsonNode spec) {
    expect(errors, "sparkVersion", facts.sparkVersion(), spec.at("/sparkVersion"));
    expect(errors, "tag of image", facts.version(), tag(spec));
    expect(
        errors,
        "mainApplicationFile",
        "local:///opt/spark/jars/sluice-" + facts.version() + ".jar",
        spec.at("/mainApplicationFile"));
    try {
      Class.forName(spec.at("/mainClass").asText()).getMethod("main", String[].class);
    } catch (ReflectiveOperationException e) {
      errors.add("mainClass: " + e);
    }
  }

  private static String tag(JsonNode spec) {
    return spec.at("/image").asText().replaceFirst(".*:", "");
  }

  private void arguments(List<String> errors, JsonNode spec) {
    String[] words =
        StreamSupport.stream(spec.at("/arguments").spliterator(), false)
            .map(JsonNode::asText)
            .toArray(String[]::new);
    CommandLine.ParseResult parsed;
    try {
      parsed = ProjectFacts.commandLine().parseArgs(words);
    } catch (CommandLine.ParameterException e) {
      errors.add("arguments: " + e.getMessage());
      return;
    }
    if (!parsed.hasSubcommand()) {
      errors.add("arguments: name no command");
      return;
    }
    for (CommandLine.Model.OptionSpec option : parsed.subcommand().matchedOptions()) {
      for (String value : option.originalStringValues()) {
        boolean known =
            switch (option.longestName()) {
              case "--source" -> facts.isSource(value);
              case "--mart" -> facts.isMart(value);
              case "--model" -> facts.isModel(value);
              case "--table" -> facts.isTable(value);
              default -> true;
            };
        if (!known) {
          errors.add("arguments: " + option.longestName() + " " + value + ": no such one");
        }
      }
    }
  }

  /** What the operator's admission webhook refuses. */
  private static void webhook(List<String> errors, JsonNode manifest, JsonNode spec) {
    if (spec.has("nodeSelector")
        && (spec.at("/driver").has("nodeSelector") || spec.at("/executor").has("nodeSelector"))) {
      errors.add("nodeSelector: stands both for the application and for a pod");
    }
    spec.at("/sparkConf")
        .fields()
        .forEachRemaining(
            entry -> {
              String key = entry.getKey();
              if (key.startsWith("spark.kubernetes.authenticate.")
                  || key.equals("spark.master")
                  || key.startsWith("spark.kubernetes.container.image")
                  || key.matches("spark\\.kubernetes\\.(driver|executor)\\.container\\.image")
                  || (key.equals("spark.kubernetes.namespace")
                      && !entry.getValue().equals(manifest.at("/metadata/namespace")))) {
                errors.add("sparkConf: " + key + ": refused by the operator");
              }
            });
  }

  private static void shared(List<String> errors, JsonNode spec) {
    spec.at("/sparkConf")
        .fieldNames()
        .forEachRemaining(
            key ->
                expect(
                    errors,
                    key + " is a setting of Spark",
                    true,
                    ProjectFacts.isSparkSetting(key)));
    expect(
        errors, "shuffle tracking", "true", spec.at("/dynamicAllocation/shuffleTrackingEnabled"));
    Map.of(
            "spark.decommission.enabled", "true",
            "spark.storage.decommission.shuffleBlocks.enabled", "true",
            "spark.ui.prometheus.enabled", "true")
        .forEach((key, value) -> expect(errors, key, value, spec.at("/sparkConf").path(key)));
  }

  /** Kubernetes' pod security standard "restricted", and a root file system that cannot change. */
  private static void restricted(
      List<String> errors, String role, JsonNode pod, JsonNode container) {
    expect(errors, role + ": runAsNonRoot", "true", pod.at("/runAsNonRoot"));
    expect(errors, role + ": runAsUser", "185", pod.at("/runAsUser"));
    expect(errors, role + ": seccompProfile", "RuntimeDefault", pod.at("/seccompProfile/type"));
    expect(
        errors,
        role + ": privilege escalation",
        "false",
        container.at("/allowPrivilegeEscalation"));
    expect(errors, role + ": read-only root", "true", container.at("/readOnlyRootFilesystem"));
    expect(errors, role + ": capabilities", "ALL", container.at("/capabilities/drop/0"));
  }

  private void account(List<String> errors, String role, String name) {
    if (!accounts.contains(name)) {
      errors.add(role + ": service account " + name + " is not in accounts.yaml");
    }
  }

  private static void placed(
      List<String> errors, JsonNode selector, JsonNode tolerations, String capacity) {
    expect(errors, "capacity", capacity, selector.path("eks.amazonaws.com/capacityType"));
    expect(
        errors,
        "tolerates spot nodes",
        capacity.equals("SPOT"),
        tolerations.at("/0/key").asText().equals("sluice.io/spot"));
  }

  private static void expect(List<String> errors, String what, Object expected, Object found) {
    String text = found instanceof JsonNode node ? node.asText("missing") : String.valueOf(found);
    if (!String.valueOf(expected).equals(text)) {
      errors.add(what + ": expected " + expected + ", found " + text);
    }
  }
}
