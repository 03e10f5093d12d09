package io.sluice.settings;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The settings of one environment: a YAML file of {@link Key}s, and of {@code spark.*} settings
 * that go to Spark as they are.
 */
public final class Settings {
  private static final ObjectMapper YAML =
      new ObjectMapper(new YAMLFactory()).enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private static final Pattern SPARK_SECRET =
      Pattern.compile("(?i)(secret|password|token|(access|secret|api)[._-]?key)$");

  private final String environment;
  private final Map<String, String> texts;
  private final Map<Key<?>, Object> values;

  private Settings(String environment, Map<String, String> texts, Map<Key<?>, Object> values) {
    this.environment = environment;
    this.texts = texts;
    this.values = values;
  }

  /**
   * Reads an environment.
   *
   * @param file such as {@code conf/environments/dev.yaml}
   * @param overrides settings by name, in place of the file's
   * @throws ValidationErrors.ValidationException naming every error
   */
  public static Settings read(Path file, Map<String, String> overrides) {
    ValidationErrors errors = new ValidationErrors();
    Map<String, String> texts = new TreeMap<>();
    try {
      flatten("", YAML.readTree(Files.readString(file)), texts, file, errors);
    } catch (JsonProcessingException e) {
      // The parser's own message quotes the line, which may hold a secret.
      errors.add(
          file.toString(),
          "cannot be read as YAML"
              + (e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr()));
      errors.throwIfAny();
    } catch (IOException e) {
      errors.add(file.toString(), "cannot be read: " + e.getMessage());
      errors.throwIfAny();
    }
    texts.putAll(overrides);
    Map<String, Key<?>> known =
        Key.all().stream()
            .collect(Collectors.toMap(Key::name, key -> key, (a, b) -> a, TreeMap::new));
    for (String name : texts.keySet()) {
      if (!known.containsKey(name) && !name.startsWith("spark.")) {
        errors.add(
            file + ": " + name, "unknown setting; known are " + new TreeSet<>(known.keySet()));
      }
      if (name.startsWith("spark.") && SPARK_SECRET.matcher(name).find()) {
        errors.add(file + ": " + name, "secrets are not written into settings");
      }
    }
    Map<Key<?>, Object> values = new LinkedHashMap<>();
    for (Key<?> key : Key.all()) {
      String text = texts.getOrDefault(key.name(), key.fallback());
      if (text == null || (key.fallback() == null && text.isEmpty())) {
        errors.add(file + ": " + key.name(), "must be set: " + key.description());
        continue;
      }
      try {
        values.put(key, key.reader().apply(text));
      } catch (IllegalArgumentException e) {
        errors.add(file + ": " + key.name(), e.getMessage());
      }
    }
    checkTogether(file, texts, errors);
    errors.throwIfAny();
    String name = file.getFileName().toString().replaceFirst("\\.yaml$", "");
    return new Settings(name, texts, values);
  }

  private static void checkTogether(Path file, Map<String, String> texts, ValidationErrors errors) {
    Map<String, Key<?>> needed =
        Map.of(
            "file", Key.LINEAGE_FILE, "http", Key.LINEAGE_URL, "kafka", Key.LINEAGE_KAFKA_SERVERS);
    String transport = texts.getOrDefault(Key.LINEAGE_TRANSPORT.name(), "none");
    Key<?> key = needed.get(transport);
    if (key != null && texts.getOrDefault(key.name(), "").isEmpty()) {
      errors.add(file + ": " + key.name(), "must be set for lineage.transport " + transport);
    }
    boolean scram = texts.getOrDefault(Key.KAFKA_PROTOCOL.name(), "").equals("sasl_ssl");
    if (Stream.of(Key.KAFKA_USER, Key.KAFKA_PASSWORD)
        .anyMatch(one -> scram == texts.getOrDefault(one.name(), "").isEmpty())) {
      errors.add(
          file + ": kafka", "protocol sasl_ssl, user and password are set together or not at all");
    }
    if (texts.getOrDefault(Key.REGISTRY_USER.name(), "").isEmpty()
        != texts.getOrDefault(Key.REGISTRY_PASSWORD.name(), "").isEmpty()) {
      errors.add(file + ": registry", "user and password are set together or not at all");
    }
    boolean hasAccess = !texts.getOrDefault(Key.S3_ACCESS_KEY.name(), "").isEmpty();
    boolean hasSecret = !texts.getOrDefault(Key.S3_SECRET_KEY.name(), "").isEmpty();
    if (hasAccess != hasSecret) {
      errors.add(file + ": s3", "access-key and secret-key are set together or not at all");
    }
  }

  private static void flatten(
      String prefix, JsonNode node, Map<String, String> into, Path file, ValidationErrors errors) {
    if (node.isObject()) {
      node.fields()
          .forEachRemaining(
              entry ->
                  flatten(
                      prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey(),
                      entry.getValue(),
                      into,
                      file,
                      errors));
    } else if (node.isArray()) {
      errors.add(file + ": " + prefix, "must be one value, not a list");
      into.put(prefix, "-");
    } else if (!node.isNull() && !node.isMissingNode()) {
      if (into.put(prefix, node.asText()) != null) {
        errors.add(file + ": " + prefix, "stated twice");
      }
    }
  }

  /** The environment's name. */
  public String environment() {
    return environment;
  }

  @SuppressWarnings("unchecked")
  public <T> T get(Key<T> key) {
    return (T) values.get(key);
  }

  /** What protected fields are keyed with; empty if none is set. */
  public Optional<byte[]> privacyKey() {
    String key = get(Key.PRIVACY_KEY);
    return key.isEmpty()
        ? Optional.empty()
        : Optional.of(key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  /** The {@code spark.*} settings as they are written. */
  public Map<String, String> spark() {
    return texts.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith("spark."))
        .collect(
            Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> b, TreeMap::new));
  }
}
