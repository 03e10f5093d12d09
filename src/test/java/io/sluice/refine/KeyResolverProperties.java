package io.sluice.refine;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.engine.KeyReader;
import io.sluice.engine.KeyedRow;
import io.sluice.engine.LocalRows;
import io.sluice.table.KnownKeys;
import io.sluice.testing.LocalSpark;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The rule of who wins is the same as columns of a dataset and over rows at hand. */
class KeyResolverProperties {
  private static final StructType COLUMNS =
      new StructType()
          .add("key", DataTypes.LongType)
          .add("version", DataTypes.DoubleType)
          .add("_arrived_at", DataTypes.TimestampType)
          .add("_file", DataTypes.StringType)
          .add("_position", DataTypes.LongType)
          .add("_key", DataTypes.LongType)
          .add("_content", DataTypes.LongType)
          .add("_present", DataTypes.DoubleType);

  /** A version of a key, and where it stood. */
  record Version(int key, int version, int arrivedAt, String file, int position, int content) {}

  @Provide
  Arbitrary<List<Version>> versions() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 60),
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(0, 1),
            Arbitraries.of("a", "b", "ä", Character.toString(0x1F600), Character.toString(0xFFFD)),
            Arbitraries.integers().between(0, 1_000_000),
            Arbitraries.integers().between(0, 1))
        .as(Version::new)
        .list()
        .uniqueElements(version -> version.position)
        .ofMinSize(100)
        .ofMaxSize(300);
  }

  /** For a third of the keys nothing, else a version in between. */
  private static Double present(int key) {
    return key % 3 == 0 ? null : (double) (key % 4);
  }

  @Property(tries = 8, seed = "20261128", shrinking = ShrinkingMode.OFF)
  void jobsAndRowsAtHandDecideAlike(@ForAll("versions") List<Version> versions) {
    LocalRows.Builder builder = LocalRows.builder(COLUMNS);
    for (Version one : versions) {
      builder.add(
          (long) one.key,
          (double) one.version,
          (long) one.arrivedAt,
          one.file,
          (long) one.position,
          (long) one.key,
          (long) one.content,
          present(one.key));
    }
    LocalRows rows = builder.build();

    Map<Long, List<Long>> byJobs = new TreeMap<>();
    Map<Long, Long> acceptedByJobs = new TreeMap<>();
    for (Row row :
        new KeyResolver(List.of("key"), "version")
            .resolve(rows.dataset(LocalSpark.withoutS3()).withColumn("_spread", lit(0)), List.of())
            // What is equal to the table's row is compared with that by who has read it.
            .select(
                col("key"),
                col("_position"),
                col("_outcome"),
                expr("_conflict or (_outcome = 'duplicate' and not _kept_here and _content <> 1)"))
            .collectAsList()) {
      List<Long> counts = byJobs.computeIfAbsent(row.getLong(0), key -> zeros());
      int at =
          List.of(KeyResolver.ACCEPTED, KeyResolver.DUPLICATE, KeyResolver.SUPERSEDED)
              .indexOf(row.getString(2));
      counts.set(at, counts.get(at) + 1);
      counts.set(3, counts.get(3) + (row.getBoolean(3) ? 1 : 0));
      if (at == 0) {
        acceptedByJobs.put(row.getLong(0), row.getLong(1));
      }
    }

    KeyReader reader = new KeyReader(COLUMNS, List.of("key"), "version", Optional.empty(), "_key");
    Map<Long, List<KeyedRow>> grouped = new TreeMap<>();
    rows.forEach(
        row ->
            grouped.computeIfAbsent(row.number(0), key -> new ArrayList<>()).add(reader.read(row)));
    Map<Long, List<Long>> atHand = new TreeMap<>();
    Map<Long, Long> acceptedAtHand = new TreeMap<>();
    grouped.forEach(
        (key, some) -> {
          KeyResolver.Resolution resolution =
              KeyResolver.resolve(
                  some,
                  Optional.ofNullable(present(key.intValue()))
                      .map(version -> new KnownKeys.Held(version, 1)),
                  reader.order());
          resolution.accepted().ifPresent(row -> acceptedAtHand.put(key, row.position()));
          atHand.put(
              key,
              List.of(
                  resolution.accepted().isPresent() ? 1L : 0L,
                  resolution.duplicate(),
                  resolution.superseded(),
                  resolution.conflict()));
        });
    assertEquals(byJobs, atHand);
    assertEquals(acceptedByJobs, acceptedAtHand);
    assertTrue(byJobs.values().stream().anyMatch(counts -> counts.get(3) > 0));
    assertTrue(acceptedByJobs.size() < grouped.size() && !acceptedByJobs.isEmpty());
  }

  private static List<Long> zeros() {
    return new ArrayList<>(List.of(0L, 0L, 0L, 0L));
  }
}
