package io.sluice;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.posexplode_outer;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.contract.Field.Reference;
import io.sluice.contract.SchemaPolicy;
import io.sluice.landing.Bronze;
import io.sluice.landing.Refinement;
import io.sluice.lineage.Trace;
import io.sluice.ops.Account;
import io.sluice.ops.Run;
import io.sluice.quality.Check;
import io.sluice.quality.Judge;
import io.sluice.quality.Measures;
import io.sluice.quality.Verdict;
import io.sluice.settings.Faults;
import io.sluice.table.Changes;
import io.sluice.table.Exchange;
import io.sluice.table.Stage;
import io.sluice.table.Table;
import io.sluice.table.TableSpec;
import java.sql.Date;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Reads a source's new bronze rows and writes them to silver, typed, judged, newest version by key;
 * broken rows go to quarantine whole.
 *
 * <p>Guarantee: silver, its checkpoint and the account of every row read become visible in one
 * commit, after rules and checks have judged them; a batch that an error-level check fails leaves
 * silver as it was. Run again after any interruption, it ends with the same tables. Cost: the new
 * rows once through one shuffle, and of silver the files of those days that the new rows name:
 * their keys, and whole those in which a row is replaced.
 */
final class Refine {
  /** The name under which silver and quarantine record how far bronze has been handled. */
  static final String CHECKPOINT = "refine";

  private static final long BYTES_PER_TASK = 32L << 20;

  private final Workplace place;
  private final Contract contract;
  private final Refinement refinement;

  Refine(Workplace place, String source) {
    this.place = place;
    this.contract = place.contracts().get(source);
    this.refinement =
        new Refinement(contract, place.settings().privacyKey(), WriterSchemas.of(place, contract));
  }

  Workplace.Published run() {
    return place.run("refine", contract.id(), this::publish);
  }

  /** Judges the new rows and says what a run would do; publishes nothing. */
  String rehearse() {
    Stage silver = Stage.begin(silverTable(), silverSpec());
    Changes news = bronzeTable().changes(silver.checkpoint(CHECKPOINT));
    if (news.isEmpty()) {
      return "nothing new";
    }
    Dataset<Row> rows = exchanged(news, new Trace());
    Tally tally = tally(rows);
    return String.format(
        "%,d new rows, %,d of them to quarantine %s, for the days %s",
        tally.read, tally.quarantined, tally.reasons, tally.days);
  }

  private Workplace.Published publish(Run run, Trace trace) {
    Stage silver = Stage.begin(silverTable(), silverSpec());
    Stage quarantine = Stage.begin(place.lake().quarantine(contract.id()), quarantineSpec());
    long handled = silver.checkpoint(CHECKPOINT);
    quarantine.checkpoint(CHECKPOINT);
    Changes news = bronzeTable().changes(handled);
    if (news.isEmpty()) {
      return Workplace.Published.NOTHING_NEW;
    }
    trace.reads(bronzeTable().path(), Bronze.schema(), news.until());
    Dataset<Row> rows = exchanged(news, trace);
    Tally tally = tally(rows);
    Counts counts = new Counts();
    Judge judge = new Judge(contract.checks());
    if (tally.read > tally.quarantined) {
      stageAccepted(silver, rows.where(col("_reasons").isNull()), tally.days, judge, counts);
    }
    Account account = counts.account(tally.read, tally.quarantined);
    List<Verdict> verdicts = new ArrayList<>(builtIn(account, tally));
    if (account.accepted() > 0) {
      verdicts.addAll(judge.judge(() -> counts.accepted));
    }
    place.judge(
        run,
        trace,
        silverTable().name(),
        verdicts,
        "Look at what arrived (sluice sql), mend the source or its contract, then run refine again.");
    if (tally.quarantined > 0) {
      quarantine.append(quarantined(rows, run, news.until())).checkpoint(CHECKPOINT, news.until());
    }
    // Rows of a run that died between its two commits; they are judged again in this one.
    quarantine.discard(col("batch").gt(handled));
    String json = account.json(run, handled, news.until());
    if (!quarantine.isEmpty()) {
      long version = quarantine.publish(SaveMode.Append, json);
      TableSpec spec = quarantineSpec();
      Table table = place.lake().quarantine(contract.id());
      trace.wrote(
          table.path(),
          spec.comment(),
          spec.schema(),
          version,
          account.quarantined(),
          List.of(
              new Trace.Origin("raw", bronzeTable().path(), "raw", "", contract.isProtected())));
    }
    long version = silver.checkpoint(CHECKPOINT, news.until()).publish(SaveMode.Append, json);
    trace.wrote(
        silverTable().path(),
        contract.rowDescription(),
        refinement.silverSchema(),
        version,
        account.accepted(),
        origins());
    return new Workplace.Published(account, version);
  }

