package io.sluice.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.settings.ValidationErrors.ValidationException;
import io.sluice.table.Lake;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.testing.LocalSpark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Statements that try to read something other than the lake's tables, to act, or to see the
 * session's secrets; and those that look like them and must go on working.
 *
 * <p>Beside the lake lie a table and files of other formats that hold a word which no answer and no
 * error may hold: in place of {@code DIR} stands their folder.
 */
class HostileStatementsTest {
  private static final String WORD = "outsidersword";

  @TempDir private static Path folder;
  private static SparkSession spark;
  private static LakeQuery sql;

  @BeforeAll
  static void makeLake() throws IOException {
    spark = QuerySession.open(folder);
    spark.conf().set("sluice.test.secret", WORD);
    System.setProperty("sluice.test.secret", WORD);
    Lake lake = Lake.open(spark, folder.resolve("lake").toUri().toString());
    Dataset<Row> rows = spark.sql("SELECT id AS call, CAST(id AS STRING) AS text FROM range(3)");
    for (String layer : List.of("silver", "gold")) {
      TableTransaction.begin(
              lake.table(layer, "calls"),
              new TableSpec("Made for a test.", rows.schema().asNullable(), List.of(), List.of()))
          .append(rows)
          .publish(SaveMode.Append, "{}");
    }
    Dataset<Row> secret = spark.sql("SELECT '" + WORD + "' AS " + WORD);
    for (String format : List.of("delta", "parquet", "json", "orc")) {
      secret.write().format(format).save(folder.resolve(format).toString());
    }
    secret.write().option("header", "true").csv(folder.resolve("csv").toString());
    Files.writeString(folder.resolve("plain.txt"), WORD);
    secret.createOrReplaceTempView("outside_view");
    secret.createOrReplaceGlobalTempView("outside_view");
    spark.sql(
        "CREATE TABLE default.outside USING delta LOCATION '" + folder.resolve("delta") + "'");
    spark
        .udf()
        .register(
            "outside_function",
            (String text) -> WORD,
            org.apache.spark.sql.types.DataTypes.StringType);
    sql = new LakeQuery(spark, lake);
  }

  @AfterAll
  static void restoreSession() {
    System.clearProperty("sluice.test.secret");
    spark.catalog().dropGlobalTempView("outside_view");
    SparkSession.setActiveSession(LocalSpark.withoutS3());
  }

