package io.sluice.ingest;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.CompiledRows;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.format.RecordFormat;
import io.sluice.ingest.format.RegistryFrame;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.TopicAdmin;
import io.sluice.kafka.TopicOffsets;
import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.Check;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunRecorder;
import io.sluice.run.RunResult;
import io.sluice.settings.Key;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.TableTransaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;

/**
 * Reads the records that have arrived on a source's topics since the last commit and appends them
 * to bronze, as they stand.
 *
 * <p>The offsets reached are checkpoints of the same commit that makes the rows visible, one for
 * each partition: each record is ingested once, whatever dies when, and of two drivers one is
 * fenced. Records that a broker has lost before they were read are a failed check result, never
 * passed over in silence; so is a topic that was deleted and made anew. The schemas that records
 * were written by are kept before the records are: while the registry is down, records of schemas
 * never seen wait on the topic. Cost: a few requests to the brokers, one pass over the new records,
 * one commit.
 */
public final class TopicIngest implements AutoCloseable {
  private final RunContext context;
  private final Contract contract;
  private final TopicAdmin admin;
  private final WriterSchemas schemas;
  private final Map<String, CompiledRows> numbers = new HashMap<>();

  private TopicIngest(RunContext context, Contract contract, TopicAdmin admin) {
    this.context = context;
    this.contract = contract;
    this.schemas = new WriterSchemas(context);
    this.admin = admin;
  }

  /** Opens the clients that a source's topics are read by. */
  public static TopicIngest open(RunContext context, Contract contract) {
    return new TopicIngest(context, contract, TopicAdmin.open(Brokers.of(context.settings())));
  }

  /** What the topics hold now, by arrival. */
  public Map<Arrival, TopicOffsets> look() {
    Map<Arrival, TopicOffsets> topics = new LinkedHashMap<>();
    contract.topics().forEach(one -> topics.put(one, admin.offsets(one.topic().name())));
    return topics;
  }

  /**
   * Holds what the topics held when they were looked at against what the store says that bronze
   * has.
   */
  public TopicBacklog backlog(
      Run run, LineageRecorder recorder, Map<Arrival, TopicOffsets> topics) {
    return backlog(run, recorder, topics, TableTransaction.begin(bronze(), Bronze.spec(contract)));
  }

  /**
   * The same against what this JVM last saw of bronze: no request to the store. If another driver
   * has committed since, the batch finds out when it is published.
   */
  public TopicBacklog backlogAsKnown(
      Run run, LineageRecorder recorder, Map<Arrival, TopicOffsets> topics) {
    return backlog(
        run, recorder, topics, TableTransaction.beginAsKnown(bronze(), Bronze.spec(contract)));
  }

  private LakeTable bronze() {
    return context.lake().bronze(contract.id());
  }

  private TopicBacklog backlog(
      Run run,
      LineageRecorder recorder,
      Map<Arrival, TopicOffsets> topics,
      TableTransaction bronze) {
    long ingested = bronze.checkpoint(Checkpoint.TOPICS_INGESTED);
    List<CheckResult> lost = new ArrayList<>();
    Map<Arrival, List<OffsetRange>> waiting = new LinkedHashMap<>();
    topics.forEach((arrival, topic) -> waiting.put(arrival, ranges(bronze, topic, lost)));
    if (!lost.isEmpty()) {
      RunRecorder.requirePassed(
          context,
          run,
          recorder,
          "bronze." + contract.id(),
          lost,
          "Bring the records back from elsewhere if you can; with kafka.lost-offsets=skip the next run goes on behind"
              + " the gap.");
    }
    return TopicBacklog.of(bronze, ingested, topics, waiting);
  }

  /**
   * Publishes one commit of what the topics held when they were looked at, oldest offsets first.
   *
   * @return nothing new if all of it has been published
   */
  public RunResult batch(Run run, LineageRecorder recorder, Map<Arrival, TopicOffsets> topics) {
    return batch(run, backlog(run, recorder, topics));
  }