  /**
   * Each field comes from the raw record, by its expression; so do the columns that say where the
   * record stood.
   */
  private List<Trace.Origin> origins() {
    String bronze = bronzeTable().path();
    List<Trace.Origin> origins = new ArrayList<>();
    for (Field field : contract.fields()) {
      String how =
          contract.arrivals().stream()
              .map(arrival -> arrival.expression(field))
              .distinct()
              .collect(Collectors.joining(" | "));
      origins.add(new Trace.Origin(field.name(), bronze, "raw", how, field.isProtected()));
    }
    if (contract.schemaPolicy().added() == SchemaPolicy.Added.KEEP) {
      String how = "columns unknown to the contract";
      origins.add(new Trace.Origin("_extra", bronze, "raw", how, contract.isProtected()));
    }
    for (String column : List.of("file", "position", "arrived_at")) {
      origins.add(new Trace.Origin("_" + column, bronze, column, "", false));
    }
    return origins;
  }

  private Table bronzeTable() {
    return place.lake().bronze(contract.id());
  }

  private Table silverTable() {
    return place.lake().silver(contract.id());
  }

  private TableSpec silverSpec() {
    return new TableSpec(
        contract.rowDescription(),
        refinement.silverSchema(),
        contract.partition().map(field -> List.of(field.name())).orElse(List.of()),
        contract.statsColumns(),
        Map.of("sluice.contract.version", contract.version()));
  }

  private TableSpec quarantineSpec() {
    return new TableSpec(
        "Rows of " + contract.id() + " that broke a rule, whole, with every reason.",
        new StructType()
            .add("raw", DataTypes.BinaryType, true, "The record as bronze holds it.")
            .add("reasons", Refinement.REASONS, true, "Every rule it breaks.")
            .add("arrival", DataTypes.StringType, true, "The arrival it came by.")
            .add("file", DataTypes.StringType, true, "The file it stood in.")
            .add("position", DataTypes.LongType, true, "Where it begins in the file.")
            .add("header", DataTypes.StringType, true, "The header line of a CSV file.")
            .add("arrived_at", DataTypes.TimestampType, true, "When the file arrived.")
            .add("contract_version", DataTypes.StringType, true, "The contract that judged it.")
            .add("attempt", DataTypes.IntegerType, true, "How often it has been judged.")
            .add("quarantined_at", DataTypes.TimestampType, true, "When the run began.")
            .add("run_id", DataTypes.StringType, true, "The run that judged it.")
            .add("batch", DataTypes.LongType, true, "The bronze version its batch reached."),
        List.of(),
        List.of("batch", "quarantined_at"));
  }

  /** The new rows, judged, each with those of its key and day. */
  private Dataset<Row> exchanged(Changes news, Trace trace) {
    int buckets = (int) Math.max(1, news.bytes() / BYTES_PER_TASK);
    int partitions = Math.max(buckets, place.spark().sparkContext().defaultParallelism());
    Dataset<Row> judged =
        refinement
            .apply(news.rows(), references(trace))
            .withColumn("_bucket", Refinement.bucket(contract, buckets));
    return Exchange.by(judged, partitions, spread());
  }

  private Column[] spread() {
    return Stream.concat(
            contract.partition().stream().map(field -> col(field.name())),
            Stream.of(col("_bucket")))
        .toArray(Column[]::new);
  }

  private Map<Reference, Dataset<Row>> references(Trace trace) {
    Map<Reference, Dataset<Row>> references = new HashMap<>();
    Faults faults = new Faults();
    for (Field field : contract.fields()) {
      field
          .reference()
          .ifPresent(
              to -> {
                Table table = place.lake().silver(to.source());
                if (table.exists()) {
                  Dataset<Row> rows = table.read();
                  trace.reads(table.path(), rows.schema(), table.version());
                  references.put(to, rows.select(col(to.field())));
                } else {
                  faults.add(
                      contract.id() + "." + field.name(),
                      "refers to " + table.name() + ", which does not exist yet; refine it first");
                }
              });
    }
    faults.throwIfAny();
    return references;
  }

