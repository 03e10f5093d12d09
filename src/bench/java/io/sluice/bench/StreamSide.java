package io.sluice.bench;

import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What is measured beside each other, on the same events. */
enum StreamSide {
  /** One Structured Streaming query that appends to one Delta table. */
  BARE,
  /** Sluice's query of a source whose contract declares no alerts. */
  LAKE,
  /** The same with two declared alerts, over windows of one and of five minutes. */
  ALERTS,
  /** Sluice's query of a source of Avro records that refer to {@code users}. */
  AVRO;

  static StreamSide named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Writes the contracts of this side's lake into a folder. */
  void contracts(Path folder, String topic) throws IOException {
    String shipped = Files.readString(Path.of("src/demo/stream/contracts/transactions.yaml"));
    String contract =
        shipped
            .replace("topic: transactions,", "topic: " + topic + ",")
            .replace("transactions-dead", topic + "-dead")
            .replace("topic: spending-alerts", "topic: " + topic + "-alerts");
    if (this == ALERTS) {
      contract = before(contract, "      - name: suspicious_payment");
    } else {
      contract = before(contract, "  - property: alerts");
    }
    if (this == AVRO) {
      contract =
          replaced(
              replaced(contract, "format: json", "format: avro"),
              "name: user_id, logicalType: string,",
              "name: user_id, logicalType: string, relationships: [{to: users.user_id}],");
      Files.writeString(folder.resolve("users.yaml"), USERS);
    }
    Files.writeString(folder.resolve("transactions.yaml"), contract);
  }

  /** What the lake holds before the first event. */
  void prepare(RunContext context, int users) throws IOException {
    if (this != AVRO) {
      return;
    }
    String csv =
        IntStream.range(0, users)
            .mapToObj(user -> String.format(Locale.ROOT, "U-%05d,2026-01-01T00:00:00Z", user))
            .collect(Collectors.joining("\n", "user_id,updated_at\n", "\n"));
    DrillLake.write(context, "users/all.csv", csv);
    new Ingest(context, "users").run();
    new Refine(context, "users").run();
  }

  private static String before(String text, String mark) {
    return text.substring(0, at(text, mark));
  }

  private static String replaced(String text, String what, String by) {
    at(text, what);
    return text.replace(what, by);
  }

  private static int at(String text, String mark) {
    int at = text.indexOf(mark);
    if (at < 0) {
      throw new IllegalStateException("transactions.yaml: no '" + mark + "' there");
    }
    return at;
  }

  private static final String USERS =
      """
      apiVersion: v3.2.0
      kind: DataContract
      id: users
      name: Users
      version: 1.0.0
      status: active
      domain: transactions
      description: {purpose: Who may pay.}
      team: {name: payments}
      schema:
        - name: users
          logicalType: object
          physicalType: table
          description: One row per user.
          properties:
            - {name: user_id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1, description: The user.}
            - {name: updated_at, logicalType: timestamp, required: true, description: When it was changed.}
      customProperties:
        - {property: orderingColumn, value: updated_at}
        - property: arrivals
          value:
            - {name: all, format: csv, location: users/}
      """;
}
