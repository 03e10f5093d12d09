package io.sluice.ingest;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.ColumnOrigin;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.TopicOffsets;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.settings.Printable;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Reads what has arrived of a source since the last run, landed files ({@link FileIngest}) and
 * records on Kafka topics ({@link TopicIngest}), and appends it to bronze, as it stands.
 *
 * <p>A run ingests what is there when it looks; what arrives meanwhile is the next run's. Guarantee
 * and cost: those of the two.
 */
public final class Ingest {
  private final RunContext context;
  private final Contract contract;

  public Ingest(RunContext context, String source) {
    this.context = context;
    this.contract = context.contracts().get(source);
  }

  public RunResult run() {
    return context.run("ingest", contract.id(), this::publish);
  }

  /**
   * What a run would ingest now, for people: files, oldest first, then what partitions hold; files
   * that could not be read before stand behind the others.
   */
  public List<String> waiting() {
    List<String> waiting = new ArrayList<>();
    new FileIngest(context, contract)
        .waiting()
        .forEach(file -> waiting.add(Printable.of(file.path())));
    if (!contract.topics().isEmpty()) {
      try (TopicIngest topics = TopicIngest.open(context, contract)) {
        waiting.addAll(topics.waiting());
      }
    }
    return waiting;
  }

  private RunResult publish(Run run, LineageRecorder recorder) {
    RunResult published = RunResult.NOTHING_NEW;
    if (!contract.folders().isEmpty()) {
      published =
          published.then(
              publish(recorder, new FileIngest(context, contract).commits(run, recorder)));
    }
    if (!contract.topics().isEmpty()) {
      try (TopicIngest topics = TopicIngest.open(context, contract)) {
        Map<Arrival, TopicOffsets> until = topics.look();
        published = published.then(publish(recorder, () -> topics.batch(run, recorder, until)));
      }
    }
    return published;
  }

  /** Makes one commit after the other until there is nothing new. */
  private RunResult publish(LineageRecorder recorder, Supplier<RunResult> commits) {
    RunResult published = RunResult.NOTHING_NEW;
    while (true) {
      RunResult one = commits.get();
      if (one == RunResult.NOTHING_NEW) {
        return published;
      }
      note(recorder, one);
      published = published.then(one);
    }
  }

  private void note(LineageRecorder recorder, RunResult published) {
    List<ColumnOrigin> origins = new ArrayList<>();
    for (Arrival arrival : contract.arrivals()) {
      String location =
          arrival.isTopic()
              ? "kafka://" + Brokers.of(context.settings()).servers() + "/" + arrival.topic().name()
              : LandingFolder.of(context).resolve(arrival.location());
      StructType columns = new StructType();
      for (String column : contract.rawColumns(arrival)) {
        columns = columns.add(column, DataTypes.StringType);
        origins.add(new ColumnOrigin("raw", location, column, "", contract.isProtected()));
      }
      recorder.reads(location, columns, null);
    }
    LakeTable bronze = context.lake().bronze(contract.id());
    TableSpec spec = Bronze.spec(contract);
    recorder.wrote(
        bronze.path(),
        spec.comment(),
        spec.schema(),
        published.version(),
        published.rowCounts().accepted(),
        origins);
  }
}
