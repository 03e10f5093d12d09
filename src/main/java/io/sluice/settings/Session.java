package io.sluice.settings;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Opens Spark sessions: the only place that does. */
public final class Session {
  private Session() {}

  /**
   * The session of a command, or the one that is open already.
   *
   * <p>What {@code spark-submit} was given wins over the environment's {@code spark.*} settings,
   * which win over what is set here.
   */
  public static SparkSession open(Settings settings, String command) {
    SparkConf submitted = new SparkConf();
    conf(settings, command).forEach(submitted::setIfMissing);
    SparkSession session = SparkSession.builder().config(submitted).getOrCreate();
    session.sparkContext().setJobDescription(command);
    return session;
  }

  /** Spark's settings for a command, unless {@code spark-submit} was given others. */
  static Map<String, String> conf(Settings settings, String command) {
    Map<String, String> conf = new TreeMap<>();
    conf.put("spark.app.name", "sluice " + command);
    conf.put("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension");
    conf.put("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");
    conf.put("spark.delta.logStore.s3a.impl", "io.sluice.table.store.ConditionalPutLogStore");
    conf.put("spark.databricks.delta.snapshotPartitions", "2");
    conf.put(
        "spark.sql.streaming.checkpointFileManagerClass",
        "io.sluice.table.store.OnePutCheckpointFileManager");
    conf.put("spark.sql.session.timeZone", "UTC");
    // Expressions of contracts and marts are written for this mode; Spark 4 would turn it on, and a
    // division by zero would then stop a run.
    conf.put("spark.sql.ansi.enabled", "false");
    // Else one text that Spark 2 read in another way ends the job, whatever function reads it.
    conf.put("spark.sql.legacy.timeParserPolicy", "CORRECTED");
    // Else ${env:NAME} in an expression or a query becomes a variable of the driver's environment.
    conf.put("spark.sql.variable.substitute", "false");
    conf.put("spark.sql.parquet.compression.codec", "zstd");
    // A nightly run has more plans than the 100 that Spark keeps compiled; it would compile each of
    // them again every night.
    conf.put("spark.sql.codegen.cache.maxEntries", "2000");
    // Every other engine reads these timestamps; and dates of any year are written as they are.
    conf.put("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS");
    for (String kind : List.of("datetime", "int96")) {
      conf.put("spark.sql.parquet." + kind + "RebaseModeInWrite", "CORRECTED");
      conf.put("spark.sql.parquet." + kind + "RebaseModeInRead", "CORRECTED");
    }
    conf.put(
        "spark.redaction.regex",
        "(?i)secret|password|token|access[._-]?key|api[._-]?key|credential|jaas|hmac");
    s3(settings, conf);
    lineage(settings, conf);
    conf.putAll(settings.spark());
    return conf;
  }

  private static void s3(Settings settings, Map<String, String> conf) {
    String prefix = "spark.hadoop.fs.s3a.";
    conf.put(prefix + "endpoint.region", settings.get(Key.S3_REGION));
    if (!settings.get(Key.S3_ENDPOINT).isEmpty()) {
      conf.put(prefix + "endpoint", settings.get(Key.S3_ENDPOINT));
      conf.put(prefix + "path.style.access", "true");
      conf.put(
          prefix + "connection.ssl.enabled",
          String.valueOf(settings.get(Key.S3_ENDPOINT).startsWith("https")));
    }
    if (!settings.get(Key.S3_ACCESS_KEY).isEmpty()) {
      conf.put(prefix + "access.key", settings.get(Key.S3_ACCESS_KEY));
      conf.put(prefix + "secret.key", settings.get(Key.S3_SECRET_KEY));
      conf.put(
          prefix + "aws.credentials.provider",
          "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
    }
    conf.put(prefix + "create.performance", "true");
    conf.put(prefix + "fast.upload.buffer", "bytebuffer");
    // Each file that is being written holds a buffer of this size, however small the file is.
    conf.put(prefix + "multipart.size", "16M");
    conf.put(prefix + "connection.maximum", "64");
    // Marker directories and their deletion cost requests and mean nothing to Delta.
    conf.put(prefix + "directory.marker.retention", "keep");
  }

  private static void lineage(Settings settings, Map<String, String> conf) {
    String transport = settings.get(Key.LINEAGE_TRANSPORT);
    if (transport.equals("none")) {
      return;
    }
    String prefix = "spark.openlineage.";
    conf.put("spark.extraListeners", "io.openlineage.spark.agent.OpenLineageSparkListener");
    conf.put(prefix + "namespace", settings.get(Key.LINEAGE_NAMESPACE));
    conf.put(prefix + "transport.type", transport);
    conf.put(prefix + "facets.spark_unknown.disabled", "true");
    conf.put(prefix + "facets.spark.logicalPlan.disabled", "true");
    switch (transport) {
      case "file" -> conf.put(prefix + "transport.location", settings.get(Key.LINEAGE_FILE));
      case "http" -> {
        conf.put(prefix + "transport.url", settings.get(Key.LINEAGE_URL));
        conf.put(prefix + "transport.timeoutInMillis", "3000");
        if (!settings.get(Key.LINEAGE_TOKEN).isEmpty()) {
          conf.put(prefix + "transport.auth.type", "api_key");
          conf.put(prefix + "transport.auth.apiKey", settings.get(Key.LINEAGE_TOKEN));
        }
      }
      default -> {
        conf.put(prefix + "transport.topicName", settings.get(Key.LINEAGE_KAFKA_TOPIC));
        conf.put(
            prefix + "transport.properties.bootstrap.servers",
            settings.get(Key.LINEAGE_KAFKA_SERVERS));
        conf.put(
            prefix + "transport.properties.key.serializer",
            "org.apache.kafka.common.serialization.StringSerializer");
        conf.put(
            prefix + "transport.properties.value.serializer",
            "org.apache.kafka.common.serialization.StringSerializer");
        conf.put(prefix + "transport.properties.max.block.ms", "3000");
      }
    }
  }
}
