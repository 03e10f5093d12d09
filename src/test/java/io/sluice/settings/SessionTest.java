package io.sluice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What sessions are opened with, by the settings. */
class SessionTest {
  private static final String S3 = "spark.hadoop.fs.s3a.";
  private static final String LINEAGE = "spark.openlineage.";

  @TempDir private Path folder;

  private Map<String, String> conf(String... settings) throws Exception {
    Map<String, String> all = new HashMap<>();
    all.put("lake.root", "s3a://lake");
    all.put("landing.root", "s3a://landing");
    for (int i = 0; i < settings.length; i += 2) {
      all.put(settings[i], settings[i + 1]);
    }
    Path file = Files.writeString(folder.resolve("test.yaml"), "");
    return Session.conf(Settings.read(file, all), "refine");
  }

  @Test
  void onAwsNothingLeadsElsewhere() throws Exception {
    Map<String, String> conf = conf("s3.region", "eu-central-1");
    assertEquals("sluice refine", conf.get("spark.app.name"));
    assertEquals("eu-central-1", conf.get(S3 + "endpoint.region"));
    assertNull(conf.get(S3 + "endpoint"));
    assertNull(conf.get(S3 + "aws.credentials.provider"), "the machine's own role is used");
    assertNull(conf.get("spark.extraListeners"));
    assertEquals("UTC", conf.get("spark.sql.session.timeZone"));
    assertEquals(
        "io.sluice.table.store.ConditionalPutLogStore", conf.get("spark.delta.logStore.s3a.impl"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anEndpointOfItsOwnIsFoundByPath(boolean tls) throws Exception {
    String endpoint = (tls ? "https" : "http") + "://127.0.0.1:9878";
    Path key = Files.writeString(folder.resolve("key"), "value of a key\n");
    Map<String, String> conf =
        conf(
            "s3.endpoint",
            endpoint,
            "s3.access-key",
            "file:" + key,
            "s3.secret-key",
            "file:" + key);
    assertEquals(endpoint, conf.get(S3 + "endpoint"));
    assertEquals("true", conf.get(S3 + "path.style.access"));
    assertEquals(String.valueOf(tls), conf.get(S3 + "connection.ssl.enabled"));
    assertEquals("value of a key", conf.get(S3 + "access.key"));
    assertEquals("value of a key", conf.get(S3 + "secret.key"));
  }

  @Test
  void lineageIsSentWhereTheSettingsSay() throws Exception {
    Map<String, String> file = conf("lineage.transport", "file", "lineage.file", "a.jsonl");
    assertEquals(
        "io.openlineage.spark.agent.OpenLineageSparkListener", file.get("spark.extraListeners"));
    assertEquals("a.jsonl", file.get(LINEAGE + "transport.location"));
    Map<String, String> http = conf("lineage.transport", "http", "lineage.url", "http://there");
    assertEquals("http://there", http.get(LINEAGE + "transport.url"));
    assertNull(http.get(LINEAGE + "transport.auth.apiKey"));
    Path token = Files.writeString(folder.resolve("token"), "t");
    assertEquals(
        "t",
        conf(
                "lineage.transport", "http",
                "lineage.url", "http://there",
                "lineage.token", "file:" + token)
            .get(LINEAGE + "transport.auth.apiKey"));
    Map<String, String> kafka =
        conf(
            "lineage.transport", "kafka",
            "lineage.kafka-servers", "k:9092",
            "lineage.kafka-topic", "events");
    assertEquals("events", kafka.get(LINEAGE + "transport.topicName"));
    assertEquals("k:9092", kafka.get(LINEAGE + "transport.properties.bootstrap.servers"));
  }

  /** Spark 4 has another default: with it a cast that fails would stop a run. */
  @Test
  void ansiModeIsOffWhateverSparksDefaultIs() throws Exception {
    assertEquals("false", conf().get("spark.sql.ansi.enabled"));
  }

  /** Else an expression could show the keys that the driver has in its environment. */
  @Test
  void variablesAreNotPutIntoSql() throws Exception {
    assertEquals("false", conf().get("spark.sql.variable.substitute"));
    assertEquals(
        "${env:PATH}",
        LocalSpark.withoutS3().range(1).selectExpr("'${env:PATH}'").first().getString(0));
  }

  @Test
  void theEnvironmentsOwnSparkSettingsWin() throws Exception {
    assertEquals(
        "7",
        conf("spark.databricks.delta.snapshotPartitions", "7")
            .get("spark.databricks.delta.snapshotPartitions"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark.hadoop.fs.s3a.access.key",
        "spark.hadoop.fs.s3a.secret.key",
        "spark.openlineage.transport.auth.apiKey",
        "spark.kafka.sasl.jaas.config",
        "javax.jdo.option.ConnectionPassword",
        "some.credential",
        "an.hmac",
        "a-token"
      })
  void secretsAreRedactedByTheirNames(String name) throws Exception {
    assertTrue(Pattern.compile(conf().get("spark.redaction.regex")).matcher(name).find(), name);
  }
}