  /** Publishes one commit of a backlog, oldest offsets first. */
  private RunResult batch(Run run, TopicBacklog waiting) {
    if (waiting.all() == 0) {
      return RunResult.NOTHING_NEW;
    }
    double share = Math.min(1, (double) context.settings().get(Key.KAFKA_RECORDS) / waiting.all());
    TopicIntake intake = intake();
    return batch(
        run,
        waiting.share(share),
        intake,
        (arrival, taken, batch) ->
            intake.rows(
                context.spark(), arrival, waiting.topics().get(arrival).topicId(), taken, batch));
  }

  /**
   * Publishes one commit of a backlog whose records a stream has brought.
   *
   * @param records as Spark's reader of topics gives them; all of the backlog's are among them
   */
  public RunResult batch(Run run, TopicBacklog waiting, Dataset<Row> records) {
    TopicIntake intake = intake();
    return batch(
        run,
        waiting,
        intake,
        (arrival, taken, batch) -> intake.rows(records, arrival, taken, batch));
  }

  /** Gives the rows of ranges of a topic. */
  private interface Reader {
    Dataset<Row> rows(Arrival arrival, List<OffsetRange> taken, IngestBatch batch);
  }

  private RunResult batch(Run run, TopicBacklog taken, TopicIntake intake, Reader reader) {
    TableTransaction bronze = taken.bronze();
    IngestBatch batch = new IngestBatch(taken.ingested() + 1, run.id());
    taken
        .ranges()
        .forEach(
            (arrival, ranges) -> {
              if (!ranges.isEmpty()) {
                bronze.append(reader.rows(arrival, ranges, batch));
              }
              reaches(bronze, taken.topics().get(arrival), ranges);
            });
    if (contract.needsWriterSchemas()) {
      schemas.learn(intake.schemas());
    }
    return publish(run, taken, bronze.rowsStaged());
  }

  /** What of a backlog is left when commits of some of it stand. */
  public TopicBacklog after(TopicBacklog before) {
    TableTransaction bronze = TableTransaction.beginAsKnown(bronze(), Bronze.spec(contract));
    Map<Arrival, List<OffsetRange>> left = new LinkedHashMap<>();
    before
        .ranges()
        .forEach(
            (arrival, ranges) -> {
              List<OffsetRange> some = new ArrayList<>();
              for (OffsetRange range : ranges) {
                long from =
                    Math.max(
                        range.from(),
                        bronze.checkpoint(
                            Checkpoint.offset(arrival.topic().name(), range.partition())));
                if (from < range.until()) {
                  some.add(new OffsetRange(range.partition(), from, range.until()));
                }
              }
              left.put(arrival, some);
            });
    return TopicBacklog.of(
        bronze, bronze.checkpoint(Checkpoint.TOPICS_INGESTED), before.topics(), left);
  }

  public TopicIntake intake() {
    return new TopicIntake(
        contract, Brokers.of(context.settings()), context.settings().privacyKey(), Instant.now());
  }

  /** Records how far a topic will have been read when a commit stands. */
  public void reaches(TableTransaction bronze, TopicOffsets topic, List<OffsetRange> taken) {
    taken.forEach(
        range ->
            bronze.checkpoint(Checkpoint.offset(topic.name(), range.partition()), range.until()));
    bronze.checkpoint(Checkpoint.making(topic.name()), topic.topicId());
  }