  private static String run(String statement) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    sql.run(
        statement.replace("DIR", folder.toString()),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        LakeQuery.Format.CSV);
    return out.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Paths in place of tables.
        "SELECT * FROM delta.`DIR/delta`",
        "SELECT * FROM DELTA.`DIR/delta`",
        "SELECT * FROM delta.`DIR/lake/silver/calls`",
        "SELECT * FROM delta.`DIR/delta` VERSION AS OF 0",
        "SELECT * FROM delta.`DIR/delta@v0`",
        "SELECT * FROM parquet.`DIR/parquet`",
        "SELECT * FROM parquet.`DIR/lake/silver/calls`",
        "SELECT * FROM json.`DIR/json`",
        "SELECT * FROM csv.`DIR/csv`",
        "SELECT * FROM orc.`DIR/orc`",
        "SELECT * FROM text.`DIR/plain.txt`",
        "SELECT * FROM `text`.`DIR/plain.txt`",
        "SELECT * FROM binaryFile.`DIR/plain.txt`",
        "SELECT * FROM `org.apache.spark.sql.execution.datasources.text.TextFileFormat`.`DIR/plain.txt`",
        "SELECT * FROM avro.`DIR/plain.txt`",
        "SELECT * FROM jdbc.`jdbc:derby:memory:x;create=true`",
        "SELECT * FROM rate.`x`",
        "SELECT * FROM spark_catalog.delta.`DIR/delta`",
        "SELECT * FROM silver.`../../delta`",
        "SELECT * FROM silver.`DIR/delta`",
        "SELECT * FROM silver.`calls/../../../delta`",
        "TABLE text.`DIR/plain.txt`",
        "FROM text.`DIR/plain.txt` SELECT *",
        "WITH a AS (SELECT * FROM text.`DIR/plain.txt`) SELECT * FROM a",
        "WITH text AS (SELECT 1) SELECT * FROM text.`DIR/plain.txt`",
        "SELECT (SELECT first(value) FROM text.`DIR/plain.txt`)",
        "SELECT 1 WHERE EXISTS (SELECT * FROM text.`DIR/plain.txt`)",
        "SELECT * FROM gold.calls WHERE text IN (SELECT value FROM text.`DIR/plain.txt`)",
        "SELECT * FROM gold.calls, LATERAL (SELECT * FROM text.`DIR/plain.txt`)",
        "SELECT * FROM gold.calls JOIN text.`DIR/plain.txt` ON true",
        "SELECT 1 UNION ALL SELECT value FROM text.`DIR/plain.txt`",
        "SELECT 1 ORDER BY (SELECT first(value) FROM text.`DIR/plain.txt`)",
        "SELECT max(call) FROM gold.calls HAVING max(call) > (SELECT length(first(value)) FROM text.`DIR/plain.txt`)",
        "SELECT sum(call) OVER w FROM gold.calls WINDOW w AS (ORDER BY (SELECT first(value) FROM text.`DIR/plain.txt`))",
        "SELECT * FROM VALUES ((SELECT first(value) FROM text.`DIR/plain.txt`))",
        "SELECT * FROM gold.calls TIMESTAMP AS OF (SELECT first(value) FROM text.`DIR/plain.txt`)",
        "SELECT * FROM (SELECT 1 AS a) PIVOT (max(a) FOR a IN ((SELECT first(value) FROM text.`DIR/plain.txt`)))",
        "SELECT 1 LIMIT (SELECT length(first(value)) FROM text.`DIR/plain.txt`)",
        "SELECT transform(array(1), x -> (SELECT first(value) FROM text.`DIR/plain.txt`))",
        "EXPLAIN SELECT * FROM text.`DIR/plain.txt`",
        "EXPLAIN EXTENDED SELECT * FROM csv.`DIR/csv`",
        "EXPLAIN EXPLAIN SELECT * FROM csv.`DIR/csv`",
        "EXPLAIN CODEGEN SELECT (SELECT first(value) FROM text.`DIR/plain.txt`)",
        "DESCRIBE QUERY SELECT * FROM csv.`DIR/csv`",
        "DESCRIBE TABLE delta.`DIR/delta`",
        "DESCRIBE delta.`DIR/delta`",
        "DESCRIBE EXTENDED delta.`DIR/delta` outsidersword",
        "DESCRIBE HISTORY delta.`DIR/delta`",
        "DESCRIBE HISTORY 'DIR/delta'",
        "DESCRIBE DETAIL 'DIR/delta'",
        "DESCRIBE DETAIL 'DIR/parquet'",
        "DESCRIBE DETAIL delta.`DIR/delta`",
        "SHOW COLUMNS IN delta.`DIR/delta`",
        "SHOW COLUMNS IN `DIR/delta` IN delta",
        "SHOW TBLPROPERTIES delta.`DIR/delta`",
        "SHOW CREATE TABLE delta.`DIR/delta`",
        "SHOW PARTITIONS delta.`DIR/delta`",
        // Names that are computed.
        "SELECT * FROM IDENTIFIER('text.`DIR/plain.txt`')",
        "SELECT * FROM IDENTIFIER(concat('text.`', 'DIR/plain.txt`'))",
        "SELECT IDENTIFIER('java_method')('java.lang.System', 'getProperty', 'sluice.test.secret')",
        // Tables, views and functions of the session.
        "SELECT * FROM outside_view",
        "SELECT * FROM global_temp.outside_view",
        "SELECT * FROM default.outside",
        "SELECT * FROM outside",
        "DESCRIBE outside_view",
        "SHOW COLUMNS IN default.outside",
        "SELECT outside_function('x')",
        "SELECT default.outside_function('x')",
        "SELECT system.builtin.abs(1)",
        "SELECT * FROM table_changes('default.outside', 0)",
        "SELECT * FROM table_changes_by_path('DIR/delta', 0)",
        "SELECT * FROM outside_function('x')",
        // Methods of Java's.
        "SELECT reflect('java.lang.System', 'getProperty', 'sluice.test.secret')",
        "SELECT java_method('java.lang.System', 'getProperty', 'sluice.test.secret')",
        "SELECT JAVA_METHOD('java.lang.System', 'getProperty', 'sluice.test.secret')",
        "SELECT `reflect`('java.lang.System', 'getProperty', 'sluice.test.secret')",
        "SELECT 1 LIMIT length(reflect('java.lang.System', 'getProperty', 'sluice.test.secret'))",
        "SELECT * FROM range(length(reflect('java.lang.System', 'getProperty', 'sluice.test.secret')))",
        "SELECT * FROM gold.calls TIMESTAMP AS OF reflect('java.lang.System', 'getProperty', 'sluice.test.secret')",
        "SELECT sum(call) OVER w FROM gold.calls WINDOW w AS (PARTITION BY reflect('java.lang.System', 'lineSeparator'))",
        "SELECT * FROM gold.calls LATERAL VIEW explode(split(reflect('java.lang.System', 'getProperty', 'sluice.test.secret'), 's')) AS x",
        "SELECT * FROM gold.calls LATERAL VIEW reflect('java.lang.System', 'lineSeparator') AS x",
        "SELECT transform(array(1), x -> reflect('java.lang.System', 'getProperty', 'sluice.test.secret'))",
        "SELECT from_json('{}', reflect('java.lang.System', 'getProperty', 'sluice.test.secret'))",
        "EXPLAIN EXTENDED SELECT reflect('java.lang.System', 'getProperty', 'sluice.test.secret')",
        "DESCRIBE QUERY SELECT java_method('java.lang.System', 'getProperty', 'sluice.test.secret')",
        // Settings and the environment.
        "SET",
        "SET -v",
        "SET sluice.test.secret",
        "SET spark.sql.variable.substitute = true",
        "SET TIME ZONE 'UTC'",
        "RESET",
        "RESET sluice.test.secret",
        // Statements that act.
        "USE default",
        "USE CATALOG spark_catalog",
        "SHOW CATALOGS",
        "LIST JARS",
        "ADD FILE 'DIR/plain.txt'",
        "ADD ARCHIVE 'DIR/plain.txt'",
        "REFRESH TABLE gold.calls",
        "REFRESH 'DIR/delta'",
        "ANALYZE TABLE gold.calls COMPUTE STATISTICS",
        "MSCK REPAIR TABLE gold.calls",
        "CACHE LAZY TABLE gold.calls",
        "UNCACHE TABLE gold.calls",
        "CLEAR CACHE",
        "LOAD DATA INPATH 'DIR/plain.txt' INTO TABLE gold.calls",
        "CREATE FUNCTION f AS 'java.lang.String' USING JAR 'DIR/x.jar'",
        "CREATE TEMPORARY VIEW v USING csv OPTIONS (path 'DIR/csv')",
        "CREATE DATABASE made LOCATION 'DIR/made'",
        "COMMENT ON TABLE gold.calls IS 'x'",
        "COPY INTO gold.calls FROM 'DIR/csv'",
        "SELECT TRANSFORM(call) USING 'cat DIR/plain.txt' FROM gold.calls",
        "MAP call USING 'cat DIR/plain.txt' FROM gold.calls",
        "INSERT OVERWRITE LOCAL DIRECTORY 'DIR/made' USING csv SELECT 1",
        "EXPLAIN INSERT OVERWRITE DIRECTORY 'DIR/made' USING csv SELECT 1",
        "EXPLAIN ANALYZE SELECT 1"
      })
  void refusesInOneSentence(String statement) {
    ValidationException error =
        assertThrows(ValidationException.class, () -> run(statement), statement);
    List<String> lines = error.getMessage().lines().toList();
    assertEquals(2, lines.size(), error.getMessage());
    assertFalse(
        error.getMessage().replace(statement, "").replace("`outsidersword`", "").contains(WORD),
        error.getMessage());
    assertFalse(Files.exists(folder.resolve("made")));
  }

  /** What Spark itself keeps from acting: nothing outside shows in the answer. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT '${env:PATH}', '${system:sluice.test.secret}', '${sluice.test.secret}'",
        "SELECT '${spark:sluice.test.secret}', '${hiveconf:sluice.test.secret}'",
        "SELECT xpath_string('<!DOCTYPE a [<!ENTITY b SYSTEM \"file://DIR/plain.txt\">]><a>&b;</a>', 'a')",
        "SELECT input_file_name() FROM gold.calls",
        "SHOW TABLES",
        "SHOW TABLES IN default"
      })
  void showsNothingFromOutside(String statement) {
    try {
      assertFalse(run(statement).contains(WORD), statement);
    } catch (ValidationException e) {
      assertFalse(e.getMessage().contains(WORD), e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 'text.`DIR/plain.txt`' AS t, \"java_method\" AS m",
        "SELECT text AS parquet FROM gold.calls AS delta WHERE delta.text = '1'",
        "WITH text AS (SELECT * FROM gold.calls) SELECT * FROM text",
        "WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT * FROM a JOIN b USING (x) UNION ALL SELECT * FROM b",
        "WITH Calls(a, b) AS (SELECT * FROM gold.calls) SELECT a FROM calls WHERE a > (SELECT avg(a) FROM CALLS)",
        "SELECT * FROM gold.calls VERSION AS OF 0 ORDER BY call",
        "SELECT count(*) FROM gold.calls g JOIN silver.calls s ON g.call = s.call",
        "SELECT g.* FROM gold.calls g LEFT ANTI JOIN (SELECT 1 AS call) s USING (call)",
        "SELECT call, rank() OVER (ORDER BY text DESC) AS r FROM gold.calls",
        "SELECT call, count(*) FILTER (WHERE text > '0') AS n FROM gold.calls GROUP BY GROUPING SETS ((call), ())",
        "SELECT call, sum(call) FROM gold.calls GROUP BY CUBE (call)",
        "SELECT date_trunc('month', current_date()) AS m, current_timestamp() AS t, uuid() AS u",
        "SELECT percentile_approx(call, 0.5), approx_count_distinct(text), collect_list(text) FROM gold.calls",
        "SELECT from_json('{\"a\":1}', 'a INT').a, to_json(named_struct('b', 2)), get_json_object('{}', '$.a')",
        "SELECT transform(sequence(1, 3), x -> x * 2), filter(array(1, 2), x -> x > 1), aggregate(array(1, 2), 0, (a, x) -> a + x)",
        "SELECT explode(split(text, '')) AS c FROM gold.calls",
        "SELECT k, v FROM VALUES (1, 'a'), (2, 'b') AS t(k, v)",
        "SELECT * FROM range(0, 10, 2) WHERE id NOT IN (SELECT call FROM gold.calls)",
        "SELECT * FROM explode(array(1, 2)) AS t(x)",
        "SELECT stack(2, 1, 2, 3, 4)",
        "SELECT CASE WHEN text RLIKE '^[0-9]{1,2}$' THEN CAST(text AS DECIMAL(10,2)) END FROM gold.calls",
        "SELECT regexp_extract(text, '(\\\\d+)', 1), lpad(text, 3, '0'), sha2(text, 256), md5(text) FROM gold.calls",
        "SELECT to_date('2026-03-01') + INTERVAL 1 DAY, datediff(now(), '2026-01-01'), make_date(2026, 1, 1)",
        "SELECT try_cast('x' AS INT), try_divide(1, 0), nvl(NULL, 1), 7 DIV 2, 1 <=> NULL",
        "SELECT *, _metadata.file_name FROM gold.calls",
        "SELECT count_if(call > 1), max_by(text, call), any_value(text) FROM gold.calls",
        "SELECT /*+ REPARTITION(2), MERGE(s) */ * FROM gold.calls g JOIN silver.calls s USING (call)",
        "(SELECT call FROM gold.calls) MINUS (SELECT 0)",
        "SELECT call FROM gold.calls CLUSTER BY call",
        "SELECT * FROM gold.calls TABLESAMPLE (2 ROWS)",
        "SHOW TABLES IN gold LIKE 'c*'",
        "SHOW FUNCTIONS LIKE 'abs'",
        "SHOW TBLPROPERTIES gold.calls",
        "DESCRIBE EXTENDED gold.calls",
        "DESCRIBE gold.calls text",
        "DESCRIBE FUNCTION abs",
        "EXPLAIN COST SELECT count(*) FROM gold.calls",
        "EXPLAIN CODEGEN SELECT count(*) FROM gold.calls"
      })
  void answersWhatAnalystsAsk(String statement) {
    assertTrue(run(statement).length() > 2, statement);
  }
}
