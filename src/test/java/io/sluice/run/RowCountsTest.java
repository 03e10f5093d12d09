package io.sluice.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Every row is accounted for, and what two runs did adds up. */
class RowCountsTest {
  private static final RowCounts COUNTS = new RowCounts(10, 4, 3, 2, 1);

  @Test
  void balanceOnlyIfEachRowIsSomewhere() {
    assertTrue(RowCounts.EMPTY.balances());
    assertTrue(COUNTS.balances());
    assertFalse(new RowCounts(11, 4, 3, 2, 1).balances());
    assertFalse(new RowCounts(9, 4, 3, 2, 1).balances());
    assertTrue(new RowCounts(10, 4, 3, 2, 1, 2).balances());
    assertFalse(new RowCounts(10, 4, 3, 2, 1, 3).balances(), "a conflict is a duplicate");
  }

  @Test
  void addUpPartByPart() {
    assertEquals(new RowCounts(20, 8, 6, 4, 2), COUNTS.plus(COUNTS));
    assertEquals(COUNTS, COUNTS.plus(RowCounts.EMPTY));
  }

  @Test
  void areSaidAsASum() {
    assertEquals(
        "1,010 read = 1,004 accepted + 3 quarantined + 2 duplicate + 1 superseded",
        new RowCounts(1010, 1004, 3, 2, 1).toString());
    assertEquals(
        "10 read = 4 accepted + 3 quarantined + 2 duplicate + 1 superseded (2 of the duplicates in"
            + " conflict)",
        new RowCounts(10, 4, 3, 2, 1, 2).toString());
  }

  @Test
  void areKeptWithACommit() throws Exception {
    Run run = new Run("an-id", "refine", "orders", Instant.EPOCH);
    JsonNode json = new ObjectMapper().readTree(COUNTS.json(run, 3, 5));
    assertEquals(
        new ObjectMapper()
            .readTree(
                """
                {"command": "refine", "subject": "orders", "run_id": "an-id", "from_version": 3,
                 "until_version": 5, "read": 10, "accepted": 4, "quarantined": 3, "duplicate": 2,
                 "superseded": 1, "deleted": 0, "conflict": 0, "removed": 0}
                """),
        json);
  }

  @Test
  void resultsOneAfterTheOther() {
    RunResult first = new RunResult(COUNTS, 7L);
    RunResult second = new RunResult(new RowCounts(1, 1, 0, 0, 0), 8L);
    assertEquals(new RunResult(new RowCounts(11, 5, 3, 2, 1), 8L), first.then(second));
    assertSame(first, first.then(RunResult.NOTHING_NEW));
    assertSame(first, RunResult.NOTHING_NEW.then(first));
    assertSame(RunResult.NOTHING_NEW, RunResult.NOTHING_NEW.then(RunResult.NOTHING_NEW));
  }
}
