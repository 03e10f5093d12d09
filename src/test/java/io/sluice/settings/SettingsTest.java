package io.sluice.settings;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds what {@link Settings} reads of an environment, and that it refuses all errors at once. */
class SettingsTest {
  private static final String ROOTS = "lake.root: s3a://lake\nlanding.root: s3a://landing\n";
  private static final String NO_REFERENCE =
      "must be a reference, env:NAME or file:/path; secrets are not written into settings";

  @TempDir private Path folder;

  @Test
  void rootsAreEnough() throws IOException {
    Settings settings = read(ROOTS);
    assertEquals("dev", settings.environment());
    assertEquals("s3a://lake", settings.get(Key.LAKE));
    assertEquals("s3a://landing", settings.get(Key.LANDING));
    assertEquals("conf/contracts", settings.get(Key.CONTRACTS));
    assertEquals("none", settings.get(Key.LINEAGE_TRANSPORT));
    assertEquals(10_000, settings.get(Key.INGEST_FILES));
    assertEquals(64L << 30, settings.get(Key.INGEST_BYTES));
    assertEquals("", settings.get(Key.S3_ACCESS_KEY));
    assertEquals(Optional.empty(), settings.privacyKey());
    assertEquals(Map.of(), settings.spark());
  }

  @Test
  void namesMayBeNestedOrWrittenOut() throws IOException {
    Settings settings =
        read(
            """
            lake: {root: s3a://lake}
            landing.root: s3a://landing
            s3: {endpoint: "http://127.0.0.1:9878"}
            ingest:
              bytes-per-commit: 1048576
            spark:
              ui.enabled: false
              sql: {shuffle.partitions: 4}
            spark.driver.host: 127.0.0.1
            """);
    assertEquals("http://127.0.0.1:9878", settings.get(Key.S3_ENDPOINT));
    assertEquals(1L << 20, settings.get(Key.INGEST_BYTES));
    assertEquals(
        new TreeMap<>(
            Map.of(
                "spark.ui.enabled", "false",
                "spark.sql.shuffle.partitions", "4",
                "spark.driver.host", "127.0.0.1")),
        settings.spark());
  }

  @Test
  void overridesWin() throws IOException {
    Settings settings =
        read(ROOTS, Map.of("lake.root", "file:/tmp/lake", "spark.master", "local[1]"));
    assertEquals("file:/tmp/lake", settings.get(Key.LAKE));
    assertEquals("s3a://landing", settings.get(Key.LANDING));
    assertEquals(Map.of("spark.master", "local[1]"), settings.spark());
  }

  @Test
  void unknownSettingIsRefusedWithTheKnownOnes() {
    List<String> errors = errors(ROOTS + "lake.rot: s3a://x\nsparks.master: local\n");
    assertEquals(2, errors.size(), errors.toString());
    assertTrue(
        errors.get(0).startsWith("dev.yaml: lake.rot: unknown setting; known are ["),
        errors.get(0));
    for (Key<?> key : Key.all()) {
      assertTrue(errors.get(0).contains(key.name()), key.name());
    }
    assertTrue(errors.get(1).startsWith("dev.yaml: sparks.master: unknown setting; "));
  }

