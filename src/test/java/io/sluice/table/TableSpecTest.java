package io.sluice.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class TableSpecTest {
  @Test
  void aTableThatIsOftenCommittedHasFewerCheckpointsAndIsElseTheSame() {
    TableSpec spec =
        new TableSpec(
            "Things.",
            new StructType().add("n", DataTypes.LongType),
            List.of(),
            List.of("n"),
            Map.of("a", "b"));
    TableSpec often = spec.oftenCommitted();
    assertEquals(Map.of("a", "b", "delta.checkpointInterval", "100"), often.properties());
    assertEquals(
        spec,
        new TableSpec(
            often.comment(),
            often.schema(),
            often.partitionBy(),
            often.statsColumns(),
            spec.properties()));
  }
}
