package io.sluice.refine;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.sluice.contract.Contract;
import io.sluice.ingest.Bronze;
import io.sluice.run.Run;
import io.sluice.table.TableSpec;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** What a quarantine table holds: rows that broke a rule, whole, with every reason. */
public final class Quarantine {
  /** The outcome of a row that is still in quarantine. */
  public static final String OPEN = "quarantined";

  /** The column that says for which other sources alone a row is here. */
  static final String WAITS_FOR = "waits_for";

  private static final StructType SCHEMA =
      new StructType()
          .add("raw", DataTypes.BinaryType, true, "The record as bronze holds it.")
          .add("reasons", Findings.REASONS, true, "Every rule it breaks, when judged last.")
          .add("arrival", DataTypes.StringType, true, "The arrival it came by.")
          .add("file", DataTypes.StringType, true, "The file it stood in.")
          .add("position", DataTypes.LongType, true, "Where it begins in the file.")
          .add("header", DataTypes.StringType, true, "The header line of a CSV file.")
          .add("arrived_at", DataTypes.TimestampType, true, "When the file arrived.")
          .add("contract_version", DataTypes.StringType, true, "The contract that judged it last.")
          .add("attempt", DataTypes.IntegerType, true, "How often it has been judged.")
          .add("quarantined_at", DataTypes.TimestampType, true, "When the run began.")
          .add("run_id", DataTypes.StringType, true, "The run that judged it last.")
          .add("batch", DataTypes.LongType, true, "The bronze version its batch reached.")
          .add(
              "outcome",
              DataTypes.StringType,
              true,
              "quarantined; or what became of it when it was judged again: accepted, duplicate or superseded.")
          .add("problem", DataTypes.StringType, true, "Why it could not be read whole, if so.")
          .add(
              WAITS_FOR,
              DataTypes.StringType,
              true,
              "The sources that lack what it refers to, if it breaks no other rule: it comes in once they have it.");

  private Quarantine() {}

  /** Whether rows of quarantine have the column; tables made before it lack it until written to. */
  static boolean tellsWaiting(Dataset<Row> quarantined) {
    return List.of(quarantined.columns()).contains(WAITS_FOR);
  }

  /** How a quarantine table is declared. */
  public static TableSpec spec(Contract contract) {
    TableSpec spec =
        new TableSpec(
            "Rows of " + contract.id() + " that broke a rule, whole, with every reason.",
            contract.changes().isReplace()
                ? SCHEMA.add(
                    Bronze.DELIVERY, DataTypes.StringType, true, "The delivery it is part of.")
                : SCHEMA,
            List.of(),
            List.of("batch", "quarantined_at", WAITS_FOR));
    return contract.topics().isEmpty() ? spec : spec.oftenCommitted();
  }

  /**
   * Those of some judged rows that broke a rule, as quarantine holds them.
   *
   * @param judged as {@link Refiner#apply} gives them
   * @param batch the bronze version that their batch reaches
   */
  public static Dataset<Row> rows(Dataset<Row> judged, Contract contract, Run run, long batch) {
    return rows(judged, contract, lit(Timestamp.from(run.startedAt())), lit(run.id()), lit(batch));
  }

  /** The same, by columns that say when the run began, its id, and the batch. */
  public static Dataset<Row> rows(
      Dataset<Row> judged, Contract contract, Column startedAt, Column runId, Column batch) {
    List<Column> columns = new ArrayList<>();
    columns.add(col("_raw").as("raw"));
    columns.add(col("_reasons").as("reasons"));
    columns.add(col("_arrival").as("arrival"));
    columns.add(col("_file").as("file"));
    columns.add(col("_position").as("position"));
    columns.add(col("_header").as("header"));
    columns.add(col("_arrived_at").as("arrived_at"));
    columns.add(lit(contract.version()).as("contract_version"));
    columns.add(lit(1).as("attempt"));
    columns.add(startedAt.as("quarantined_at"));
    columns.add(runId.as("run_id"));
    columns.add(batch.as("batch"));
    columns.add(lit(OPEN).as("outcome"));
    columns.add(col("_unread").as("problem"));
    columns.add(col(References.WAITS_FOR).as(WAITS_FOR));
    if (contract.changes().isReplace()) {
      columns.add(col(Refiner.DELIVERY).as(Bronze.DELIVERY));
    }
    return judged.where(col("_reasons").isNotNull()).select(columns.toArray(Column[]::new));
  }
}
