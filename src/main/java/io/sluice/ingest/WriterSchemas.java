package io.sluice.ingest;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Contract;
import io.sluice.kafka.SchemaRegistry;
import io.sluice.run.RunContext;
import io.sluice.settings.Key;
import io.sluice.settings.Printable;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the schemas that records were written by: reads them from the registry, once each, and
 * writes them to {@code ops.schemas}.
 *
 * <p>A schema that has been read is never asked for again, so a registry that is down, or gone,
 * holds up nothing that has arrived before. A number that could not be asked for is kept without a
 * schema, and asked for again when schemas are next needed. Cost: one small table read once for
 * each instance; a request and a commit for schemas never seen.
 */
public final class WriterSchemas {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final int TRIES = 4;

  /** How long a number that could not be asked for waits until it is asked for again. */
  private static final Duration ASKED_AGAIN = Duration.ofSeconds(10);

  static final TableSpec SPEC =
      new TableSpec(
          "One row per schema that records were written by.",
          new StructType()
              .add("registry", DataTypes.StringType, true, "The registry's URL.")
              .add("id", DataTypes.IntegerType, true, "Its number there.")
              .add("schema", DataTypes.StringType, true, "Its text; null if it was not to be had.")
              .add("learnt_at", DataTypes.TimestampType, true, "When the registry was asked."),
          List.of(),
          List.of("id"));

  private final RunContext context;
  private final SchemaRegistry registry;
  private final LakeTable table;
  private Map<Integer, Optional<String>> kept;
  private long keptAt;
  private Map<Integer, String> current;
  private Instant askedAt = Instant.EPOCH;

  public WriterSchemas(RunContext context) {
    this.context = context;
    this.registry = new SchemaRegistry(context.settings());
    this.table = context.lake().ops("schemas");
  }

  /**
   * The schemas that a source's records may be written by, read when they are first asked for; none
   * if its records need none. The same map from call to call, until this JVM has seen more being
   * kept, or ten seconds after one could not be asked for. Not for several threads at once.
   */
  public static Supplier<Map<Integer, String>> of(RunContext context, Contract contract) {
    return contract.needsWriterSchemas() ? new WriterSchemas(context)::current : Map::of;
  }

  private Map<Integer, String> current() {
    boolean again =
        kept != null
            && kept.containsValue(Optional.<String>empty())
            && Instant.now().isAfter(askedAt.plus(ASKED_AGAIN));
    if (current == null || table.versionAsKnown() > keptAt || again) {
      kept = null;
      current = known();
    }
    return current;
  }

  /** Every schema by its number. */
  public Map<Integer, String> known() {
    List<Integer> missing =
        kept().entrySet().stream()
            .filter(entry -> entry.getValue().isEmpty())
            .map(Map.Entry::getKey)
            .toList();
    if (!missing.isEmpty()) {
      askedAt = Instant.now();
      try {
        keep(ask(missing, 1));
      } catch (SchemaRegistry.DownException e) {
        LOG.warn(
            "{}; records of schemas {} stay quarantined", Printable.of(e.getMessage()), missing);
      }
    }
    Map<Integer, String> known = new TreeMap<>();
    kept().forEach((id, schema) -> schema.ifPresent(text -> known.put(id, text)));
    return known;
  }

  /**
   * Makes sure that the schemas of some numbers are kept, as far as the registry has them.
   *
   * @throws SchemaRegistry.DownException if it does not answer, and records are to wait for it
   */
  void learn(Collection<Integer> ids) {
    if (!kept().keySet().containsAll(ids) && table.version() > keptAt) {
      // Others have kept some since.
      kept = null;
    }
    List<Integer> unseen = ids.stream().filter(id -> !kept().containsKey(id)).toList();
    if (unseen.isEmpty()) {
      return;
    }
    try {
      keep(ask(unseen, TRIES));
    } catch (SchemaRegistry.DownException e) {
      if (context.settings().get(Key.REGISTRY_DOWN).equals("wait")) {
        throw e;
      }
      LOG.warn("{}; records of schemas {} are quarantined", Printable.of(e.getMessage()), unseen);
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
      } catch (SchemaRegistry.DownException e) {
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
      keptAt = table.version();
      if (keptAt >= 0) {
        for (Row row :
            table
                .read(keptAt)
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
    context.lake().create(table, SPEC);
    TableTransaction.begin(table, SPEC).append(SPEC.schema(), rows).publish(SaveMode.Append, "{}");
    kept().putAll(schemas);
  }
}