  @Test
  void unknownOverrideIsRefused() {
    List<String> errors = errors(ROOTS, Map.of("lake.rot", "x"));
    assertEquals(1, errors.size());
    assertTrue(errors.get(0).startsWith("dev.yaml: lake.rot: unknown setting; "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "lake.root:\nlanding.root: ~\n", "{}", "---\n"})
  void missingSettingsAreNamed(String yaml) {
    assertEquals(
        List.of(
            "dev.yaml: lake.root: must be set: Where the tables are, such as s3a://lake.",
            "dev.yaml: landing.root: must be set: Where raw files arrive, such as s3a://landing."),
        errors(yaml));
  }

  @Test
  void emptySettingIsMissing() {
    assertEquals(
        List.of("dev.yaml: lake.root: must be set: Where the tables are, such as s3a://lake."),
        errors("lake.root: ''\nlanding.root: s3a://landing\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "ingest.files-per-commit, many, must be a whole number",
    "ingest.files-per-commit, 1.5, must be a whole number",
    "ingest.files-per-commit, 1e3, must be a whole number",
    "ingest.files-per-commit, '', must be a whole number",
    "ingest.files-per-commit, 0, must be above 0",
    "ingest.files-per-commit, -3, must be above 0",
    "ingest.bytes-per-commit, 128MB, must be a whole number",
    "ingest.bytes-per-commit, -1, must be above 0",
    "ingest.bytes-per-commit, 99999999999999999999, must be a whole number"
  })
  void badNumberIsRefused(String name, String value, String why) {
    assertEquals(List.of("dev.yaml: " + name + ": " + why), errors(ROOTS, Map.of(name, value)));
  }

  @Test
  void numberThatDoesNotFitIsRefused() {
    List<String> errors = errors(ROOTS + "ingest.files-per-commit: 3000000000\n");
    assertEquals(1, errors.size());
    assertTrue(errors.get(0).startsWith("dev.yaml: ingest.files-per-commit: "), errors.get(0));
  }

  @Test
  void valueOutsideOfChoiceIsRefused() {
    assertEquals(
        List.of("dev.yaml: lineage.transport: must be one of [none, file, http, kafka]"),
        errors(ROOTS + "lineage.transport: File\n"));
  }

  @Test
  void listIsNoValue() {
    List<String> errors = errors("lake.root: [s3a://lake, s3a://lake2]\nlanding.root: s3a://l\n");
    assertEquals(1, errors.size(), errors.toString());
    assertTrue(errors.get(0).startsWith("dev.yaml: lake.root: "), errors.get(0));
  }

  static Stream<String> secretKeys() {
    return Stream.of(
        "s3.access-key",
        "s3.secret-key",
        "privacy.key",
        "lineage.token",
        "kafka.password",
        "registry.password",
        "mlflow.token");
  }

  @Test
  void secretKeysAreAllKnownHere() {
    assertEquals(
        secretKeys().toList(),
        Key.all().stream().filter(key -> key.type().equals("secret")).map(Key::name).toList());
  }

  @ParameterizedTest
  @MethodSource("secretKeys")
  void plaintextSecretIsRefusedAndNotRepeated(String key) {
    for (String text :
        List.of("hunter2", "hunter2:env:X", "ENV:hunter2", "env", "http://hunter2")) {
      List<String> errors = errors(ROOTS, pair(key, text));
      assertTrue(errors.contains("dev.yaml: " + key + ": " + NO_REFERENCE), errors.toString());
      assertFalse(errors.toString().contains("hunter2"), errors.toString());
    }
  }

  @Test
  void plaintextSecretIsNotRepeatedByFaultOfAnotherLine() {
    for (String yaml :
        List.of(
            ROOTS + "privacy.key: \"hunter2",
            ROOTS + "privacy.key: hunter2: x\n",
            ROOTS + "privacy: [hunter2\nlake: 1\n",
            ROOTS + "privacy.key: hunter2\n\tlineage.token: hunter2\n",
            ROOTS + "privacy.key: hunter2\nprivacy.key: hunter2\n")) {
      var e = assertThrows(ValidationErrors.ValidationException.class, () -> read(yaml));
      assertTrue(e.getMessage().contains("dev.yaml: "), e.getMessage());
      assertFalse(e.getMessage().contains("hunter2"), e.getMessage());
    }
  }

  @Test
  void plaintextSecretOfSparkIsRefused() {
    List<String> errors = errors(ROOTS + "spark.hadoop.fs.s3a.secret.key: hunter2\n");
    assertEquals(1, errors.size(), errors.toString());
    assertTrue(errors.get(0).startsWith("dev.yaml: spark.hadoop.fs.s3a.secret.key: "));
    assertFalse(errors.get(0).contains("hunter2"));
  }

  @Test
  void secretIsReadFromFile() throws IOException {
    Path secret =
        Files.writeString(
            folder.resolve("key"), "\n a secret of many words, and so long enough \n");
    Settings settings = read(ROOTS + "privacy.key: file:" + secret + "\n");
    assertEquals("a secret of many words, and so long enough", settings.get(Key.PRIVACY_KEY));
    assertArrayEquals(
        "a secret of many words, and so long enough".getBytes(StandardCharsets.UTF_8),
        settings.privacyKey().orElseThrow());
  }

  @Test
  void shortPrivacyKeyIsRefusedAndNotRepeated() throws IOException {
    Path secret = Files.writeString(folder.resolve("key"), "hunter2 hunter2 hunter2 hunter2\n");
    assertEquals(
        List.of("dev.yaml: privacy.key: must lead to at least 32 bytes"),
        errors(ROOTS + "privacy.key: file:" + secret + "\n"));
    Files.writeString(secret, "ä".repeat(16));
    assertEquals(
        32, read(ROOTS + "privacy.key: file:" + secret + "\n").privacyKey().orElseThrow().length);
  }

  @Test
  void secretIsReadFromEnvironment() throws IOException {
    // Whatever machine this runs on, it has a PATH.
    Settings settings = read(ROOTS + "lineage.token: env:PATH\n");
    assertEquals(System.getenv("PATH"), settings.get(Key.LINEAGE_TOKEN));
  }

  @Test
  void referenceThatLeadsNowhereIsRefused() {
    assertEquals(
        List.of(
            "dev.yaml: privacy.key: the environment variable SLUICE_NO_SUCH is not set",
            "dev.yaml: lineage.token: the file /no/such/file cannot be read"),
        errors(ROOTS + "privacy.key: env:SLUICE_NO_SUCH\nlineage.token: file:/no/such/file\n"));
  }

  @Test
  void emptyFileIsNoSecret() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty"), " \n");
    List<String> errors = errors(ROOTS + "privacy.key: file:" + empty + "\n");
    assertEquals(1, errors.size());
    assertTrue(errors.get(0).startsWith("dev.yaml: privacy.key: the file "), errors.get(0));
  }

  @ParameterizedTest
  @CsvSource({"file, lineage.file", "http, lineage.url", "kafka, lineage.kafka-servers"})
  void lineageTransportNeedsItsKey(String transport, String key) throws IOException {
    String yaml = ROOTS + "lineage.transport: " + transport + "\n";
    assertEquals(
        List.of("dev.yaml: " + key + ": must be set for lineage.transport " + transport),
        errors(yaml));
    assertEquals(
        List.of("dev.yaml: " + key + ": must be set for lineage.transport " + transport),
        errors(yaml, Map.of(key, "")));
    assertEquals(transport, read(yaml, Map.of(key, "x")).get(Key.LINEAGE_TRANSPORT));
  }

  @Test
  void keysOfS3AreSetTogether() throws IOException {
    Path secret = Files.writeString(folder.resolve("key"), "x");
    for (String one : List.of("s3.access-key", "s3.secret-key")) {
      assertEquals(
          List.of("dev.yaml: s3: access-key and secret-key are set together or not at all"),
          errors(ROOTS, Map.of(one, "file:" + secret)));
    }
    Settings both =
        read(ROOTS, Map.of("s3.access-key", "file:" + secret, "s3.secret-key", "file:" + secret));
    assertEquals("x", both.get(Key.S3_SECRET_KEY));
  }

  @Test
  void userAndPasswordOfKafkaGoWithItsProtocol() throws IOException {
    String secret = "file:" + Files.writeString(folder.resolve("key"), "x");
    for (Map<String, String> some :
        List.of(
            Map.of("kafka.protocol", "sasl_ssl"),
            Map.of("kafka.protocol", "sasl_ssl", "kafka.user", "u"),
            Map.of("kafka.protocol", "ssl", "kafka.password", secret))) {
      assertEquals(
          List.of(
              "dev.yaml: kafka: protocol sasl_ssl, user and password are set together or not at all"),
          errors(ROOTS, some));
    }
    Settings all =
        read(
            ROOTS,
            Map.of("kafka.protocol", "sasl_ssl", "kafka.user", "u", "kafka.password", secret));
    assertEquals("x", all.get(Key.KAFKA_PASSWORD));
  }

  @Test
  void userAndPasswordOfTheRegistryAreSetTogether() {
    assertEquals(
        List.of("dev.yaml: registry: user and password are set together or not at all"),
        errors(ROOTS, Map.of("registry.user", "u")));
  }

  @Test
  void settingStatedTwiceIsRefused() {
    assertEquals(1, errors(ROOTS + "lake.root: s3a://other\n").size());
    List<String> errors = errors(ROOTS + "lake: {root: s3a://other}\n");
    assertEquals(1, errors.size());
    assertTrue(errors.get(0).startsWith("dev.yaml: lake.root: "), errors.get(0));
  }

  @Test
  void allFaultsAreToldAtOnce() {
    List<String> errors =
        errors(
            """
            landing.root: s3a://landing
            no.such: 1
            s3.access-key: hunter2
            privacy.key: env:SLUICE_NO_SUCH
            lineage.transport: kafka
            ingest.files-per-commit: none
            """);
    assertEquals(
        List.of(
            "dev.yaml: no.such",
            "dev.yaml: lake.root",
            "dev.yaml: s3.access-key",
            "dev.yaml: privacy.key",
            "dev.yaml: ingest.files-per-commit",
            "dev.yaml: lineage.kafka-servers",
            "dev.yaml: s3"),
        errors.stream().map(error -> error.replaceFirst("(: [^:]*):.*", "$1")).toList());
  }

  @Test
  void fileThatIsNotThereIsRefused() {
    Path missing = folder.resolve("none.yaml");
    var e =
        assertThrows(
            ValidationErrors.ValidationException.class, () -> Settings.read(missing, Map.of()));
    assertTrue(e.getMessage().startsWith("1 error:\n  " + missing + ": "), e.getMessage());
  }

  static Stream<Path> environments() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("conf/environments"))) {
      return files.sorted().toList().stream();
    }
  }

  /** Only what a reference leads to may be missing on this machine. */
  @ParameterizedTest
  @MethodSource("environments")
  void environmentIsSound(Path file) throws IOException {
    assertTrue(file.toString().endsWith(".yaml"), "every file there is an environment");
    Path secret = Files.writeString(folder.resolve("secret"), "a secret, as good as any other one");
    Map<String, String> references = new HashMap<>();
    try {
      Settings.read(file, Map.of());
    } catch (ValidationErrors.ValidationException e) {
      for (String error : e.getMessage().split("\n  ")) {
        if (error.matches(
            ".*: the (environment variable \\w+ is not set|file .* cannot be read)")) {
          references.put(error.split(": ")[1], "file:" + secret);
        }
      }
    }
    Settings settings = Settings.read(file, references);
    assertEquals(file.getFileName().toString(), settings.environment() + ".yaml");
  }

  @Test
  void keysAreNamedOnceAndDescribed() {
    List<String> names = new ArrayList<>();
    for (Key<?> key : Key.all()) {
      assertTrue(key.description().endsWith("."), key.name());
      assertTrue(key.name().matches("[a-z0-9]+([.-][a-z0-9]+)*"), key.name());
      names.add(key.name());
    }
    assertEquals(names.stream().distinct().toList(), names);
  }

  private static Map<String, String> pair(String key, String text) {
    if (key.equals("kafka.password")) {
      return Map.of("kafka.protocol", "sasl_ssl", "kafka.user", "u", key, text);
    }
    if (key.equals("registry.password")) {
      return Map.of("registry.user", "u", key, text);
    }
    return key.startsWith("s3.")
        ? Map.of("s3.access-key", text, "s3.secret-key", text)
        : Map.of(key, text);
  }

  private Settings read(String yaml) throws IOException {
    return read(yaml, Map.of());
  }

  private Settings read(String yaml, Map<String, String> overrides) throws IOException {
    return Settings.read(Files.writeString(folder.resolve("dev.yaml"), yaml), overrides);
  }

  private List<String> errors(String yaml) {
    return errors(yaml, Map.of());
  }

  /** What is wrong, by line; the folder's name left out. */
  private List<String> errors(String yaml, Map<String, String> overrides) {
    var e = assertThrows(ValidationErrors.ValidationException.class, () -> read(yaml, overrides));
    String[] lines = e.getMessage().replace(folder + "/", "").split("\n  ");
    assertEquals(
        lines.length == 2 ? "1 error:" : lines.length - 1 + " errors:", lines[0], e.getMessage());
    return List.of(lines).subList(1, lines.length);
  }
}
