package io.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.testing.LocalSpark;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

class PlanOriginsTest {

  @Test
  void followsJoinsAggregatesWindowsAndUnions() {
    SparkSession spark = LocalSpark.withoutS3();
    Dataset<Row> orders =
        PlanOrigins.mark(
            spark.sql("select 1 as id, 10 as amount, 'a' as shop, date'2026-01-01' as day"),
            "s3a://lake/silver/orders");
    Dataset<Row> shops =
        PlanOrigins.mark(spark.sql("select 'a' as shop, 'x' as town"), "s3a://lake/silver/shops");
    Dataset<Row> made =
        orders
            .join(shops, "shop")
            .groupBy("town", "day")
            .agg(
                functions.sum("amount").as("spend"), functions.count(functions.lit(1)).as("orders"))
            .withColumn(
                "running", functions.sum("spend").over(Window.partitionBy("town").orderBy("day")));
    made = made.union(made);

    Map<String, List<String>> origins = new TreeMap<>();
    for (ColumnOrigin origin : PlanOrigins.of(made)) {
      origins
          .computeIfAbsent(origin.column(), column -> new java.util.ArrayList<>())
          .add(origin.location().replaceFirst(".*/", "") + "." + origin.field());
    }
    assertEquals(List.of("shops.town"), origins.get("town"));
    assertEquals(List.of("orders.amount"), origins.get("spend"));
    // A window's value depends on what it is partitioned and ordered by; a count on all that its
    // node reads.
    List<String> all = List.of("orders.amount", "orders.day", "shops.town");
    assertEquals(all, origins.get("running"));
    assertEquals(all, origins.get("orders"));
  }
}
