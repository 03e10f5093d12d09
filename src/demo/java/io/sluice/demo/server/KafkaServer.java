package io.sluice.demo.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real Kafka broker on this machine (KRaft, one node), in a JVM of its own: for the demo and the
 * tests.
 *
 * <p>Listens on loopback only: in plain text, and with TLS and SCRAM if it is given a certificate.
 * A folder that a broker has used before keeps its topics.
 */
public final class KafkaServer implements AutoCloseable {
  private final ServerJvm jvm;
  private final String servers;
  private final String secureServers;
  private final Path folder;

  private KafkaServer(ServerJvm jvm, String servers, String secureServers, Path folder) {
    this.folder = folder;
    this.jvm = jvm;
    this.servers = servers;
    this.secureServers = secureServers;
  }

  /**
   * Starts a broker that listens in plain text.
   *
   * @param jars the folder of the broker's own jars
   * @param folder holds its log segments, its settings and what it has to say
   * @param port 0 for any free one
   */
  public static KafkaServer start(Path jars, Path folder, int port) throws IOException {
    return start(jars, folder, port, Map.of());
  }

  /**
   * Starts a broker.
   *
   * @param secured the {@code ssl.keystore.*} settings of a second listener, which takes TLS 1.3
   *     and SCRAM-SHA-512 only and asks the ACLs who may do what; empty for none
   */
  public static KafkaServer start(Path jars, Path folder, int port, Map<String, String> secured)
      throws IOException {
    Path data = Files.createDirectories(folder.resolve("kafka"));
    int plain = port == 0 ? ServerJvm.freePort() : port;
    int controller = ServerJvm.freePort();
    int tls = secured.isEmpty() ? 0 : ServerJvm.freePort();
    List<String> listeners = new ArrayList<>();
    listeners.add("PLAINTEXT://127.0.0.1:" + plain);
    if (tls > 0) {
      listeners.add("SASL_SSL://127.0.0.1:" + tls);
    }
    List<String> lines = new ArrayList<>();
    lines.add("process.roles=broker,controller");
    lines.add("node.id=1");
    lines.add("controller.quorum.voters=1@127.0.0.1:" + controller);
    lines.add("controller.listener.names=CONTROLLER");
    lines.add("advertised.listeners=" + String.join(",", listeners));
    listeners.add("CONTROLLER://127.0.0.1:" + controller);
    lines.add("listeners=" + String.join(",", listeners));
    lines.add(
        "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL");
    lines.add("inter.broker.listener.name=PLAINTEXT");
    lines.add("inter.broker.protocol.version=3.9");
    lines.add("log.dirs=" + data.toAbsolutePath());
    lines.add("num.partitions=2");
    lines.add("auto.create.topics.enable=false");
    // One node, and nobody to wait for.
    lines.add("offsets.topic.replication.factor=1");
    lines.add("offsets.topic.num.partitions=1");
    lines.add("transaction.state.log.replication.factor=1");
    lines.add("transaction.state.log.min.isr=1");
    lines.add("transaction.state.log.num.partitions=1");
    lines.add("group.initial.rebalance.delay.ms=0");
    // Deleted records and aborted transactions are gone within seconds.
    lines.add("log.retention.check.interval.ms=1000");
    lines.add("log.segment.delete.delay.ms=100");
    if (tls > 0) {
      lines.add("sasl.enabled.mechanisms=SCRAM-SHA-512");
      lines.add(
          "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config="
              + "org.apache.kafka.common.security.scram.ScramLoginModule required;");
      lines.add("ssl.enabled.protocols=TLSv1.3");
      lines.add("authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer");
      lines.add("super.users=User:ANONYMOUS");
      secured.forEach((name, value) -> lines.add(name + "=" + value));
    }
    Path settings = folder.resolve("kafka.properties");
    Files.write(settings, lines);
    // What `kafka-storage format` writes; saves the start of another JVM.
    Path identity = data.resolve("meta.properties");
    if (!Files.exists(identity)) {
      Files.write(identity, List.of("version=1", "cluster.id=sluice-local-cluster-0", "node.id=1"));
    }
    ServerJvm jvm =
        ServerJvm.start(
            "Kafka broker",
            jars,
            folder.resolve("kafka.log"),
            List.of(
                "-Xmx512m",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                jars.toAbsolutePath() + "/*",
                "kafka.Kafka",
                settings.toString()));
    // The broker opens its listeners when it is ready to serve.
    jvm.await(() -> listens(plain));
    return new KafkaServer(jvm, "127.0.0.1:" + plain, "127.0.0.1:" + tls, folder);
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Where clients begin, in plain text. */
  public String servers() {
    return servers;
  }

  /** Where clients begin that speak TLS and SCRAM. */
  public String secureServers() {
    return secureServers;
  }

  /** The folder it keeps everything in. */
  public Path folder() {
    return folder;
  }

  /** Ends it at once, as a crash would; its folder keeps what it had been given. */
  public void kill() {
    jvm.kill();
  }

  @Override
  public void close() {
    jvm.stop();
  }
}
