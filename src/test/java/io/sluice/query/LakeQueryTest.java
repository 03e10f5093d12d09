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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements over a lake of three small tables in a local folder. */
class LakeQueryTest {
  @TempDir private static Path folder;
  private static SparkSession spark;
  private static Lake lake;
  private static LakeQuery sql;

  @BeforeAll
  static void makeLake() {
    spark = QuerySession.open(folder);
    lake = Lake.open(spark, folder.resolve("lake").toUri().toString());
    write(
        "silver",
        "calls",
        "SELECT * FROM VALUES (1, 'he said \"hi\", twice', 2.50), (2, 'a\n"
            + "b\u001b[31m', NULL), (3, '', 10.00) AS t(call, text, cost)");
    write("silver", "many", "SELECT id FROM range(1001)");
    write(
        "bronze",
        "calls",
        "SELECT encode('Zürich', 'UTF-8') AS raw UNION ALL SELECT unhex('FF00') AS raw");
    sql = new LakeQuery(spark, lake);
  }

  @AfterAll
  static void restoreSession() {
    SparkSession.setActiveSession(LocalSpark.withoutS3());
  }

  @Test
  void twoLakesInOneSessionAreToldApart() {
    Lake other = Lake.open(spark, folder.resolve("other").toUri().toString());
    write(other, "silver", "many", "SELECT 7 AS id");
    assertEquals("id\r\n1000\r\n", largest(new LakeQuery(spark, lake)));
    assertEquals("id\r\n7\r\n", largest(new LakeQuery(spark, other)));
    assertEquals("id\r\n1000\r\n", largest(new LakeQuery(spark, lake)));
  }

  private static String largest(LakeQuery sql) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    sql.run("SELECT max(id) AS id FROM silver.many", new PrintStream(out), LakeQuery.Format.CSV);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void write(String layer, String name, String rows) {
    write(lake, layer, name, rows);
  }

  private static void write(Lake to, String layer, String name, String rows) {
    Dataset<Row> made = spark.sql(rows);
    TableTransaction.begin(
            to.table(layer, name),
            new TableSpec("Made for a test.", made.schema().asNullable(), List.of(), List.of()))
        .append(made)
        .publish(SaveMode.Append, "{}");
  }

  private static String run(String statement, LakeQuery.Format format) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    sql.run(statement, new PrintStream(out, true, StandardCharsets.UTF_8), format);
    return out.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  private static String error(String statement) {
    ValidationException error =
        assertThrows(
            ValidationException.class, () -> run(statement, LakeQuery.Format.TABLE), statement);
    List<String> lines = error.getMessage().lines().toList();
    assertEquals(2, lines.size(), "one error on one line: " + error.getMessage());
    return lines.get(1).strip();
  }

  @Test
  void printsAlignedColumnsWithoutWhatATerminalWouldObey() {
    assertEquals(
        """
        call  text                  cost
        ----  -------------------  -----
           1  he said "hi", twice   2.50
           2  a\\nb\uFFFD[31m             NULL
           3                       10.00
        (3 rows)
        """,
        run("SELECT * FROM silver.calls ORDER BY call", LakeQuery.Format.TABLE));
  }

  @Test
  void printsCsvAsOfRfc4180() {
    assertEquals(
        "call,text,cost\r\n"
            + "1,\"he said \"\"hi\"\", twice\",2.50\r\n"
            + "2,\"a\n"
            + "b\u001b[31m\",\r\n"
            + "3,\"\",10.00\r\n",
        run("SELECT * FROM silver.calls ORDER BY call", LakeQuery.Format.CSV));
  }

  @Test
  void printsJsonLines() {
    assertEquals(
        """
        {"call":1,"text":"he said \\"hi\\", twice","cost":2.50}
        {"call":2,"text":"a\\nb\\u001B[31m","cost":null}
        {"call":3,"text":"","cost":10.00}
        """,
        run("SELECT * FROM silver.calls ORDER BY call", LakeQuery.Format.JSON));
  }

