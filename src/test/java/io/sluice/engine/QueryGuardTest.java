package io.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of a statement before it runs; of many more statements, in LakeQueryTest. */
class QueryGuardTest {
  private static QueryGuard parse(String statement) throws AnalysisException {
    return QueryGuard.parse(LocalSpark.withoutS3(), statement);
  }

  @Test
  void findsNothingAgainstAQuery() throws AnalysisException {
    QueryGuard query = parse("WITH a AS (SELECT id FROM range(3)) SELECT count(*) FROM a");
    assertEquals(Optional.empty(), query.whatDoesNotRead());
    assertEquals(List.of(), query.tables());
    assertEquals(Optional.empty(), query.whatReadsElsewhere(folder -> false));
    assertFalse(query.isCommand());
    assertFalse(query.asksWhatThereIs());
  }

  @Test
  void knowsWhatWouldWriteWithoutLookingAnythingUp() throws AnalysisException {
    assertEquals(
        Optional.of("InsertIntoStatement"),
        parse("INSERT INTO nowhere.absent SELECT 1").whatDoesNotRead());
    assertEquals(
        Optional.of("DeleteFromTable"),
        parse("EXPLAIN DELETE FROM nowhere.absent").whatDoesNotRead());
  }

  @Test
  void findsMethodsThatAQueryWouldCallHoweverDeep() throws AnalysisException {
    assertEquals(
        Optional.of("reflect"),
        parse("SELECT (SELECT reflect('java.lang.System', 'lineSeparator'))").whatDoesNotRead());
    assertEquals(
        Optional.of("java_method"),
        parse(
                "SELECT sum(1) OVER w FROM a.b WINDOW w AS (ORDER BY"
                    + " java_method('java.lang.System', 'lineSeparator'))")
            .whatDoesNotRead());
    assertEquals(
        Optional.of("IDENTIFIER"), parse("SELECT IDENTIFIER('reflect')('x')").whatDoesNotRead());
  }

  @Test
  void namesTablesWhereverTheyStandAndNotItsOwn() throws AnalysisException {
    assertEquals(
        Set.of(List.of("a", "b"), List.of("c", "d"), List.of("own", "other"), List.of("e")),
        Set.copyOf(
            parse(
                    "WITH own AS (SELECT * FROM a.b VERSION AS OF 1) SELECT (SELECT 1 FROM c.d),"
                        + " * FROM OWN JOIN own.other JOIN e")
                .tables()));
  }

  @Test
  void findsWhatIsReadElsewhere(@TempDir Path folder) throws AnalysisException {
    SparkSession spark = LocalSpark.withoutS3();
    spark.range(1).write().parquet(folder.resolve("rows").toString());
    QueryGuard query = parse("SELECT * FROM parquet.`" + folder.resolve("rows") + "`");
    assertEquals(Optional.of("HadoopFsRelation"), query.whatReadsElsewhere(path -> false));
    assertEquals(
        Optional.empty(),
        query.whatReadsElsewhere(path -> path.equals("file:" + folder.resolve("rows"))));
  }

  @Test
  void parsesNothingWhereVariablesAreSubstituted() {
    SparkSession other = LocalSpark.withoutS3().newSession();
    other.conf().set("spark.sql.variable.substitute", "true");
    assertThrows(IllegalStateException.class, () -> QueryGuard.parse(other, "SELECT 1"));
  }

  @Test
  void tellsWhatAsksFromWhatQueries() throws AnalysisException {
    assertTrue(parse("SHOW DATABASES").asksWhatThereIs());
    assertTrue(parse("EXPLAIN SELECT 1").isCommand());
    assertFalse(parse("EXPLAIN SELECT 1").asksWhatThereIs());
    assertThrows(AnalysisException.class, () -> parse("SELEC 1"));
    assertThrows(
        AnalysisException.class, () -> parse("SELECT absent").whatReadsElsewhere(folder -> true));
  }
}
