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
  /** Programs that run until they are ended. */
  private static final Set<String> STREAMS = Set.of("stream");

  private static final Pattern DNS_1035 = Pattern.compile("[a-z]([-a-z0-9]{0,61}[a-z0-9])?");

  private final ProjectFacts facts = new ProjectFacts();
  private final Optional<Crds> crds = Crds.areThere() ? Optional.of(new Crds()) : Optional.empty();
  private final Set<String> accounts;

  ManifestRules(Set<String> accounts) {
    this.accounts = accounts;
  }

  List<String> faults(JsonNode manifest) {
    List<String> faults = new ArrayList<>();
    crds.ifPresent(schemas -> faults.addAll(schemas.faults(manifest)));
    expect(
        faults,
        "version label",
        facts.version(),
        manifest.at("/metadata/labels").path("app.kubernetes.io/version"));
    expect(
        faults,
        "metadata.name is a DNS-1035 label",
        true,
        DNS_1035.matcher(manifest.at("/metadata/name").asText()).matches());
    switch (manifest.at("/kind").asText()) {
      case "SparkApplication" -> application(faults, manifest, manifest.at("/spec"));
      case "ScheduledSparkApplication" -> {
        expect(faults, "concurrencyPolicy", "Forbid", manifest.at("/spec/concurrencyPolicy"));
        expect(faults, "timeZone", "UTC", manifest.at("/spec/timeZone"));
        application(faults, manifest, manifest.at("/spec/template"));
      }
      default -> connect(faults, manifest.at("/spec"));
    }
    return faults;
  }

  private void application(List<String> faults, JsonNode manifest, JsonNode spec) {
    code(faults, spec);
    arguments(faults, spec);
    String program = spec.at("/arguments/0").asText();
    expect(
        faults,
        "restartPolicy of " + program,
        STREAMS.contains(program) ? "Always" : "Never",
        spec.at("/restartPolicy/type"));
    webhook(faults, manifest, spec);
    for (String role : List.of("driver", "executor")) {
      JsonNode pod = spec.at("/" + role);
      restricted(faults, role, pod.at("/podSecurityContext"), pod.at("/securityContext"));
      account(faults, role, pod.at("/serviceAccount").asText());
    }
    expect(
        faults,
        "executors run as the driver's account",
        spec.at("/driver/serviceAccount").asText(),
        spec.at("/executor/serviceAccount"));
    // The JVM would end with 3, which is the exit code of a check's stop, and nobody would retry.
    expect(
        faults,
        "a driver out of memory is told from one that a check stopped",
        false,
        spec.at("/driver/javaOptions").asText().contains("ExitOnOutOfMemoryError"));
    placed(faults, spec.at("/driver/nodeSelector"), spec.at("/driver/tolerations"), "ON_DEMAND");
    placed(faults, spec.at("/executor/nodeSelector"), spec.at("/executor/tolerations"), "SPOT");
    for (JsonNode variable : spec.at("/driver/env")) {
      if (variable.at("/name").asText().equals("SLUICE_ENV")) {
        Path file = Path.of("conf/environments", variable.at("/value").asText() + ".yaml");
        expect(faults, file + " is there", true, Files.exists(file));
      }
    }
    shared(faults, spec);
  }

  private void connect(List<String> faults, JsonNode spec) {
    expect(faults, "sparkVersion", facts.sparkVersion(), spec.at("/sparkVersion"));
    expect(faults, "tag of image", facts.version(), tag(spec));
    for (String role : List.of("server", "executor")) {
      JsonNode pod = spec.at("/" + role + "/template/spec");
      restricted(faults, role, pod.at("/securityContext"), pod.at("/containers/0/securityContext"));
      account(faults, role, pod.at("/serviceAccountName").asText());
      placed(
          faults,
          pod.at("/nodeSelector"),
          pod.at("/tolerations"),
          role.equals("server") ? "ON_DEMAND" : "SPOT");
    }
    shared(faults, spec);
  }

  private void code(List<String> faults, JsonNode spec) {
    expect(faults, "sparkVersion", facts.sparkVersion(), spec.at("/sparkVersion"));
    expect(faults, "tag of image", facts.version(), tag(spec));
    expect(
        faults,
        "mainApplicationFile",
        "local:///opt/spark/jars/sluice-" + facts.version() + ".jar",
        spec.at("/mainApplicationFile"));
    try {
      Class.forName(spec.at("/mainClass").asText()).getMethod("main", String[].class);
    } catch (ReflectiveOperationException e) {
      faults.add("mainClass: " + e);
    }
  }

  private static String tag(JsonNode spec) {
    return spec.at("/image").asText().replaceFirst(".*:", "");
  }

  private void arguments(List<String> faults, JsonNode spec) {
    String[] words =
        StreamSupport.stream(spec.at("/arguments").spliterator(), false)
            .map(JsonNode::asText)
            .toArray(String[]::new);
    CommandLine.ParseResult parsed;
    try {
      parsed = ProjectFacts.commandLine().parseArgs(words);
    } catch (CommandLine.ParameterException e) {
      faults.add("arguments: " + e.getMessage());
      return;
    }
    if (!parsed.hasSubcommand()) {
      faults.add("arguments: name no program");
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
          faults.add("arguments: " + option.longestName() + " " + value + ": no such one");
        }
      }
    }
  }

  /** What the operator's admission webhook refuses. */
  private static void webhook(List<String> faults, JsonNode manifest, JsonNode spec) {
    if (spec.has("nodeSelector")
        && (spec.at("/driver").has("nodeSelector") || spec.at("/executor").has("nodeSelector"))) {
      faults.add("nodeSelector: stands both for the application and for a pod");
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
                faults.add("sparkConf: " + key + ": refused by the operator");
              }
            });
  }

  private static void shared(List<String> faults, JsonNode spec) {
    spec.at("/sparkConf")
        .fieldNames()
        .forEachRemaining(
            key ->
                expect(
                    faults,
                    key + " is a setting of Spark",
                    true,
                    ProjectFacts.isSparkSetting(key)));
    expect(
        faults, "shuffle tracking", "true", spec.at("/dynamicAllocation/shuffleTrackingEnabled"));
    Map.of(
            "spark.decommission.enabled", "true",
            "spark.storage.decommission.shuffleBlocks.enabled", "true",
            "spark.ui.prometheus.enabled", "true")
        .forEach((key, value) -> expect(faults, key, value, spec.at("/sparkConf").path(key)));
  }

  /** Kubernetes' pod security standard "restricted", and a root file system that cannot change. */
  private static void restricted(
      List<String> faults, String role, JsonNode pod, JsonNode container) {
    expect(faults, role + ": runAsNonRoot", "true", pod.at("/runAsNonRoot"));
    expect(faults, role + ": runAsUser", "185", pod.at("/runAsUser"));
    expect(faults, role + ": seccompProfile", "RuntimeDefault", pod.at("/seccompProfile/type"));
    expect(
        faults,
        role + ": privilege escalation",
        "false",
        container.at("/allowPrivilegeEscalation"));
    expect(faults, role + ": read-only root", "true", container.at("/readOnlyRootFilesystem"));
    expect(faults, role + ": capabilities", "ALL", container.at("/capabilities/drop/0"));
  }

  private void account(List<String> faults, String role, String name) {
    if (!accounts.contains(name)) {
      faults.add(role + ": service account " + name + " is not in accounts.yaml");
    }
  }

  private static void placed(
      List<String> faults, JsonNode selector, JsonNode tolerations, String capacity) {
    expect(faults, "capacity", capacity, selector.path("eks.amazonaws.com/capacityType"));
    expect(
        faults,
        "tolerates spot nodes",
        capacity.equals("SPOT"),
        tolerations.at("/0/key").asText().equals("sluice.io/spot"));
  }

  private static void expect(List<String> faults, String what, Object expected, Object found) {
    String text = found instanceof JsonNode node ? node.asText("missing") : String.valueOf(found);
    if (!String.valueOf(expected).equals(text)) {
      faults.add(what + ": expected " + expected + ", found " + text);
    }
  }
}
