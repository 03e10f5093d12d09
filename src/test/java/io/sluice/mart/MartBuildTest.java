package io.sluice.mart;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.quality.Check;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.Test;

@NeedsServers
class MartBuildTest {

  /**
   * Counts vendors on each day of orders.
   *
   * @param meanwhile what others do while the mart is built
   */
  private record VendorCount(Runnable meanwhile) implements Mart {
    @Override
    public String name() {
      return "vendor_count";
    }

    @Override
    public String description() {
      return "How many vendors there were.";
    }

    @Override
    public String owner() {
      return "tests";
    }

    @Override
    public List<String> reads() {
      return List.of("purchase_orders", "vendors");
    }

    @Override
    public String partition() {
      return "order_date";
    }

    @Override
    public List<String> key() {
      return List.of("order_date");
    }

    @Override
    public List<Column> columns() {
      return List.of(
          new Column("order_date", "The day."), new Column("vendors", "How many there were."));
    }

    @Override
    public List<Check> checks() {
      return List.of();
    }

    @Override
    public Dataset<Row> build(Map<String, Dataset<Row>> silver) {
      meanwhile.run();
      return silver
          .get("purchase_orders")
          .select("order_date")
          .distinct()
          .crossJoin(silver.get("vendors").agg(count(lit(1)).as("vendors")))
          .select(col("order_date"), col("vendors"));
    }
  }

  private static void append(RunContext context, String source, Dataset<Row> rows) {
    List<String> partition =
        source.equals("purchase_orders") ? List.of("order_date") : List.<String>of();
    TableTransaction.begin(
            context.lake().silver(source),
            new TableSpec("As refine makes it.", rows.schema(), partition, List.of()))
        .append(rows)
        .publish(SaveMode.Append, "{}");
  }

  @Test
  void aBuildReadsTheVersionsThatItsLineageNamesThoughOthersCommitMeanwhile() throws Exception {
    Path events = Files.createTempFile("lineage", ".jsonl");
    RunContext context =
        TestLake.open(
            "mart_build",
            Path.of("conf/contracts"),
            Map.of("lineage.transport", "file", "lineage.file", events.toString()));
    append(
        context,
        "purchase_orders",
        context.spark().sql("select date'2026-03-01' order_date, 'PO-1' order_id"));
    append(context, "vendors", context.spark().sql("select 'V-1' vendor_id"));
    Mart mart =
        new VendorCount(
            () -> append(context, "vendors", context.spark().sql("select 'V-2' vendor_id")));
    RunResult result = new MartBuild(context, mart).run();
    context.close();

    assertEquals(1, result.rowCounts().accepted());
    SortedMap<String, Long> named = new TreeMap<>();
    for (String line : Files.readAllLines(events)) {
      JsonNode event = new ObjectMapper().readTree(line);
      if (event.path("eventType").asText().equals("COMPLETE")) {
        for (JsonNode input : event.path("inputs")) {
          String name = input.path("name").asText();
          long version = input.at("/facets/version/datasetVersion").asLong(-1);
          named.put(name.substring(name.lastIndexOf('/') + 1), version);
        }
      }
    }
    assertEquals(List.of("purchase_orders", "vendors"), List.copyOf(named.keySet()));
    long vendors = context.lake().gold("vendor_count").read().first().getAs("vendors");
    long then = context.lake().silver("vendors").read(named.get("vendors")).count();
    assertEquals(then, vendors);
    assertTrue(context.lake().silver("vendors").version() > named.get("vendors"));
  }
}