  /**
   * Makes sure that the schemas are kept which some records were written by, before the records
   * are. Nothing if the arrival's format needs none. Cost: a look at each record; requests to the
   * registry and a commit for numbers never seen.
   *
   * @param records in the columns of {@link TopicIntake#RECORDS}
   * @throws io.sluice.kafka.SchemaRegistry.DownException if the registry does not answer, and
   *     records are to wait for it
   */
  public void learn(Arrival arrival, LocalRows records) {
    if (!RecordFormat.of(arrival).needsWriterSchemas()) {
      return;
    }
    CompiledRows ofArrival = numbers.get(arrival.name());
    if (ofArrival == null) {
      ofArrival =
          CompiledRows.of(
                  context.spark(),
                  TopicIntake.RECORDS,
                  rows ->
                      rows.select(
                          RegistryFrame.schemaNumber(col("value")).as("of_value"),
                          TopicIntake.keySchema(arrival).as("of_key")))
              .orElseThrow();
      numbers.put(arrival.name(), ofArrival);
    }
    Set<Integer> written = new TreeSet<>();
    for (LocalRows.LocalRow record : ofArrival.apply(records)) {
      for (int column = 0; column < 2; column++) {
        if (!record.isNull(column)) {
          written.add(record.integer(column));
        }
      }
    }
    schemas.learn(written);
  }

  /** Publishes the rows that have been written. */
  public RunResult publish(Run run, TopicBacklog waiting, long rows) {
    RowCounts rowCounts = new RowCounts(rows, rows, 0, 0, 0);
    long number = waiting.ingested() + 1;
    long version =
        waiting
            .bronze()
            .checkpoint(Checkpoint.TOPICS_INGESTED, number)
            .publish(SaveMode.Append, rowCounts.json(run, waiting.ingested(), number));
    return new RunResult(rowCounts, version);
  }

  /** What a batch would read, a line for each partition. */
  public List<String> waiting() {
    TableTransaction bronze = TableTransaction.begin(bronze(), Bronze.spec(contract));
    List<String> lines = new ArrayList<>();
    List<CheckResult> lost = new ArrayList<>();
    look()
        .values()
        .forEach(
            topic ->
                ranges(bronze, topic, lost)
                    .forEach(
                        range ->
                            lines.add(
                                String.format(
                                    Locale.ROOT,
                                    "%s/%d: offsets %d to %d",
                                    topic.name(),
                                    range.partition(),
                                    range.from(),
                                    range.until() - 1))));
    lost.forEach(result -> lines.add("LOST " + result.message()));
    return lines;
  }

  /**
   * What each partition holds that has not been read; what it has lost goes to the check results.
   */
  private List<OffsetRange> ranges(
      TableTransaction bronze, TopicOffsets topic, List<CheckResult> lost) {
    long known = bronze.checkpoint(Checkpoint.making(topic.name()));
    boolean anew = known >= 0 && known != topic.topicId();
    if (anew) {
      lost.add(
          lost(
              topic.name(),
              null,
              "the topic has been deleted and made anew; records of the old one that were not read are gone"));
    }
    List<OffsetRange> ranges = new ArrayList<>();
    topic
        .partitions()
        .forEach(
            (partition, held) -> {
              long read = anew ? -1 : bronze.checkpoint(Checkpoint.offset(topic.name(), partition));
              // A partition that was never read begins where the broker's memory does.
              long from = read < 0 ? held.first() : read;
              String name = topic.name() + "/" + partition;
              if (from < held.first()) {
                lost.add(
                    lost(
                        name,
                        held.first() - from,
                        "offsets "
                            + from
                            + " to "
                            + (held.first() - 1)
                            + " are gone from the broker before they were read"));
                from = held.first();
              }
              if (from > held.end()) {
                lost.add(
                    lost(
                        name,
                        from - held.end(),
                        "offsets up to "
                            + (from - 1)
                            + " have been read, and the broker has none from "
                            + held.end()
                            + " on: it has lost some, and may give their numbers to others"));
                from = held.end();
              }
              if (held.end() > from) {
                ranges.add(new OffsetRange(partition, from, held.end()));
              }
            });
    return ranges;
  }

  private CheckResult lost(String where, Number offsets, String how) {
    return new CheckResult(
        "no_offset_lost",
        context.settings().get(Key.KAFKA_LOST).equals("stop")
            ? Check.Severity.ERROR
            : Check.Severity.WARNING,
        "every offset of " + where + " is read once",
        CheckOutcome.FAILED,
        offsets == null ? null : offsets.doubleValue(),
        where + ": " + how);
  }

  @Override
  public void close() {
    admin.close();
  }
}
