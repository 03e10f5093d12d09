package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.server.KafkaServer;
import io.sluice.kafka.KafkaFailedException;
import io.sluice.run.RunContext;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker with TLS, SCRAM and ACLs: who may read does, and who may not is told what to fix. */
@NeedsServers
class SecuredKafkaTest {
  private static final Path CONTRACTS = Path.of("src/test/resources/contracts/clicks");
  @TempDir private static Path folder;
  private static KafkaServer server;

  @BeforeAll
  static void start() throws Exception {
    certificate("broker");
    certificate("stranger");
    server =
        KafkaServer.start(
            Path.of(System.getProperty("sluice.servers", "target/servers"), "kafka"),
            folder,
            0,
            Map.of(
                "ssl.keystore.type", "PKCS12",
                "ssl.keystore.location", folder.resolve("broker.p12").toString(),
                "ssl.keystore.password", "secret"));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", server.servers()))) {
      admin
          .alterUserScramCredentials(
              List.of(
                  new UserScramCredentialUpsertion(
                      "reader",
                      new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                      "pass\"word")))
          .all()
          .get();
      admin
          .createTopics(
              List.of(new NewTopic("granted", 1, (short) 1), new NewTopic("denied", 1, (short) 1)))
          .all()
          .get();
      admin
          .createAcls(List.of(grant(ResourceType.TOPIC, "granted", AclOperation.READ)))
          .all()
          .get();
    }
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", server.servers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      byte[] click =
          "{\"click\":\"a\",\"at\":\"2026-03-01T10:00:00Z\",\"page\":\"/\"}"
              .getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>("granted", click)).get();
    }
    Files.writeString(folder.resolve("password"), "pass\"word");
    Files.writeString(folder.resolve("wrong"), "wrong");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static AclBinding grant(ResourceType type, String name, AclOperation operation) {
    return new AclBinding(
        new ResourcePattern(type, name, PatternType.LITERAL),
        new AccessControlEntry("User:reader", "*", operation, AclPermissionType.ALLOW));
  }

  /** A key with a certificate of its own, and the certificate as PEM. */
  private static void certificate(String name) throws IOException, InterruptedException {
    String store = folder.resolve(name + ".p12").toString();
    keytool(
        "-genkeypair -keyalg EC -alias x -dname CN=127.0.0.1 -ext san=ip:127.0.0.1 -validity 30"
            + " -storetype PKCS12 -storepass secret -keystore "
            + store);
    keytool(
        "-exportcert -rfc -alias x -storepass secret -keystore "
            + store
            + " -file "
            + folder.resolve(name + ".pem"));
  }

  private static void keytool(String arguments) throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments.split(" ")));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), Files.readString(folder.resolve("keytool.log")));
  }

  private static RunContext open(String topic, Map<String, String> overrides) {
    Map<String, String> all = new TreeMap<>();
    all.put("kafka.servers", server.secureServers());
    all.put("kafka.protocol", "sasl_ssl");
    all.put("kafka.ca", folder.resolve("broker.pem").toString());
    all.put("kafka.user", "reader");
    all.put("kafka.password", "file:" + folder.resolve("password"));
    all.putAll(overrides);
    Path contracts = folder.resolve("contracts-" + topic);
    try {
      Files.createDirectories(contracts);
      Files.writeString(
          contracts.resolve("clicks.yaml"),
          Files.readString(CONTRACTS.resolve("clicks.yaml"))
              .replace("topic: clicks", "topic: " + topic));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return TestLake.open("secured-" + topic, contracts, all);
  }

  private static String refused(String topic, Map<String, String> overrides) {
    RunContext context = open(topic, overrides);
    String message =
        assertThrows(KafkaFailedException.class, () -> new Ingest(context, "clicks").run())
            .getMessage();
    assertFalse(message.contains("pass\"word"), message);
    return message;
  }

  @Test
  void whoeverMayReadDoes() {
    RunContext context = open("granted", Map.of());
    assertEquals(1, new Ingest(context, "clicks").run().rowCounts().accepted());
  }

  @Test
  void aDeniedTopicIsTheAcls() {
    String message = refused("denied", Map.of());
    assertTrue(message.contains("the broker's ACLs do not let kafka.user do this"), message);
  }

  @Test
  void anotherCertificateIsTheCa() {
    String message =
        refused("granted", Map.of("kafka.ca", folder.resolve("stranger.pem").toString()));
    assertTrue(message.contains("the TLS handshake failed; kafka.ca must hold"), message);
  }

  @Test
  void aWrongSecretIsTheUser() {
    String message =
        refused("granted", Map.of("kafka.password", "file:" + folder.resolve("wrong")));
    assertTrue(message.contains("the broker refuses kafka.user or kafka."), message);
  }

  @Test
  void plainTextToATlsPortIsTheProtocol() {
    Map<String, String> plain = new TreeMap<>();
    plain.put("kafka.protocol", "plaintext");
    plain.put("kafka.user", "");
    plain.put("kafka.password", "");
    String message = refused("granted", plain);
    assertTrue(message.contains("does this port speak another protocol?"), message);
  }
}
