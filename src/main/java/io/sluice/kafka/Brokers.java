package io.sluice.kafka;

import io.sluice.settings.Key;
import io.sluice.settings.Settings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The settings that lead to the Kafka brokers, as every client of them wants them. */
public final class Brokers {
  private final String servers;
  private final String protocol;
  private final Map<String, String> settings;

  private Brokers(String servers, String protocol, Map<String, String> settings) {
    this.servers = servers;
    this.protocol = protocol;
    this.settings = settings;
  }

  /** The brokers of an environment. */
  public static Brokers of(Settings settings) {
    String servers = settings.get(Key.KAFKA_SERVERS);
    String protocol = settings.get(Key.KAFKA_PROTOCOL);
    Map<String, String> client = new TreeMap<>();
    client.put("bootstrap.servers", servers);
    client.put("security.protocol", protocol.toUpperCase(java.util.Locale.ROOT));
    if (!protocol.equals("plaintext")) {
      client.put("ssl.protocol", "TLSv1.3");
      client.put("ssl.enabled.protocols", "TLSv1.3");
      if (!settings.get(Key.KAFKA_CA).isEmpty()) {
        client.put("ssl.truststore.type", "PEM");
        client.put("ssl.truststore.location", settings.get(Key.KAFKA_CA));
      }
    }
    if (protocol.equals("sasl_ssl")) {
      client.put("sasl.mechanism", "SCRAM-SHA-512");
      client.put(
          "sasl.jaas.config",
          "org.apache.kafka.common.security.scram.ScramLoginModule required username="
              + quoted(settings.get(Key.KAFKA_USER))
              + " password="
              + quoted(settings.get(Key.KAFKA_PASSWORD))
              + ";");
    }
    return new Brokers(servers, protocol, client);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  public String servers() {
    return servers;
  }

  /** The settings of a client; a caller may add its own. */
  Map<String, Object> client() {
    Map<String, Object> all = new LinkedHashMap<>(settings);
    // A broker that does not answer is told in seconds, not in a minute.
    all.put("default.api.timeout.ms", "20000");
    all.put("request.timeout.ms", "10000");
    return all;
  }

  /** The settings as options of Spark's Kafka source. */
  public Map<String, String> options() {
    Map<String, String> options = new TreeMap<>();
    settings.forEach((name, value) -> options.put("kafka." + name, value));
    return options;
  }

  Admin admin() {
    return Admin.create(client());
  }

  /** What a client's failure means, with the setting that can fix it. */
  KafkaFailedException failure(String what, Exception failure) {
    Throwable cause = failure instanceof ExecutionException ? failure.getCause() : failure;
    String where = what + ": brokers " + servers + " (kafka.protocol " + protocol + "): ";
    String why = cause.getMessage();
    if (cause instanceof SslAuthenticationException) {
      return new KafkaFailedException(
          where
              + "the TLS handshake failed; kafka.ca must hold the certificate that signed the broker's ("
              + why
              + ")",
          cause);
    }
    if (cause instanceof AuthenticationException) {
      return new KafkaFailedException(
          where + "the broker refuses kafka.user or kafka.password (" + why + ")", cause);
    }
    if (cause instanceof AuthorizationException) {
      return new KafkaFailedException(
          where + "the broker's ACLs do not let kafka.user do this (" + why + ")", cause);
    }
    if (cause instanceof UnknownTopicOrPartitionException) {
      return new KafkaFailedException(where + "no such topic", cause);
    }
    if (cause instanceof TimeoutException) {
      return new KafkaFailedException(
          where
              + "no answer; is the address right, and does this port speak another protocol? ("
              + why
              + ")",
          cause);
    }
    return new KafkaFailedException(where + cause, cause);
  }
}
