package io.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds which queries over one set of rows are answered, and with which number. */
class NumberQueryTest {
  private static final StructType COLUMNS = StructType.fromDDL("id BIGINT, name STRING");

  private static Optional<String> refusal(String sql) {
    Optional<String> refused = NumberQuery.refusal(sql, "orders");
    return refused.isPresent()
        ? refused
        : NumberQuery.refusal(LocalSpark.withoutS3(), sql, "orders", COLUMNS);
  }

  private static Dataset<Row> rows() {
    return LocalSpark.withoutS3()
        .createDataFrame(
            List.of(
                RowFactory.create(1L, "a"), RowFactory.create(2L, "b"), RowFactory.create(4L, "a")),
            COLUMNS);
  }

  static Stream<Arguments> answered() {
    return Stream.of(
        arguments("select count(*) from orders", 3.0),
        arguments("SELECT max(id) - min(id) FROM Orders", 3.0),
        arguments("select count(*) from orders a join orders b on a.name = b.name", 5.0),
        arguments("select count(*) from (select name from orders group by name)", 2.0),
        arguments(
            "with orders_of_a as (select * from orders where name = 'a') "
                + "select sum(id) from orders_of_a",
            5.0),
        arguments("select (select count(*) from orders) / 2", 1.5),
        arguments(
            "select a.n + b.n from (select count(*) n from orders) a"
                + " cross join (select max(id) n from orders) b",
            7.0),
        arguments("with n as (select count(*) from orders) select * from n", 3.0),
        arguments("select sum(id) from (select id from orders order by id desc limit 2)", 6.0),
        arguments(
            "select count(*) from orders o where exists"
                + " (select 1 from orders p where p.name = o.name and p.id > o.id)",
            1.0));
  }

  @ParameterizedTest
  @MethodSource("answered")
  void isAnswered(String sql, double number) {
    assertEquals(Optional.empty(), refusal(sql));
    assertEquals(Optional.of(number), NumberQuery.answer(sql, "orders", rows()).number());
  }

  static Stream<Arguments> refused() {
    String another = " gives another value each time and cannot stand here";
    return Stream.of(
        arguments("select count(* from orders", "not a Spark SQL query: "),
        arguments("select 1; select 2", "not a Spark SQL query: "),
        arguments("show tables", "would do more than read rows ("),
        arguments("insert into orders select 1", "would do more than read rows (InsertInto"),
        arguments("select count(*) from silver.orders", "reads silver.orders; it can read orders"),
        arguments("select count(*) from orders, (select * from other)", "reads other; "),
        arguments("select count(*) from delta.`/tmp/x`", "reads delta./tmp/x; "),
        arguments("select (select count(*) from csv.`/etc/passwd`) from orders", "reads csv./etc"),
        arguments("select 5", "does not read orders"),
        arguments(
            "select sum(reflect('java.lang.System', 'nanoTime')) from orders",
            "would do more than read rows (reflect)"),
        arguments("select count(*) from orders, identifier('or' || 'ders')", "would do more"),
        arguments("select sum(rand()) from orders", "rand()" + another),
        arguments("select count_if(name < current_date) from orders", "current_date" + another),
        arguments("select count(*) from orders tablesample (50 percent)", "TABLESAMPLE" + another),
        arguments(
            "select sum(id) from (select id from orders limit 2)",
            "LIMIT or OFFSET without ORDER BY" + another),
        arguments("select first(id) from orders", "first() depends on the order"),
        arguments(
            "select size(collect_list(id)) from orders", "collect_list() depends on the order"),
        arguments("select max(nme) from orders", ""),
        arguments("select max(name) from orders", "must give one number; it gives max(name)"),
        arguments("select count(*) > 1 from orders", "must give one number; it gives "),
        arguments("select min(id), max(id) from orders", "must give one number; it gives min(id)"),
        arguments("select id from orders", "must give one number, and may give none or several"),
        arguments("select count(*) from orders group by name", "must give one number, and may"),
        arguments("select count(*) from orders having count(*) > 1", "must give one number, and"),
        arguments(
            "select count(*) from orders union all select 1", "must give one number, and may"),
        arguments(
            "select explode(array(count(*), 2)) from orders", "must give one number, and may"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void isRefused(String sql, String beginning) {
    String refusal = refusal(sql).orElse("nobody objects");
    assertTrue(refusal.startsWith(beginning), refusal);
    assertFalse(refusal.equals("nobody objects"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"select max(id) from orders where id > 9", "select sum(id / 0) from orders"})
  void nullIsNoNumber(String sql) {
    assertEquals(
        new NumberQuery.Answer(Optional.empty(), "gives no number"),
        NumberQuery.answer(sql, "orders", rows()));
  }

  @Test
  void aValueThatFailsIsNoNumberAndIsNotQuoted() {
    assertEquals(
        new NumberQuery.Answer(Optional.empty(), "fails on a value: RuntimeException"),
        NumberQuery.answer("select sum(raise_error(name)) from orders", "orders", rows()));
  }

  @Test
  void aFileThatIsGoneIsNoAnswer(@TempDir Path folder) throws IOException {
    String path = folder.resolve("rows").toString();
    rows().write().parquet(path);
    Dataset<Row> gone = LocalSpark.withoutS3().read().parquet(path);
    try (Stream<Path> files = Files.list(Path.of(path))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    assertThrows(
        Exception.class, () -> NumberQuery.answer("select sum(id) from orders", "orders", gone));
  }

  @Test
  void aViewOfTheSameNameIsNeitherSeenNorMade() {
    SparkSession spark = LocalSpark.withoutS3();
    spark.range(77).createOrReplaceTempView("orders");
    try {
      assertEquals(
          Optional.of(3.0),
          NumberQuery.answer("select count(*) from orders", "orders", rows()).number());
      assertEquals(77, spark.table("orders").count());
    } finally {
      spark.catalog().dropTempView("orders");
    }
  }
}
