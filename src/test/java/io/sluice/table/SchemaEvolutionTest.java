package io.sluice.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.engine.Scala;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.delta.actions.Metadata;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Columns are added, never retyped, renamed or removed. */
class SchemaEvolutionTest {
  private static final StructType PRESENT =
      new StructType()
          .add("id", DataTypes.LongType, true, "The old comment.")
          .add("day", DataTypes.DateType, true, "The day.");

  private static TableSpec spec(StructType schema) {
    return new TableSpec("Things.", schema, List.of("day"), List.of("day", "id"));
  }

  private static Metadata table() {
    return SchemaEvolution.made("silver.things", spec(PRESENT));
  }

  @Test
  void aNewTableIsReadableByAllAndHasNoColumnThatCannotBeNull() {
    Metadata made =
        SchemaEvolution.made("silver.things", spec(PRESENT.add("n", DataTypes.LongType, false)));
    assertEquals("silver.things", made.name());
    assertEquals("Things.", made.description());
    assertEquals(List.of("day"), Scala.list(made.partitionColumns()));
    assertTrue(made.schema().apply("n").nullable());
    Map<String, String> properties = Scala.javaMap(made.configuration());
    assertEquals("false", properties.get("delta.enableDeletionVectors"));
    assertEquals("none", properties.get("delta.columnMapping.mode"));
    // The partition column's values are in the log anyway.
    assertEquals("id", properties.get("delta.dataSkippingStatsColumns"));
  }

  @Test
  void aColumnIsAddedBehindThoseThatAreThereAndCommentsFollow() {
    StructType declared =
        new StructType()
            .add("more", DataTypes.createArrayType(DataTypes.StringType), false, "More.")
            .add("id", DataTypes.LongType, false, "The new comment.");
    StructType merged = SchemaEvolution.merged("silver.things", PRESENT, spec(declared));
    assertEquals(List.of("id", "day", "more"), List.of(merged.fieldNames()));
    assertEquals("The new comment.", merged.apply("id").getComment().get());
    assertEquals("The day.", merged.apply("day").getComment().get());
    assertTrue(merged.apply("more").nullable());
    assertTrue(merged.apply("id").nullable());
  }

  @Test
  void everyRetypedColumnIsNamed() {
    StructType declared =
        new StructType()
            .add("id", DataTypes.IntegerType)
            .add("day", DataTypes.TimestampType)
            .add("more", DataTypes.LongType);
    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class,
            () -> SchemaEvolution.evolved("silver.things", table(), spec(declared)));
    assertEquals(
        "silver.things: a published column is never retyped: id is BIGINT in the table and INT by"
            + " its declaration; day is DATE in the table and TIMESTAMP by its declaration",
        refused.getMessage());
  }

  @Test
  void aNestedTypeIsComparedWhole() {
    StructType present =
        new StructType().add("lines", DataTypes.createArrayType(DataTypes.LongType));
    StructType declared =
        new StructType().add("lines", DataTypes.createArrayType(DataTypes.StringType));
    assertThrows(
        IllegalStateException.class,
        () -> SchemaEvolution.merged("silver.things", present, spec(declared)));
    // Whether elements may be null is no other type.
    StructType strict =
        new StructType().add("lines", DataTypes.createArrayType(DataTypes.LongType, false));
    assertEquals(present, SchemaEvolution.merged("silver.things", present, spec(strict)));
  }

  @Test
  void nothingIsCommittedForADeclarationThatHolds() {
    assertEquals(
        Optional.empty(), SchemaEvolution.evolved("silver.things", table(), spec(PRESENT)));
  }

  @Test
  void commentAndPropertiesFollowAndOthersStay() {
    Metadata now = table();
    Metadata next =
        SchemaEvolution.evolved(
                "silver.things",
                now,
                new TableSpec(
                    "Other things.", PRESENT, List.of("day"), List.of("id"), Map.of("a", "b")))
            .orElseThrow();
    assertEquals("Other things.", next.description());
    assertEquals(now.id(), next.id());
    assertEquals(now.createdTime(), next.createdTime());
    Map<String, String> properties = Scala.javaMap(next.configuration());
    assertEquals("b", properties.get("a"));
    assertEquals("classic", properties.get("delta.checkpointPolicy"));

    // A property that is not declared any more is left as it is.
    assertFalse(SchemaEvolution.evolved("silver.things", next, spec(PRESENT)).isEmpty());
    assertEquals(
        "b",
        Scala.javaMap(
                SchemaEvolution.evolved("silver.things", next, spec(PRESENT))
                    .orElseThrow()
                    .configuration())
            .get("a"));
  }
}