  @Test
  void showsBytesAsTextOrInHexadecimal() {
    assertEquals(
        "raw\r\n0xFF00\r\nZürich\r\n",
        run("SELECT raw FROM bronze.calls ORDER BY raw DESC", LakeQuery.Format.CSV));
    assertEquals(
        "{\"raw\":\"0xFF00\"}\n{\"raw\":\"Zürich\"}\n",
        run("SELECT raw FROM bronze.calls ORDER BY raw DESC", LakeQuery.Format.JSON));
  }

  @Test
  void copesWithTwoColumnsOfOneName() {
    assertEquals("a,a\r\n1,2\r\n", run("SELECT 1 AS a, 2 AS a", LakeQuery.Format.CSV));
    assertEquals("{\"a\":1,\"a\":2}\n", run("SELECT 1 AS a, 2 AS a", LakeQuery.Format.JSON));
  }

  @Test
  void cutsATableAtAThousandRowsAndSaysSo() {
    List<String> lines = run("SELECT id FROM silver.many", LakeQuery.Format.TABLE).lines().toList();
    assertEquals(2 + 1000 + 1, lines.size());
    assertEquals("(the first 1,000 rows; csv and json give all)", lines.get(lines.size() - 1));
    assertEquals(1 + 1001, run("SELECT id FROM silver.many", LakeQuery.Format.CSV).lines().count());
  }

  @Test
  void findsTablesInSubqueriesCommonTablesAndAnyCase() {
    assertEquals(
        "n\r\n3\r\n",
        run(
            """
            WITH c AS (SELECT call FROM Silver . `Calls`)
            SELECT count(*) AS n FROM c WHERE call IN (SELECT id FROM silver.many);
            """,
            LakeQuery.Format.CSV));
  }

  @Test
  void readsAnOlderVersion() {
    assertEquals(
        "n\r\n3\r\n",
        run("SELECT count(*) AS n FROM silver.calls VERSION AS OF 0", LakeQuery.Format.CSV));
  }

  @Test
  void saysWhatThereIs() {
    assertEquals(
        "calls\r\nmany\r\n",
        run("SHOW TABLES IN silver", LakeQuery.Format.CSV)
            .replaceAll("(?m)^silver,(\\w+),false", "$1")
            .replaceFirst("^.*\r\n", ""));
    assertTrue(run("DESCRIBE silver.calls", LakeQuery.Format.TABLE).contains("cost"));
    assertTrue(run("DESCRIBE HISTORY silver.calls", LakeQuery.Format.TABLE).contains("WRITE"));
    assertTrue(
        run("EXPLAIN SELECT * FROM silver.calls", LakeQuery.Format.TABLE)
            .startsWith("== Physical Plan ==\n"));
  }

  @Test
  void namesTheTablesThereAreWhenOneIsUnknown() {
    String there = "; there are [bronze.calls, silver.calls, silver.many]";
    assertEquals(
        "statement: no such table: silver.cals" + there, error("SELECT * FROM silver.cals"));
    assertEquals("statement: no such table: calls" + there, error("SELECT * FROM calls"));
    assertEquals("statement: no such table: gold.x" + there, error("SELECT * FROM gold.x"));
    assertEquals("statement: no such table: gold" + there, error("SHOW TABLES IN gold"));
  }