  /**
   * What a batch holds: rows, broken rows by {@code field/rule}, and the days of the sound ones.
   */
  private record Tally(
      long read, long quarantined, SortedMap<String, Long> reasons, List<Date> days) {}

  private Tally tally(Dataset<Row> rows) {
    Column sound = col("_reasons").isNull();
    Column day =
        contract
            .partition()
            .map(field -> when(sound, col(field.name())))
            .orElse(lit(null).cast(DataTypes.DateType));
    List<Row> groups =
        rows.select(day.as("day"), sound.as("sound"), posexplode_outer(col("_reasons")))
            .groupBy(
                col("day"), col("sound"), col("col.field").as("field"), col("col.rule").as("rule"))
            .agg(
                sum(when(col("pos").isNull().or(col("pos").equalTo(0)), 1L).otherwise(0L)),
                count(lit(1)))
            .collectAsList();
    long read = 0;
    long quarantined = 0;
    SortedMap<String, Long> reasons = new TreeMap<>();
    Set<Date> days = new HashSet<>();
    for (Row group : groups) {
      read += group.getLong(4);
      if (group.getBoolean(1)) {
        if (!group.isNullAt(0)) {
          days.add(group.getDate(0));
        }
      } else {
        quarantined += group.getLong(4);
        reasons.merge(group.getString(2) + "/" + group.getString(3), group.getLong(5), Long::sum);
      }
    }
    return new Tally(read, quarantined, reasons, days.stream().sorted().toList());
  }

  /** How many sound rows had which outcome; known once they have been written. */
  private static final class Counts {
    private Measures measures;
    private Dataset<Row> accepted;

    Dataset<Row> observe(Dataset<Row> rows) {
      measures = new Measures();
      return measures.observe(rows, countOf("accepted"), countOf("duplicate"), countOf("late"));
    }

    private static Column countOf(String outcome) {
      return count(when(col("_outcome").equalTo(outcome), 1)).as(outcome);
    }

    Account account(long read, long quarantined) {
      if (measures == null) {
        return new Account(read, 0, quarantined, 0, 0);
      }
      Map<String, Object> counts = measures.get();
      return new Account(
          read,
          (Long) counts.get("accepted"),
          quarantined,
          (Long) counts.get("duplicate"),
          (Long) counts.get("late"));
    }
  }

  /**
   * Writes those sound rows that are the newest of their key, and takes out the versions they
   * replace.
   */
  private void stageAccepted(
      Stage silver, Dataset<Row> sound, List<Date> days, Judge judge, Counts counts) {
    Column[] columns =
        Stream.of(refinement.silverSchema().fieldNames())
            .map(name -> col("`" + name + "`"))
            .toArray(Column[]::new);
    Stage.Files present = present(silver, days);
    if (present.isEmpty()) {
      Dataset<Row> settled = counts.observe(settled(sound.withColumn("_present", nothing())));
      silver.append(judge.observe(settled.where("_outcome = 'accepted'").select(columns)));
      counts.accepted = silver.staged();
      return;
    }
    Dataset<Row> matched = matched(sound, present).persist();
    try {
      Dataset<Row> known = sound.join(matched.select(keyAnd("_present")), keyNames(), "left_outer");
      Dataset<Row> settled = counts.observe(settled(known));
      silver.append(judge.observe(settled.where("_outcome = 'accepted'").select(columns)));
      counts.accepted = silver.staged();
      Dataset<Row> replaced = matched.where("_newest > _present");
      Set<String> paths =
          new HashSet<>(
              replaced
                  .select("_present_file")
                  .distinct()
                  .as(org.apache.spark.sql.Encoders.STRING())
                  .collectAsList());
      if (!paths.isEmpty()) {
        Stage.Files touched = present.at(paths);
        silver.append(touched.rows().join(replaced.select(keyAnd()), keyNames(), "left_anti"));
        silver.remove(touched);
      }
    } finally {
      matched.unpersist();
    }
  }

  private Stage.Files present(Stage silver, List<Date> days) {
    return contract
        .partition()
        .map(field -> silver.files(col(field.name()).isin(days.toArray())))
        .orElseGet(() -> silver.files());
  }

  private Column nothing() {
    return lit(null).cast(contract.ordering().type());
  }

  private scala.collection.Seq<String> keyNames() {
    return scala.collection.JavaConverters.asScalaBuffer(
            contract.key().stream().map(Field::name).toList())
        .toSeq();
  }

