package io.sluice.settings;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * A setting: its name, type, default and meaning, stated once. {@code sluice settings} prints all
 * of them.
 *
 * @param type what its text must be, for people
 * @param fallback its text where an environment does not state it; null if every environment must
 * @param reader makes the value of the text; throws IllegalArgumentException with what it must be
 */
public record Key<T>(
    String name, String type, String fallback, String description, Function<String, T> reader) {

  private static final List<Key<?>> ALL = new ArrayList<>();

  public static final Key<String> LAKE =
      text("lake.root", null, "Where the tables are, such as s3a://lake.");
  public static final Key<String> LANDING =
      text("landing.root", null, "Where raw files arrive, such as s3a://landing.");
  public static final Key<String> CONTRACTS =
      text("contracts", "conf/contracts", "The folder of contracts, one file a source.");
  public static final Key<String> S3_ENDPOINT =
      text("s3.endpoint", "", "The S3 endpoint; empty for AWS's own.");
  public static final Key<String> S3_REGION = text("s3.region", "us-east-1", "The S3 region.");
  public static final Key<String> S3_ACCESS_KEY =
      secret(
          "s3.access-key",
          "",
          "The S3 access key, by reference; empty for the pod's or machine's own identity.");
  public static final Key<String> S3_SECRET_KEY =
      secret("s3.secret-key", "", "The S3 secret key, by reference.");
  public static final Key<String> PRIVACY_KEY =
      key(
          "privacy.key",
          "",
          "The secret that the keys of protected fields and records are derived from, by reference;"
              + " at least 32 bytes.");
  public static final Key<String> LINEAGE_TRANSPORT =
      choice(
          "lineage.transport",
          "none",
          "Where OpenLineage events go.",
          List.of("none", "file", "http", "kafka"));
  public static final Key<String> LINEAGE_NAMESPACE =
      text("lineage.namespace", "sluice", "The OpenLineage namespace of the commands.");
  public static final Key<String> LINEAGE_FILE =
      text("lineage.file", "", "For transport file: the local file that events are appended to.");
  public static final Key<String> LINEAGE_URL =
      text("lineage.url", "", "For transport http: the backend's URL.");
  public static final Key<String> LINEAGE_TOKEN =
      secret("lineage.token", "", "For transport http: the backend's API key, by reference.");
  public static final Key<String> LINEAGE_KAFKA_SERVERS =
      text("lineage.kafka-servers", "", "For transport kafka: the brokers.");
  public static final Key<String> LINEAGE_KAFKA_TOPIC =
      text("lineage.kafka-topic", "openlineage", "For transport kafka: the topic.");
  public static final Key<Integer> INGEST_FILES =
      number("ingest.files-per-commit", "10000", "The most files that one bronze commit takes.");
  public static final Key<Long> INGEST_BYTES =
      size(
          "ingest.bytes-per-commit",
          "68719476736",
          "The most bytes of files that one bronze commit takes.");
  public static final Key<Integer> TIME_TRAVEL =
      number(
          "retention.time-travel-hours",
          "168",
          "Every version of a table stays readable for this many hours.");
  public static final Key<Integer> LONGEST_READER =
      number(
          "retention.longest-reader-hours",
          "48",
          "A query or a run may take this many hours; the files it began with are kept as long.");
  public static final Key<Long> SMALL_FILE =
      size(
          "maintain.small-file",
          "67108864",
          "A file of fewer bytes is merged with other small files of its partition.");

  public static final Key<String> KAFKA_SERVERS =
      text("kafka.servers", "", "The brokers that sources arrive from, such as broker-1:9093.");
  public static final Key<String> KAFKA_PROTOCOL =
      choice(
          "kafka.protocol",
          "plaintext",
          "How to speak to the brokers: ssl is TLS 1.3, sasl_ssl adds SCRAM-SHA-512.",
          List.of("plaintext", "ssl", "sasl_ssl"));
  public static final Key<String> KAFKA_CA =
      text(
          "kafka.ca",
          "",
          "A PEM file with the certificates that brokers are trusted by; empty for the JVM's own.");
  public static final Key<String> KAFKA_USER =
      text("kafka.user", "", "For protocol sasl_ssl: the user.");
  public static final Key<String> KAFKA_PASSWORD =
      secret("kafka.password", "", "For protocol sasl_ssl: the password, by reference.");
  public static final Key<Integer> KAFKA_RECORDS =
      number(
          "kafka.records-per-commit",
          "200000",
          "The most records of a source's topics that one bronze commit takes.");
  public static final Key<Integer> KAFKA_LAG_ALARM =
      number(
          "kafka.lag-alarm",
          "1000",
          "A stream logs an alarm when a partition is more records behind than this.");
  public static final Key<String> KAFKA_LOST =
      choice(
          "kafka.lost-offsets",
          "stop",
          "What to do when a topic has lost records that were not read: stop the run, or record the"
              + " loss and skip them.",
          List.of("stop", "skip"));

  public static final Key<Integer> WAITING_ROWS =
      number(
          "replay.waiting-rows",
          "100000",
          "The most quarantined rows of a source that come in by themselves at a time, once what they"
              + " refer to is there; the others come the next time.");
  public static final Key<Integer> WAITING_DAYS =
      number(
          "replay.waiting-days",
          "30",
          "How many days a quarantined row waits for what it refers to; later, replay brings it in.");

  public static final Key<Integer> SMALL_BATCH =
      number(
          "stream.small-batch",
          "50000",
          "The most waiting records that a stream's driver refines at a time by itself, without a"
              + " Spark job.");
  public static final Key<Integer> STREAM_INTERVAL =
      number(
          "stream.interval",
          "500",
          "A stream that is not behind begins a batch this many milliseconds after the last one;"
              + " more of them make fewer and larger files.");
  public static final Key<Long> KNOWN_KEYS =
      size(
          "stream.known-keys",
          "335544320",
          "The most bytes of memory in which a stream's driver keeps the keys and referenced values of"
              + " one source; what does not fit is looked up in silver's files.");

  public static final Key<Integer> STATE_PARTITIONS =
      number(
          "stream.state-partitions",
          "2",
          "Into how many parts the keys of a source's alerts are spread; no more tasks than these"
              + " follow them at a time.");
  public static final Key<Integer> METRICS_PORT =
      add(
          new Key<>(
              "metrics.port",
              "number",
              "0",
              "The port on which a stream gives its metrics to Prometheus, at /metrics; 0 for none.",
              Key::port));
  public static final Key<String> REGISTRY_URL =
      text(
          "registry.url",
          "",
          "The schema registry's Confluent-compatible API, such as https://registry/apis/ccompat/v7.");
  public static final Key<String> REGISTRY_USER =
      text("registry.user", "", "The user at the schema registry; empty for none.");
  public static final Key<String> REGISTRY_PASSWORD =
      secret("registry.password", "", "The user's password at the schema registry, by reference.");
  public static final Key<String> REGISTRY_DOWN =
      choice(
          "registry.down",
          "wait",
          "What to do with records of a schema not known yet while the registry does not answer:"
              + " wait, or quarantine them.",
          List.of("wait", "quarantine"));

  public static final Key<String> MLFLOW_URL =
      text(
          "mlflow.url", "", "The MLflow tracking server that models are shown in; empty for none.");
  public static final Key<String> MLFLOW_USER =
      text("mlflow.user", "", "The user at the MLflow server; empty for a bearer token, or none.");
  public static final Key<String> MLFLOW_TOKEN =
      secret("mlflow.token", "", "The user's password, or the bearer token, by reference.");

  private static Key<String> text(String name, String fallback, String description) {
    return add(new Key<>(name, "text", fallback, description, value -> value));
  }

  private static Key<String> secret(String name, String fallback, String description) {
    return add(new Key<>(name, "secret", fallback, description, Secret::resolve));
  }

  private static Key<String> key(String name, String fallback, String description) {
    return add(
        new Key<>(
            name,
            "secret",
            fallback,
            description,
            reference -> {
              String key = Secret.resolve(reference);
              if (!key.isEmpty() && key.getBytes(StandardCharsets.UTF_8).length < 32) {
                throw new IllegalArgumentException("must lead to at least 32 bytes");
              }
              return key;
            }));
  }

  private static Key<Integer> number(String name, String fallback, String description) {
    return add(new Key<>(name, "number", fallback, description, Key::positiveInt));
  }

  private static Key<Long> size(String name, String fallback, String description) {
    return add(new Key<>(name, "bytes", fallback, description, Key::positiveLong));
  }

  private static Key<String> choice(
      String name, String fallback, String description, List<String> values) {
    return add(
        new Key<>(
            name,
            String.join(" | ", values),
            fallback,
            description,
            value -> {
              if (!values.contains(value)) {
                throw new IllegalArgumentException("must be one of " + values);
              }
              return value;
            }));
  }

  private static <T> Key<T> add(Key<T> key) {
    ALL.add(key);
    return key;
  }

  private static double share(String value) {
    double number;
    try {
      number = Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be a number", e);
    }
    if (!(number >= 0 && number <= 1)) {
      throw new IllegalArgumentException("must be between 0 and 1");
    }
    return number;
  }

  private static int port(String value) {
    if (!value.matches("[0-9]{1,5}") || Integer.parseInt(value) > 65535) {
      throw new IllegalArgumentException("must be a port, from 1 to 65535, or 0");
    }
    return Integer.parseInt(value);
  }

  private static int positiveInt(String value) {
    long number = positiveLong(value);
    if (number > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("must be at most " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  private static long positiveLong(String value) {
    long number;
    try {
      number = Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be a whole number", e);
    }
    if (number <= 0) {
      throw new IllegalArgumentException("must be above 0");
    }
    return number;
  }

  /** Every setting, in the order of this file. */
  public static List<Key<?>> all() {
    return Collections.unmodifiableList(ALL);
  }
}
