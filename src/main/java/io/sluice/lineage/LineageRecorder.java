package io.sluice.lineage;

import io.sluice.engine.ColumnOrigin;
import io.sluice.quality.CheckResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.StructType;

/**
 * What one run read and wrote, noted as it goes, so that its lineage is known even when it fails.
 */
public final class LineageRecorder {
  private final String runId;
  private final String job;
  private final Instant startedAt;

  /**
   * @param runId the run's UUID
   * @param job the name of the job that it is a run of
   */
  public LineageRecorder(String runId, String job, Instant startedAt) {
    this.runId = runId;
    this.job = job;
    this.startedAt = startedAt;
  }

  /** For work that is no run, such as a dry one: what it notes is told to nobody. */
  public static LineageRecorder unused() {
    return new LineageRecorder("", "", Instant.EPOCH);
  }

  /**
   * A table or folder that was read.
   *
   * @param version the table version read up to; null for a folder
   */
  record Input(String location, StructType schema, Long version) {}

  /** A table that was written, with the origins of its columns. */
  record Output(
      String location,
      String description,
      StructType schema,
      long version,
      long rows,
      List<ColumnOrigin> origins) {}

  private final Map<String, Input> inputs = new LinkedHashMap<>();
  private final Map<String, Output> outputs = new LinkedHashMap<>();
  private final List<CheckResult> checkResults = new ArrayList<>();

  /** Notes that a table or folder is read. */
  public void reads(String location, StructType schema, Long version) {
    inputs.put(location, new Input(location, schema, version));
  }

  /** Notes what the checks said of the rows read. */
  public void judged(List<CheckResult> said) {
    checkResults.addAll(said);
  }

  /** Notes that a table has been written and published. */
  public void wrote(
      String location,
      String description,
      StructType schema,
      long version,
      long rows,
      List<ColumnOrigin> origins) {
    outputs.put(location, new Output(location, description, schema, version, rows, origins));
  }

  List<Input> inputs() {
    return List.copyOf(inputs.values());
  }

  List<Output> outputs() {
    return List.copyOf(outputs.values());
  }

  List<CheckResult> checkResults() {
    return List.copyOf(checkResults);
  }

  String runId() {
    return runId;
  }

  String job() {
    return job;
  }

  Instant startedAt() {
    return startedAt;
  }
}
