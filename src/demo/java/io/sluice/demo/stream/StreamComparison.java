package io.sluice.demo.stream;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.demo.calls.AgentChanges;
import io.sluice.demo.transactions.TransactionGenerator.StreamTruth;
import io.sluice.run.RunContext;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Holds what a stream made of transactions and agents against the truth about them. */
final class StreamComparison {
  private final List<String> differences = new ArrayList<>();
  private int compared;

  /** Every event in one place, every alert once in the table and on the topic. */
  void transactions(RunContext context, StreamTruth truth, List<byte[]> sent) throws IOException {
    equal(
        "bronze.transactions: records",
        truth.events,
        context.lake().bronze("transactions").read().count());
    equal(
        "silver.transactions: rows",
        truth.accepted,
        context.lake().silver("transactions").read().count());
    equal(
        "quarantine.transactions: rows",
        truth.quarantined,
        context.lake().quarantine("transactions").read().count());
    equal(
        "transactions: duplicates",
        truth.duplicates,
        context
            .lake()
            .ops("runs")
            .read()
            .where(col("command").equalTo("refine").and(col("subject").equalTo("transactions")))
            .agg(sum("rows_duplicate"))
            .first()
            .getLong(0));
    List<String> expected = List.copyOf(truth.alerts);
    List<String> raised = new ArrayList<>();
    for (Row row :
        context
            .lake()
            .gold("transactions_alerts")
            .read()
            .select(col("alert"), col("key"), col("window_start").cast("long"))
            .collectAsList()) {
      raised.add(alert(row.getString(0), row.getString(1), Instant.ofEpochSecond(row.getLong(2))));
    }
    raised.sort(null);
    equal("gold.transactions_alerts", expected, raised);
    List<String> told = new ArrayList<>();
    for (byte[] one : sent) {
      JsonNode alert = new ObjectMapper().readTree(one);
      told.add(
          alert(
              alert.path("alert").asText(),
              alert.path("key").asText(),
              Instant.parse(alert.path("window_start").asText())));
    }
    told.sort(null);
    equal("alerts on their topic", expected, told);
  }

  /** Every agent who is there, and every version of all; of each change its time. */
  void agents(RunContext context, AgentChanges.Truth truth) {
    String row = "concat_ws('|', agent_id, team, shift)";
    equal(
        "silver.agents",
        List.copyOf(truth.agents.values()),
        texts(context.lake().silver("agents").read().selectExpr(row)));
    equal(
        "silver.agents_history",
        truth.versions,
        texts(
            context
                .lake()
                .silver("agents_history")
                .read()
                .selectExpr(
                    "concat_ws('|', if(_deleted, concat(agent_id, '|gone'), "
                        + row
                        + "), bigint(valid_from))")));
  }

  private static List<String> texts(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(row -> row.getString(0)).sorted().toList();
  }

  private static String alert(String name, String key, Instant start) {
    return name + "|" + key + "|" + start;
  }

  /** The dead letters of a source: each broken record once. */
  void deadLetters(String source, long broken, List<byte[]> letters) {
    equal(source + ": dead letters", broken, (long) letters.size());
  }

  private void equal(String what, Object expected, Object found) {
    compared++;
    if (!Objects.equals(expected, found)) {
      differences.add(what + ": " + expected + " expected, " + found + " found");
    }
  }

  int compared() {
    return compared;
  }

  List<String> differences() {
    return differences;
  }
}
