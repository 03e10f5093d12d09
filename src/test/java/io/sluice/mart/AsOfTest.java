package io.sluice.mart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.testing.Lines;
import io.sluice.testing.LocalSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class AsOfTest {
  @Test
  void aFactMeetsTheVersionOfItsTime() {
    Dataset<Row> history =
        LocalSpark.withoutS3()
            .sql(
                "select id, rating, timestamp_seconds(since) valid_from,"
                    + " timestamp_seconds(until) valid_to, deleted _deleted from values"
                    + " ('A', 'low', 10, 20, false), ('A', 'high', 20, null, false),"
                    // B is deleted, and comes back.
                    + " ('B', 'low', 10, 15, false), ('B', null, 15, 15, true),"
                    + " ('B', 'mid', 30, null, false),"
                    // Only C's deletion is known.
                    + " ('C', null, 10, 10, true)"
                    + " as t(id, rating, since, until, deleted)");
    Dataset<Row> facts =
        LocalSpark.withoutS3()
            .sql(
                "select id, n, timestamp_seconds(n) at from (select explode(array('A', 'B', 'C',"
                    + " 'D')) id) cross join (select explode(array(5, 10, 19, 20, 40)) n)");
    assertEquals(
        List.of(
            "A|10|low",
            "A|19|low",
            "A|20|high",
            "A|40|high",
            "A|5|low",
            "B|10|low",
            "B|19|null",
            "B|20|null",
            "B|40|mid",
            "B|5|low",
            "C|10|null",
            "C|19|null",
            "C|20|null",
            "C|40|null",
            "C|5|null",
            "D|10|null",
            "D|19|null",
            "D|20|null",
            "D|40|null",
            "D|5|null"),
        Lines.of(
            new AsOf(history, List.of("id"))
                .join(facts, "at", List.of("rating"))
                .select("id", "n", "rating")));
  }
}
