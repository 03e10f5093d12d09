package io.sluice.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.settings.Settings;
import io.sluice.settings.ValidationErrors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds every manifest against the operator, the code, the pom and the contracts. */
class ManifestsTest {
  /** What no cluster runs: it works on a laptop's files, or prints what it reads of the sources. */
  private static final Set<String> WITHOUT_MANIFEST =
      Set.of(
          "alerts",
          "demo",
          "demo-real",
          "generate",
          "graph",
          "inspect",
          "report",
          "serve",
          "settings",
          "sql");

  private static final Map<String, JsonNode> BASE = Manifests.below(Manifests.BASE);

  private static final ManifestRules RULES =
      new ManifestRules(
          BASE.values().stream()
              .filter(document -> document.at("/kind").asText().equals("ServiceAccount"))
              .map(document -> document.at("/metadata/name").asText())
              .collect(Collectors.toSet()));

  private static boolean isSpark(JsonNode document) {
    return document.at("/apiVersion").asText().startsWith("sparkoperator.k8s.io/");
  }

  private static Map<String, List<String>> errors(Map<String, JsonNode> manifests) {
    Map<String, List<String>> errors = new TreeMap<>();
    manifests.forEach(
        (place, manifest) -> {
          if (isSpark(manifest)) {
            errors.put(place, RULES.errors(manifest));
          }
        });
    assertTrue(!errors.isEmpty(), "no manifest was found");
    errors.values().removeIf(List::isEmpty);
    return errors;
  }

  private static JsonNode command(String name) {
    return BASE.get("spark-apps/base/commands/" + name + ".yaml");
  }

  @Test
  void everyManifestIsSound() {
    assertEquals(Map.of(), errors(BASE));
  }

