package io.sluice;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Contract;
import io.sluice.kafka.Registry;
import io.sluice.settings.Key;
import io.sluice.table.Stage;
import io.sluice.table.Table;
import io.sluice.table.TableSpec;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the Avro schemas that records were written by: reads them from the registry, once each, and
 * writes them to {@code ops.schemas}.
 *
 * <p>A schema that has been read is never asked for again, so a registry that is down, or gone,
 * holds up nothing that has arrived before. A number that could not be asked for is kept without a
 * schema, and asked for again when schemas are next needed. Cost: one small table read once for
 * each instance; a request and a commit for schemas never seen.
 */
final class WriterSchemas {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final int TRIES = 4;

  static final TableSpec SPEC =
      new TableSpec(
          "One row per Avro schema that records were written by.",
          new StructType()
              .add("registry", DataTypes.StringType, true, "The registry's URL.")
              .add("id", DataTypes.IntegerType, true, "Its number there.")
              .add("schema", DataTypes.StringType, true, "Its text; null if it was not to be had.")
              .add("learnt_at", DataTypes.TimestampType, true, "When the registry was asked."),
          List.of(),
          List.of("id"));

  private final Workplace place;
  private final Registry registry;
  private Map<Integer, Optional<String>> kept;

  WriterSchemas(Workplace place) {
    this.place = place;
    this.registry = new Registry(place.settings());
  }

  /** The schemas that a source's records may be written by; none if none arrive as Avro. */
  static Map<Integer, String> of(Workplace place, Contract contract) {
    return contract.isAvro() ? new WriterSchemas(place).known() : Map.of();
  }

  /** Every schema by its number. */
  Map<Integer, String> known() {
    List<Integer> missing =
        kept().entrySet().stream()
            .filter(entry -> entry.getValue().isEmpty())
            .map(Map.Entry::getKey)
            .toList();
    if (!missing.isEmpty()) {
      try {
        keep(ask(missing, 1));
      } catch (Registry.DownException e) {
        LOG.warn("{}; records of schemas {} stay quarantined", e.getMessage(), missing);
      }
    }
    Map<Integer, String> known = new TreeMap<>();
    kept().forEach((id, schema) -> schema.ifPresent(text -> known.put(id, text)));
    return known;
  }

  /**
   * Makes sure that the schemas of some numbers are kept, as far as the registry has them.
   *
   * @throws Registry.DownException if it does not answer, and records are to wait for it
   */
  void learn(Collection<Integer> ids) {
    List<Integer> unseen = ids.stream().filter(id -> !kept().containsKey(id)).toList();
    if (unseen.isEmpty()) {
      return;
    }
    try {
      keep(ask(unseen, TRIES));
    } catch (Registry.DownException e) {
      if (place.settings().get(Key.REGISTRY_DOWN).equals("wait")) {
        throw e;
      }
      LOG.warn("{}; records of schemas {} are quarantined", e.getMessage(), unseen);
      Map<Integer, Optional<String>> pending = new TreeMap<>();
      unseen.forEach(id -> pending.put(id, Optional.empty()));
      keep(pending);
    }
  }

  /**
   * What the registry has, tried so often with growing pauses. Numbers that it does not know are
   * left out.
   */
  private Map<Integer, Optional<String>> ask(List<Integer> ids, int tries) {
    for (int left = tries; ; left--) {
      try {
        Map<Integer, Optional<String>> found = new TreeMap<>();
        for (int id : ids) {
          registry.schema(id).ifPresent(schema -> found.put(id, Optional.of(schema)));
        }
        return found;
      } catch (Registry.DownException e) {
        if (left <= 1) {
          throw e;
        }
        pause(250L << (tries - left));
      }
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private Map<Integer, Optional<String>> kept() {
    if (kept == null) {
      kept = new TreeMap<>();
      Table table = place.lake().ops("schemas");
      if (table.exists()) {
        for (Row row :
            table
                .read()
                .where(col("registry").equalTo(registry.url()))
                .select("id", "schema")
                .collectAsList()) {
          // A number that was first kept without a schema stands twice.
          kept.merge(
              row.getInt(0),
              Optional.ofNullable(row.getString(1)),
              (a, b) -> a.isPresent() ? a : b);
        }
      }
    }
    return kept;
  }

  private void keep(Map<Integer, Optional<String>> schemas) {
    if (schemas.isEmpty()) {
      return;
    }
    List<Row> rows = new ArrayList<>();
    Timestamp now = Timestamp.from(Instant.now());
    schemas.forEach(
        (id, schema) -> rows.add(RowFactory.create(registry.url(), id, schema.orElse(null), now)));
    place.lake().create(place.lake().ops("schemas"), SPEC);
    Stage.begin(place.lake().ops("schemas"), SPEC)
        .append(SPEC.schema(), rows)
        .publish(SaveMode.Append, "{}");
    kept().putAll(schemas);
  }
}
