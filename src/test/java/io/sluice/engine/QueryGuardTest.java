package io.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.util.Optional;
import org.apache.spark.sql.AnalysisException;
import org.junit.jupiter.api.Test;

/** What is known of a statement before it runs; of many more statements, in LakeQueryTest. */
class QueryGuardTest {
  private static QueryGuard parse(String statement) throws AnalysisException {
    return QueryGuard.parse(LocalSpark.withoutS3(), statement);
  }

  @Test
  void findsNothingAgainstAQuery() throws AnalysisException {
    QueryGuard query = parse("WITH a AS (SELECT id FROM range(3)) SELECT count(*) FROM a");
    assertEquals(Optional.empty(), query.whatDoesNotRead());
    assertEquals(Optional.empty(), query.whatActs());
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
    QueryGuard query = parse("SELECT (SELECT reflect('java.lang.System', 'lineSeparator'))");
    assertEquals(Optional.empty(), query.whatDoesNotRead(), "a function like any other");
    assertEquals(Optional.of("CallMethodViaReflection"), query.whatActs());
  }

  @Test
  void tellsWhatAsksFromWhatQueries() throws AnalysisException {
    assertTrue(parse("SHOW DATABASES").asksWhatThereIs());
    assertTrue(parse("EXPLAIN SELECT 1").isCommand());
    assertFalse(parse("EXPLAIN SELECT 1").asksWhatThereIs());
    assertThrows(AnalysisException.class, () -> parse("SELEC 1"));
    assertThrows(AnalysisException.class, () -> parse("SELECT absent").whatActs());
  }
}