  @Test
  void theOperatorsSchemasAreThere() {
    assumeTrue(Crds.areThere(), "manifests were not held against the CRDs: make crds needs Go");
    assertEquals(List.of(), new Crds().errors(command("refine")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void everyOverlayRendersSoundManifests(String environment) throws Exception {
    for (String part : List.of("", "commands", "schedules")) {
      Optional<Map<String, JsonNode>> rendered =
          Manifests.render(Manifests.OVERLAYS.resolve(environment).resolve(part));
      assumeTrue(rendered.isPresent(), "overlays were not rendered: kubectl is not installed");
      assertEquals(Map.of(), errors(rendered.get()));
      for (JsonNode manifest : rendered.get().values()) {
        if (manifest.at("/kind").asText().endsWith("SparkApplication")) {
          assertTrue(
              manifest.findValues("env").toString().contains("\"value\":\"" + environment + "\""),
              manifest.at("/metadata/name").asText());
        }
      }
    }
  }

  @Test
  void everyProgramHasAManifest() {
    Set<String> commands = new TreeSet<>(ProjectFacts.commandLine().getSubcommands().keySet());
    commands.removeAll(WITHOUT_MANIFEST);
    Set<String> manifests = new TreeSet<>();
    BASE.forEach(
        (place, manifest) -> {
          if (place.startsWith("spark-apps/base/commands/")) {
            assertEquals(
                manifest.at("/metadata/name").asText(), manifest.at("/spec/arguments/0").asText());
            manifests.add(manifest.at("/metadata/name").asText());
          }
        });
    assertEquals(commands, manifests);
  }

  @Test
  void aScheduleRunsTheProgramAsItStands() {
    int schedules = 0;
    for (JsonNode manifest : BASE.values()) {
      if (manifest.at("/kind").asText().equals("ScheduledSparkApplication")) {
        schedules++;
        assertEquals(
            command(manifest.at("/metadata/name").asText()).get("spec"),
            manifest.at("/spec/template"));
      }
    }
    assertTrue(schedules > 0);
  }

  @Test
  void programsDifferOnlyInWhatTheyDoAndNeed() {
    Set<JsonNode> rests = new java.util.HashSet<>();
    BASE.forEach(
        (place, manifest) -> {
          if (place.startsWith("spark-apps/base/commands/")) {
            ObjectNode spec = manifest.get("spec").deepCopy();
            spec.remove(List.of("arguments", "restartPolicy", "timeToLiveSeconds"));
            ((ObjectNode) spec.get("dynamicAllocation"))
                .remove(List.of("minExecutors", "maxExecutors"));
            for (String role : List.of("driver", "executor")) {
              ((ObjectNode) spec.get(role))
                  .remove(
                      List.of(
                          "cores",
                          "memory",
                          "memoryOverhead",
                          "serviceAccount",
                          "terminationGracePeriodSeconds"));
            }
            // A stream serves the numbers of its queries on a port of their own.
            ((ObjectNode) spec.at("/driver/annotations")).remove("sluice.io/metrics-port");
            rests.add(spec);
          }
        });
    assertEquals(1, rests.size());
  }

  @Test
  void everyKustomizationNamesEveryFile() {
    for (String part : List.of("", "commands", "schedules")) {
      Path folder = Manifests.BASE.resolve(part);
      List<String> named = new ArrayList<>();
      parse(folder.resolve("kustomization.yaml"))
          .get("resources")
          .forEach(file -> named.add(file.asText()));
      Set<String> there =
          BASE.keySet().stream()
              .map(place -> Path.of(place.replaceFirst("#.*", "")))
              .filter(file -> file.getParent().equals(folder))
              .map(file -> file.getFileName().toString())
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(there, new TreeSet<>(named));
    }
  }

  private static JsonNode parse(Path file) {
    try {
      return Manifests.parse(Files.readString(file)).get(0);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "prod"})
  void environmentsAreSoundButForTheirSecrets(String environment) {
    Path file = Path.of("conf/environments", environment + ".yaml");
    Settings settings = Settings.read(file, Map.of("privacy.key", ""));
    assertEquals(environment, settings.environment());
    settings
        .spark()
        .keySet()
        .forEach(key -> assertTrue(ProjectFacts.isSparkSetting(key), file + ": " + key));
    ValidationErrors.ValidationException error =
        org.junit.jupiter.api.Assertions.assertThrows(
            ValidationErrors.ValidationException.class, () -> Settings.read(file, Map.of()));
    assertTrue(error.getMessage().contains("privacy.key"), error.getMessage());
    assertTrue(
        command("refine").at("/spec/driver/secrets/0/path").asText().equals("/etc/sluice/secrets"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/metadata/name | Refine | DNS-1035",
        "/metadata/labels/app.kubernetes.io~1version | 9.9.9 | version label",
        "/spec/sparkVersion | 3.5.1 | sparkVersion",
        "/spec/image | sluice:latest | tag of image",
        "/spec/mainClass | io.sluice.Slice | mainClass",
        "/spec/mainApplicationFile | local:///opt/spark/jars/sluice.jar | mainApplicationFile",
        "/spec/arguments/0 | refin | arguments",
        "/spec/arguments/1 | --sourse | arguments",
        "/spec/arguments/2 | purchase_order | --source purchase_order",
        "/spec/restartPolicy/type | Always | restartPolicy",
        "/spec/driver/serviceAccount | root | service account root",
        "/spec/driver/javaOptions | -XX:+ExitOnOutOfMemoryError | a check stopped",
        "/spec/executor/serviceAccount | ingestor | executors run as",
        "/spec/driver/podSecurityContext/runAsNonRoot | false | runAsNonRoot",
        "/spec/executor/securityContext/readOnlyRootFilesystem | false | read-only root",
        "/spec/driver/nodeSelector/eks.amazonaws.com~1capacityType | SPOT | capacity",
        "/spec/driver/env/0/value | staging | conf/environments/staging.yaml",
        "/spec/sparkConf/spark.master | k8s://x | refused by the operator",
        "/spec/sparkConf/spark.kubernetes.container.image | x | refused by the operator",
        "/spec/sparkConf/spark.kubernetes.namespace | default | refused by the operator",
        "/spec/sparkConf/spark.decomission.enabled | true | is a setting of Spark",
        "/spec/nodeSelector/disk | ssd | nodeSelector",
      })
  void aPlantedFaultIsFound(String pointer, String value, String expected) {
    JsonNode manifest = command("refine").deepCopy();
    plant(manifest, pointer, value);
    List<String> errors = RULES.errors(manifest);
    assertTrue(
        errors.stream().anyMatch(error -> error.contains(expected)), pointer + ": " + errors);
  }

  /** What only the operator's schema knows. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/spec/restartPolicy/type | Sometimes | Sometimes",
        "/spec/type | Jawa | type",
        "/spec/driver/memorry | 1g | memorry",
        "/spec/executor/tolerations/0/effekt | NoSchedule | effekt",
        "/spec/driver/cores | two | cores",
      })
  void aPlantedFaultOfTheSchemaIsFound(String pointer, String value, String expected) {
    assumeTrue(Crds.areThere(), "manifests were not held against the CRDs: make crds needs Go");
    aPlantedFaultIsFound(pointer, value, expected.equals("Sometimes") ? "enumeration" : expected);
  }

  @Test
  void aWrongTableIsFound() {
    ProjectFacts facts = new ProjectFacts();
    assertTrue(facts.isTable("gold.spend_daily"));
    assertTrue(facts.isTable("silver.calls"));
    for (String wrong : List.of("gold.spend_dayly", "silver.spend_daily", "calls", "iron.calls")) {
      assertTrue(!facts.isTable(wrong), wrong);
    }
  }

  private static void plant(JsonNode manifest, String pointer, String value) {
    int last = pointer.lastIndexOf('/');
    String name = pointer.substring(last + 1).replace("~1", "/");
    JsonNode parent = manifest.at(pointer.substring(0, last));
    if (parent instanceof com.fasterxml.jackson.databind.node.ArrayNode list) {
      list.set(Integer.parseInt(name), value);
    } else if (parent.isMissingNode()) {
      ((ObjectNode) manifest.at("/spec")).putObject("nodeSelector").put(name, value);
    } else {
      ((ObjectNode) parent).put(name, value);
    }
  }
}
