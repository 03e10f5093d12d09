package io.sluice.stream;

import static org.apache.spark.sql.functions.col;
import static scala.collection.JavaConverters.asScalaBuffer;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.engine.CompiledRows;
import io.sluice.ingest.Bronze;
import io.sluice.ingest.TopicIngest;
import io.sluice.ingest.TopicIntake;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.Topic;
import io.sluice.kafka.TopicReader;
import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.CheckResult;
import io.sluice.quality.CheckRunner;
import io.sluice.refine.Quarantine;
import io.sluice.refine.Refine;
import io.sluice.refine.SilverTable;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunRecorder;
import io.sluice.run.RunResult;
import io.sluice.run.StoppedException;
import io.sluice.settings.Key;
import io.sluice.table.KnownKeys;
import io.sluice.table.TableTransaction;
import java.sql.Date;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.catalyst.util.TypeUtils;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the newest records of a source's topics and writes them to bronze, silver and quarantine by
 * this JVM alone: what {@link TopicIngest} and {@link Refine} do, without a job.
 *
 * <p>The same plans, compiled once ({@link CompiledRows}), make the same rows; the same stages,
 * checkpoints, checks and order of commits publish them. What one JVM cannot decide by itself (a
 * row that replaces another, a key that may be an older row's) is left to {@link Refine}, as is
 * everything before the first batch. Runs are recorded once a minute. Cost: each record once, a
 * file and a commit for each of the three tables.
 */
final class SmallBatches implements AutoCloseable {
  /** How many small batches may wait before they are handled by jobs, all together. */
  private static final int FAR_BEHIND = 20;

  private static final StructType RUN =
      new StructType()
          .add("_started_at", DataTypes.TimestampType)
          .add("_run_id", DataTypes.StringType)
          .add("_batch", DataTypes.LongType);

  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private final RunContext context;
  private final Contract contract;
  private final TopicIngest topics;
  private final SilverTable silver;
  private final KnownKeys known;
  private final Map<Arrival, TopicReader> tails = new LinkedHashMap<>();
  private final ExecutorService beside = Executors.newSingleThreadExecutor();
  private final Executor upkeep;
  private Functions functions;
  private Period period;

  /**
   * @param upkeep makes the checkpoints of the tables' logs
   */
  SmallBatches(RunContext context, Contract contract, TopicIngest topics, Executor upkeep) {
    this.context = context;
    this.upkeep = upkeep;
    this.contract = contract;
    this.topics = topics;
    this.silver = new SilverTable(context, contract);
    this.known =
        new KnownKeys(
            contract.key().stream().map(Field::name).toList(),
            contract.ordering().name(),
            contract.partition().map(Field::name),
            context.settings().get(Key.KNOWN_KEYS));
  }

  /** Whether a source's rows can each be judged by themselves, with what is known at the start. */
  static boolean areFor(Contract contract) {
    return !contract.isAvro()
        && contract.fields().stream().allMatch(field -> field.reference().isEmpty());
  }

  /** What a batch has brought. */
  record Done(RunResult ingested, Optional<Refined> refined) {}

  /**
   * A batch that has reached silver.
   *
   * @param accepted as silver holds them, by {@code schema}
   * @param quarantined as quarantine holds them, by {@code brokenSchema}
   * @param until the bronze version that it reaches
   */
  record Refined(
      RowCounts rowCounts,
      long version,
      StructType schema,
      List<InternalRow> accepted,
      StructType brokenSchema,
      List<InternalRow> quarantined,
      long until) {}

  /** The refine run that the batches of a minute belong to. */
  private final class Period {
    private final Run run = context.runs().begin("refine", contract.id());
    private final Instant until = run.startedAt().plus(TopicStream.RECORDED);
    private final LineageRecorder recorder = LineageRecorder.unused();
    private RunResult published = RunResult.NOTHING_NEW;

    void end() {
      if (published != RunResult.NOTHING_NEW) {
        context.lineage().started(recorder);
        record(Run.Outcome.DONE, null);
        context.lineage().completed(recorder);
      }
    }

    void stopped(StoppedException why) {
      context.lineage().started(recorder);
      record(Run.Outcome.STOPPED, why.getMessage());
      context.lineage().failed(recorder, why.getMessage());
    }

    private void record(Run.Outcome outcome, String message) {
      context.runs().end(run, outcome, published.rowCounts(), published.version(), message);
    }
  }

  /** What is compiled for the tables as they are. */
  private final class Functions {
    private final Map<Arrival, CompiledRows> bronze = new LinkedHashMap<>();
    private final Map<Arrival, CompiledRows> judged = new LinkedHashMap<>();
    private CompiledRows valid;
    private CompiledRows broken;
    private final List<StructType> schemas;
    private final TableTransaction.RowWriter bronzeWriter = new TableTransaction.RowWriter();
    private final TableTransaction.RowWriter silverWriter = new TableTransaction.RowWriter();
    private final TableTransaction.RowWriter quarantineWriter = new TableTransaction.RowWriter();
    private final int reasons;
    private final int hash;
    private final int ordering;
    private final int file;
    private final int position;
    private final Optional<Integer> day;
    private final UnsafeProjection key;
    private final Comparator<Object> newer;
    private final DataType orderingType;

    Functions(
        TableTransaction bronzeStage,
        TableTransaction silverStage,
        TableTransaction quarantineStage) {
      this.schemas = schemas(bronzeStage, silverStage, quarantineStage);
      TopicIntake intake = topics.intake();
      for (Arrival arrival : contract.topics()) {
        bronze.put(
            arrival,
            compiled(
                TopicIntake.RECORDS,
                records ->
                    TableTransaction.ordered(intake.bronze(records, arrival), schemas.get(0))));
        judged.put(
            arrival,
            compiled(
                schemas.get(0),
                rows -> silver.judged(arrival, rows).withColumn("_key", known.hash())));
      }
      StructType columns = judged.values().iterator().next().schema();
      valid = compiled(columns, rows -> TableTransaction.ordered(rows, schemas.get(1)));
      StructType withRun = columns;
      for (var field : RUN.fields()) {
        withRun = withRun.add(field);
      }
      broken =
          compiled(
              withRun,
              rows ->
                  TableTransaction.ordered(
                      Quarantine.rows(
                          rows, contract, col("_started_at"), col("_run_id"), col("_batch")),
                      schemas.get(2)));
      reasons = columns.fieldIndex("_reasons");
      hash = columns.fieldIndex("_key");
      ordering = columns.fieldIndex(contract.ordering().name());
      orderingType = columns.apply(ordering).dataType();
      file = columns.fieldIndex("_file");
      position = columns.fieldIndex("_position");
      day = contract.partition().map(field -> columns.fieldIndex(field.name()));
      List<Expression> keys = new ArrayList<>();
      for (Field field : contract.key()) {
        int at = columns.fieldIndex(field.name());
        keys.add(new BoundReference(at, columns.apply(at).dataType(), true));
      }
      key = UnsafeProjection.create(asScalaBuffer(keys).toSeq());
      newer = TypeUtils.getInterpretedOrdering(orderingType);
    }

    private CompiledRows compiled(
        StructType input, java.util.function.UnaryOperator<Dataset<Row>> function) {
      return CompiledRows.of(context.spark(), input, function)
          .orElseThrow(() -> new IllegalStateException(contract.id() + ": more than one pass"));
    }
  }

  private static List<StructType> schemas(
      TableTransaction bronze, TableTransaction silver, TableTransaction quarantine) {
    return List.of(bronze.schema(), silver.schema(), quarantine.schema());
  }

  /**
   * Carries what is waiting to silver.
   *
   * @return empty if this batch is none for this class, and nothing has been done; without refined
   *     rows if only bronze has it
   */
  Optional<Done> carry(Run stream, TopicIngest.Waiting waiting) {
    if (waiting.all() > (long) FAR_BEHIND * context.settings().get(Key.SMALL_BATCH)) {
      return Optional.empty();
    }
    TableTransaction valid = TableTransaction.beginAsKnown(silver.table(), silver.spec());
    TableTransaction broken =
        TableTransaction.beginAsKnown(silver.quarantine(), Quarantine.spec(contract));
    long handled = valid.checkpoint(SilverTable.CHECKPOINT);
    TableTransaction bronze = waiting.bronze();
    if (handled != bronze.version()
        || broken.version() < valid.checkpoint(Refine.QUARANTINE)
        || !bronze.canWriteLocally()
        || !valid.canWriteLocally()) {
      return Optional.empty();
    }
    if (broken.checkpoint(SilverTable.CHECKPOINT) > handled) {
      return Optional.empty();
    }
    for (TableTransaction transaction : List.of(bronze, valid, broken)) {
      transaction.checkpointsBy(upkeep);
    }
    if (functions == null || !functions.schemas.equals(schemas(bronze, valid, broken))) {
      functions = new Functions(bronze, valid, broken);
    }
    if (period == null || !Instant.now().isBefore(period.until)) {
      record();
      period = new Period();
    }
    Map<Arrival, List<InternalRow>> rows = read(waiting, stream);
    List<InternalRow> all = new ArrayList<>();
    rows.values().forEach(all::addAll);
    CompletableFuture<RunResult> ingesting =
        CompletableFuture.supplyAsync(
            () -> {
              bronze.append(functions.bronzeWriter, all);
              return topics.publish(stream, waiting, all.size());
            },
            beside);
    Resolved resolved;
    try {
      resolved = resolve(rows, valid, broken, handled + 1);
    } catch (Exception e) {
      ingesting.exceptionally(failure -> null).join();
      throw e;
    }
    RunResult ingested;
    try {
      ingested = ingesting.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
    if (resolved == null) {
      LOG.info("{}: this batch takes jobs", contract.id());
    }
    if (resolved == null || ingested.version() != handled + 1) {
      return Optional.of(new Done(ingested, Optional.empty()));
    }
    return Optional.of(
        new Done(ingested, Optional.of(publish(resolved, valid, broken, handled, handled + 1))));
  }

  // ---- records to bronze rows ----

  private Map<Arrival, List<InternalRow>> read(TopicIngest.Waiting waiting, Run stream) {
    Map<Arrival, List<InternalRow>> rows = new LinkedHashMap<>();
    UTF8String run = UTF8String.fromString(stream.id());
    waiting
        .ranges()
        .forEach(
            (arrival, behind) -> {
              Topic topic = waiting.topics().get(arrival);
              SortedMap<Integer, Long> from = new TreeMap<>();
              SortedMap<Integer, Long> until = new TreeMap<>();
              topic
                  .partitions()
                  .forEach(
                      (partition, held) -> {
                        from.put(partition, held.end());
                        until.put(partition, held.end());
                      });
              double share =
                  Math.min(1, (double) context.settings().get(Key.SMALL_BATCH) / waiting.all());
              behind.forEach(
                  range -> {
                    from.put(range.partition(), range.from());
                    until.put(range.partition(), TopicIngest.share(range, share).until());
                  });
              TopicReader.Batch batch =
                  tails
                      .computeIfAbsent(
                          arrival,
                          key ->
                              new TopicReader(
                                  Brokers.of(context.settings()),
                                  key.topic().name(),
                                  context.settings().get(Key.SMALL_BATCH)))
                      .read(from, until);
              long now = micros(Instant.now());
              List<InternalRow> records = new ArrayList<>(batch.records().size());
              for (TopicReader.Sent sent : batch.records()) {
                records.add(
                    new GenericInternalRow(
                        new Object[] {
                          sent.key(),
                          sent.value(),
                          sent.partition(),
                          sent.offset(),
                          sent.timestamp() * 1000,
                          headers(sent.headers()),
                          now,
                          run,
                          waiting.ingested() + 1
                        }));
              }
              rows.put(arrival, functions.bronze.get(arrival).apply(records));
              List<TopicIntake.Range> taken = new ArrayList<>();
              batch
                  .reached()
                  .forEach(
                      (partition, reached) -> {
                        if (reached > from.get(partition)) {
                          taken.add(new TopicIntake.Range(partition, from.get(partition), reached));
                        }
                      });
              topics.reaches(waiting.bronze(), topic, behind, taken);
            });
    return rows;
  }

  private static ArrayData headers(List<Map.Entry<String, byte[]>> headers) {
    return headers.isEmpty()
        ? null
        : new GenericArrayData(
            headers.stream()
                .map(
                    header ->
                        (Object)
                            new GenericInternalRow(
                                new Object[] {
                                  UTF8String.fromString(header.getKey()), header.getValue()
                                }))
                .toArray());
  }

  private static long micros(Instant at) {
    return Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000), at.getNano() / 1000);
  }

  // ---- bronze rows to silver and quarantine ----

  /** A valid row. */
  private record Valid(InternalRow row, Object day, long hash, UnsafeRow key, Object ordering) {}

  private record Resolved(
      RowCounts rowCounts,
      SilverTable.Tally tally,
      List<CheckResult> checkResults,
      List<Valid> accepted,
      List<InternalRow> rows,
      List<InternalRow> broken) {}

  /** Judges and writes; null if that is not for this class to decide. */
  private Resolved resolve(
      Map<Arrival, List<InternalRow>> rows,
      TableTransaction silverStage,
      TableTransaction quarantine,
      long batch) {
    List<InternalRow> broken = new ArrayList<>();
    List<Valid> valid = new ArrayList<>();
    SortedMap<String, Long> reasons = new TreeMap<>();
    Set<Object> days = new HashSet<>();
    rows.forEach(
        (arrival, some) -> {
          for (InternalRow row : functions.judged.get(arrival).apply(some)) {
            if (row.isNullAt(functions.reasons)) {
              Object day =
                  functions
                      .day
                      .map(at -> row.isNullAt(at) ? null : (Object) day(row, at))
                      .orElse(null);
              days.add(day);
              valid.add(
                  new Valid(
                      row,
                      day,
                      row.getLong(functions.hash),
                      functions.key.apply(row).copy(),
                      row.get(functions.ordering, functions.orderingType)));
            } else {
              broken.add(row);
              ArrayData why = row.getArray(functions.reasons);
              for (int i = 0; i < why.numElements(); i++) {
                InternalRow reason = why.getStruct(i, 3);
                reasons.merge(
                    reason.getUTF8String(0) + "/" + reason.getUTF8String(1), 1L, Long::sum);
              }
            }
          }
        });
    if (valid.stream().anyMatch(one -> one.ordering == null)
        || (functions.day.isPresent() && days.contains(null))
        || !known.knows(silver.table(), silverStage, days)) {
      return null;
    }
    // A change of the table by others is a conflict: what is known would not be all.
    silverStage.readsAll();
    List<Valid> accepted = new ArrayList<>();
    long duplicate = 0;
    long superseded = 0;
    Map<UnsafeRow, List<Valid>> byKey = new LinkedHashMap<>();
    valid.forEach(one -> byKey.computeIfAbsent(one.key, key -> new ArrayList<>(1)).add(one));
    for (List<Valid> versions : byKey.values()) {
      if (versions.size() > 1) {
        versions.sort(this::firstOf);
      }
      Valid first = versions.get(0);
      Object kept = first.ordering;
      boolean isNew = true;
      if (known.mayHold(first.day, first.hash)) {
        Optional<Object> present = known.newest(first.key);
        if (present.isEmpty() || functions.newer.compare(first.ordering, present.get()) > 0) {
          return null;
        }
        kept = present.get();
        isNew = false;
      }
      if (isNew) {
        accepted.add(first);
      }
      for (Valid version : versions.subList(isNew ? 1 : 0, versions.size())) {
        if (functions.newer.compare(version.ordering, kept) == 0) {
          duplicate++;
        } else {
          superseded++;
        }
      }
    }
    long read = valid.size() + broken.size();
    SilverTable.Tally tally =
        new SilverTable.Tally(
            read,
            broken.size(),
            reasons,
            days.stream().filter(Date.class::isInstance).map(Date.class::cast).sorted().toList());
    RowCounts rowCounts =
        new RowCounts(read, accepted.size(), broken.size(), duplicate, superseded);
    List<InternalRow> quarantined = List.of();
    if (!broken.isEmpty()) {
      InternalRow run =
          new GenericInternalRow(
              new Object[] {
                micros(period.run.startedAt()), UTF8String.fromString(period.run.id()), batch
              });
      List<InternalRow> whole = new ArrayList<>();
      broken.forEach(row -> whole.add(new JoinedRow(row, run)));
      quarantined = functions.broken.apply(whole);
      quarantine.append(functions.quarantineWriter, quarantined);
    }
    List<InternalRow> written = functions.valid.apply(accepted.stream().map(Valid::row).toList());
    if (!written.isEmpty()) {
      silverStage.append(functions.silverWriter, written);
    }
    return new Resolved(rowCounts, tally, checked(written), accepted, written, quarantined);
  }

  private static Date day(InternalRow row, int at) {
    return Date.valueOf(LocalDate.ofEpochDay(row.getInt(at)));
  }

  /** The version that stays first: the newest, and of equal ones that which stood first. */
  private int firstOf(Valid one, Valid other) {
    int order = functions.newer.compare(other.ordering, one.ordering);
    if (order == 0) {
      order =
          one.row.getUTF8String(functions.file).compareTo(other.row.getUTF8String(functions.file));
    }
    return order != 0
        ? order
        : Long.compare(one.row.getLong(functions.position), other.row.getLong(functions.position));
  }

  /**
   * What the contract's checks say of the rows that would be added; the one thing that takes jobs.
   */
  private List<CheckResult> checked(List<InternalRow> rows) {
    if (contract.checks().isEmpty() || rows.isEmpty()) {
      return List.of();
    }
    CheckRunner judge = new CheckRunner(contract.checks());
    Dataset<Row> local =
        context
            .spark()
            .internalCreateDataFrame(
                JavaSparkContext.fromSparkContext(context.spark().sparkContext())
                    .parallelize(rows, 1)
                    .rdd(),
                functions.valid.schema(),
                false);
    judge.observe(local).write().format("noop").mode(SaveMode.Overwrite).save();
    return judge.judge(() -> local);
  }

  private Refined publish(
      Resolved resolved,
      TableTransaction valid,
      TableTransaction broken,
      long handled,
      long until) {
    RowCounts rowCounts = resolved.rowCounts;
    List<CheckResult> checkResults = new ArrayList<>(silver.builtIn(rowCounts, resolved.tally));
    checkResults.addAll(resolved.checkResults);
    try {
      RunRecorder.requirePassed(
          context,
          period.run,
          period.recorder,
          silver.table().name(),
          checkResults,
          "Look at what arrived (sluice sql), fix the source or its contract, then run refine again.");
    } catch (StoppedException e) {
      period.stopped(e);
      period = null;
      throw e;
    }
    period.recorder.reads(silver.bronze().path(), Bronze.schema(), until);
    String json = rowCounts.json(period.run, handled, until);
    if (!broken.isEmpty()) {
      long version =
          broken.checkpoint(SilverTable.CHECKPOINT, until).publish(SaveMode.Append, json);
      valid.checkpoint(Refine.QUARANTINE, version);
    }
    valid.checkpoint(SilverTable.CHECKPOINT, until);
    long version = silver.publish(valid, SaveMode.Append, rowCounts, json, period.recorder);
    for (Valid one : resolved.accepted) {
      known.add(one.day, one.hash, one.key, one.ordering);
    }
    known.reached(version);
    period.published = period.published.then(new RunResult(rowCounts, version));
    return new Refined(
        rowCounts,
        version,
        functions.valid.schema(),
        resolved.rows,
        functions.broken.schema(),
        resolved.broken,
        until);
  }

  /** Ends the minute's run. */
  private void record() {
    if (period != null) {
      period.end();
      period = null;
    }
  }

  @Override
  public void close() {
    beside.shutdown();
    tails.values().forEach(TopicReader::close);
    record();
  }
}