  @Test
  void saysInOneLineWhatIsWrongWithAStatement() {
    assertTrue(error("").contains("end of input"));
    assertTrue(error("SELEC 1").contains("Syntax error at or near 'SELEC'"));
    assertTrue(error("SELECT 1; SELECT 2").contains("Syntax error at or near 'SELECT'"));
    assertTrue(error("SELECT nope FROM silver.calls").contains("`nope` cannot be resolved"));
    assertEquals("statement: oh no", error("SELECT raise_error('oh no') FROM silver.calls"));
    spark.conf().set("spark.sql.ansi.enabled", "true");
    try {
      assertTrue(
          error("SELECT CAST(text AS INT) FROM silver.calls").contains("CAST_INVALID_INPUT"));
    } finally {
      spark.conf().unset("spark.sql.ansi.enabled");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO silver.calls SELECT * FROM silver.calls",
        "WITH a AS (SELECT 1) INSERT INTO silver.many SELECT * FROM a",
        "FROM silver.many INSERT INTO silver.many SELECT * INSERT INTO silver.many SELECT id + 1",
        "DELETE FROM silver.calls",
        "UPDATE silver.calls SET cost = 0",
        "MERGE INTO silver.many a USING silver.many b ON a.id = b.id WHEN MATCHED THEN DELETE",
        "TRUNCATE TABLE silver.calls",
        "DROP TABLE silver.calls",
        "CREATE TABLE t AS SELECT 1",
        "CREATE VIEW v AS SELECT 1",
        "ALTER TABLE silver.calls ADD COLUMN x INT",
        "OPTIMIZE silver.calls",
        "VACUUM silver.calls",
        "RESTORE TABLE silver.calls TO VERSION AS OF 0",
        "EXPLAIN DELETE FROM silver.calls",
        "CREATE TABLE t SHALLOW CLONE silver.calls",
        "CONVERT TO DELTA parquet.`/tmp/sluice-sql-test`",
        "REORG TABLE silver.calls APPLY (PURGE)",
        "GENERATE symlink_format_manifest FOR TABLE silver.calls",
        "CACHE TABLE silver.calls",
        "SET spark.sql.shuffle.partitions = 7",
        "USE silver",
        "ADD JAR 'x.jar'",
        "INSERT OVERWRITE DIRECTORY '/tmp/sluice-sql-test' USING csv SELECT 1",
        "SELECT TRANSFORM(id) USING 'touch /tmp/sluice-sql-test' FROM silver.many",
        "SELECT reflect('java.lang.System', 'lineSeparator')",
        "SELECT (SELECT max(x) FROM (SELECT java_method('java.lang.System', 'lineSeparator') AS x))"
      })
  void refusesWhatWouldDoMoreThanRead(String statement) {
    assertTrue(
        error(statement).startsWith("statement: would do more than read the lake's tables ("),
        statement);
    assertEquals(0, lake.silver("calls").version());
    assertEquals(0, lake.silver("many").version());
    assertFalse(Files.exists(Path.of("/tmp/sluice-sql-test")));
    assertEquals("1", spark.conf().get("spark.sql.shuffle.partitions"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "VALUES (1), (2)",
        "TABLE silver.calls",
        "FROM silver.calls SELECT call",
        "SELECT call, sum(cost) OVER w FROM silver.calls WINDOW w AS (ORDER BY call)",
        "SELECT call FROM silver.calls GROUP BY ROLLUP (call) HAVING count(*) > 0 ORDER BY 1 LIMIT"
            + " 2 OFFSET 1",
        "SELECT * FROM silver.calls LATERAL VIEW explode(array(1, 2)) e AS x",
        "SELECT * FROM silver.calls, LATERAL (SELECT call + 1 AS next)",
        "SELECT * FROM silver.calls PIVOT (sum(cost) FOR call IN (1, 2))",
        "SELECT * FROM (SELECT 1 AS a, 2 AS b) UNPIVOT (v FOR k IN (a, b))",
        "SELECT /*+ BROADCAST(a) */ * FROM silver.many a JOIN silver.many b USING (id)",
        "SELECT DISTINCT id FROM silver.many TABLESAMPLE (10 PERCENT) DISTRIBUTE BY id SORT BY id",
        "SELECT id FROM silver.many EXCEPT SELECT id FROM silver.many INTERSECT SELECT 1 UNION ALL"
            + " SELECT 2",
        "SELECT EXISTS (SELECT 1 FROM range(3)) AS e",
        "SHOW DATABASES",
        "SHOW COLUMNS IN silver.calls",
        "DESCRIBE DETAIL silver.calls",
        "DESCRIBE DATABASE silver",
        "DESCRIBE QUERY SELECT 1",
        "EXPLAIN FORMATTED SELECT * FROM silver.calls"
      })
  void runsWhateverReads(String statement) {
    assertFalse(run(statement, LakeQuery.Format.CSV).isEmpty(), statement);
  }
}