  private Column[] keyAnd(String... more) {
    return Stream.concat(contract.key().stream().map(Field::name), Stream.of(more))
        .map(name -> col("`" + name + "`"))
        .toArray(Column[]::new);
  }

  /**
   * The keys that silver has already: {@code _present} is their ordering value, {@code _newest} the
   * batch's greatest.
   */
  private Dataset<Row> matched(Dataset<Row> sound, Stage.Files present) {
    String ordering = contract.ordering().name();
    Dataset<Row> existing =
        present
            .rows()
            .select(
                Stream.concat(
                        Stream.of(keyAnd()),
                        Stream.of(
                            col(ordering).as("_present"),
                            col("_metadata.file_path").as("_present_file")))
                    .toArray(Column[]::new));
    return sound
        .select(
            Stream.concat(Stream.of(keyAnd()), Stream.of(col(ordering).as("_incoming")))
                .toArray(Column[]::new))
        .join(existing, keyNames(), "inner")
        .groupBy(keyAnd("_present", "_present_file"))
        .agg(max("_incoming").as("_newest"));
  }

  /** Each row with its {@code _outcome}, given the ordering value that silver holds for its key. */
  private Dataset<Row> settled(Dataset<Row> rows) {
    Column ordering = col(contract.ordering().name());
    WindowSpec versions =
        Window.partitionBy(
                Stream.concat(Stream.of(spread()), Stream.of(keyAnd()))
                    .distinct()
                    .toArray(Column[]::new))
            .orderBy(
                ordering.desc(),
                col("_arrived_at").asc(),
                col("_file").asc(),
                col("_position").asc());
    Column newer = col("_present").isNull().or(ordering.gt(col("_present")));
    return rows.withColumn("_rank", row_number().over(versions))
        .withColumn("_kept", greatest(first(ordering).over(versions), col("_present")))
        .withColumn(
            "_outcome",
            when(col("_rank").equalTo(1).and(newer), "accepted")
                .when(ordering.equalTo(col("_kept")), "duplicate")
                .otherwise("late"));
  }

  private Dataset<Row> quarantined(Dataset<Row> rows, Run run, long until) {
    return rows.where(col("_reasons").isNotNull())
        .select(
            col("_raw").as("raw"),
            col("_reasons").as("reasons"),
            col("_arrival").as("arrival"),
            col("_file").as("file"),
            col("_position").as("position"),
            col("_header").as("header"),
            col("_arrived_at").as("arrived_at"),
            lit(contract.version()).as("contract_version"),
            lit(1).as("attempt"),
            lit(Timestamp.from(run.startedAt())).as("quarantined_at"),
            lit(run.id()).as("run_id"),
            lit(until).as("batch"))
        .coalesce(1);
  }

  private List<Verdict> builtIn(Account account, Tally tally) {
    double share = account.read() == 0 ? 0 : (double) account.quarantined() / account.read();
    List<Verdict> verdicts = new ArrayList<>();
    verdicts.add(
        verdict(
            "every_row_accounted_for",
            "read = accepted + quarantined + duplicate + late",
            account.balances(),
            null,
            account.toString()));
    verdicts.add(
        verdict(
            "quarantine_limit",
            "share of quarantined rows <= " + contract.quarantineLimit(),
            share <= contract.quarantineLimit(),
            share,
            "reasons by number of rows: " + tally.reasons));
    SchemaPolicy policy = contract.schemaPolicy();
    schema("missing", policy.removed() == SchemaPolicy.Removed.STOP, tally)
        .ifPresent(verdicts::add);
    schema("type", policy.retyped() == SchemaPolicy.Retyped.STOP, tally).ifPresent(verdicts::add);
    schema("added", policy.added() == SchemaPolicy.Added.STOP, tally).ifPresent(verdicts::add);
    return verdicts;
  }

  private static Optional<Verdict> schema(String rule, boolean stops, Tally tally) {
    List<String> broken =
        tally.reasons.keySet().stream().filter(reason -> reason.endsWith("/" + rule)).toList();
    return stops
        ? Optional.of(
            verdict(
                "schema_policy_" + rule,
                "no column is " + rule,
                broken.isEmpty(),
                (double) broken.size(),
                "columns: " + broken))
        : Optional.empty();
  }

  private static Verdict verdict(
      String name, String rule, boolean passed, Double value, String message) {
    return new Verdict(
        name,
        Check.Severity.ERROR,
        rule,
        passed ? Verdict.Outcome.PASSED : Verdict.Outcome.FAILED,
        value,
        passed ? "" : message);
  }
}
