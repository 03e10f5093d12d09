package io.sluice.refine;

import io.sluice.contract.Contract;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.Reshaping;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.StructType;

/**
 * Reads all of a source's bronze rows again and brings its silver table, the deletions and the
 * history beside it, to the columns of today's contract: retyped, renamed, dropped ones too.
 *
 * <p>Guarantee: as {@link Rebuild} has it; the values are what the contract makes of bronze, never
 * of silver. Of the deletions, which bronze alone does not give, keys are carried over; a key that
 * they cannot be carried into is refused. Cost: bronze once, silver once to compare, and all of
 * silver written.
 */
public final class Migrate {
  private final RunContext context;
  private final Contract contract;
  private final SilverTable silver;
  private final double mayLeave;

  private Migrate(RunContext context, Contract contract, double mayLeave) {
    this.context = context;
    this.contract = contract;
    this.silver = new SilverTable(context, contract);
    this.mayLeave = mayLeave;
  }

  /**
   * The migration of a source.
   *
   * @param mayLeave the share of silver's rows that may leave it for quarantine, from 0 to 1
   * @throws ValidationErrors.ValidationException if there is no table, or the change asks for a new
   *     major version of the contract, or for a source of its own
   */
  public static Migrate of(RunContext context, String source, double mayLeave) {
    Migrate migrate = new Migrate(context, context.contracts().get(source), mayLeave);
    ValidationErrors errors = new ValidationErrors();
    if (!migrate.silver.table().exists()) {
      errors.add(
          "--source " + source, migrate.silver.table().name() + " does not exist; refine it first");
      throw errors.exception();
    }
    migrate.requireNewVersion(errors);
    migrate.requireCarriedDeletions(errors);
    errors.throwIfAny();
    return migrate;
  }

  private static StructType columns(LakeTable table) {
    return table.read().schema();
  }

  /** Columns of other names are for a new major version: older drivers are told by it. */
  private void requireNewVersion(ValidationErrors errors) {
    List<String> breaking = new ArrayList<>();
    ColumnMapping mapping = ColumnMapping.of(columns(silver.table()), silver.spec());
    for (String name : silver.schema().fieldNames()) {
      mapping
          .counterparts()
          .of(name)
          .filter(there -> !there.name().equals(name) || mapping.change(name).breaksReaders())
          .ifPresent(there -> breaking.add(name));
    }
    if (!breaking.isEmpty() && !Reshaping.isOfOtherMajor(silver.table(), silver.spec())) {
      errors.add(
          contract.id() + ".yaml: version",
          "is "
              + contract.version()
              + ", and the change of "
              + String.join(", ", breaking)
              + " breaks readers: raise its first number");
    }
  }

  private boolean hasDeletions() {
    return contract.changes().remembersDeleted() && silver.deletions().exists();
  }

  private void requireCarriedDeletions(ValidationErrors errors) {
    if (!hasDeletions()) {
      return;
    }
    ColumnMapping mapping = ColumnMapping.of(columns(silver.deletions()), silver.deletionsSpec());
    Stream.concat(contract.keyColumns().stream(), Stream.of(contract.ordering()))
        .filter(name -> !mapping.has(List.of(name)) || !mapping.change(name).isLossless())
        .forEach(
            name ->
                errors.add(
                    contract.id() + ".yaml: " + name,
                    "the deleted rows remembered in "
                        + silver.deletions().name()
                        + " have no such key or version; give the source as it is now an id of its"
                        + " own"));
  }

  /** What a run would change, read and touch; builds nothing. */
  public String plan() {
    long version = silver.table().checkpoint(Checkpoint.REFINED);
    LakeTable.Size bronze = silver.bronze().size(version);
    LakeTable.Size live = silver.table().size(silver.table().version());
    List<String> differences = Reshaping.differences(silver.table(), silver.spec());
    return silver.table().name()
        + (differences.isEmpty()
            ? " has the columns of today's contract; its rows are made anew and compared."
            : ":\n  " + String.join("\n  ", differences))
        + String.format(
            Locale.ROOT,
            "%nReads bronze up to version %d once: %,d files, %,d bytes.%n"
                + "The live table, compared with what is made: %,d files, %,d bytes.",
            version,
            bronze.files(),
            bronze.bytes(),
            live.files(),
            live.bytes());
  }

  /** Builds, compares and swaps; then marks what quarantine held and is valid now. */
  public RunResult run() {
    RunResult published = context.run("migrate", contract.id(), this::publish);
    new Replay(context, contract.id(), Replay.Selection.of(Extent.all(contract).rows())).run();
    return published;
  }

  private RunResult publish(Run run, LineageRecorder recorder) {
    // First: while its key is another, refine finds silver's to be another too, and waits.
    bringDeletions();
    return new Rebuild(context, silver, Extent.all(contract), mayLeave).publish(run, recorder);
  }

  private void bringDeletions() {
    if (!hasDeletions()) {
      return;
    }
    TableSpec spec = silver.deletionsSpec();
    TableTransaction table = Reshaping.begin(silver.deletions(), spec);
    if (Reshaping.isReshaping(table, spec)) {
      ColumnMapping mapping = ColumnMapping.of(columns(silver.deletions()), spec);
      TableTransaction.Files live = table.files();
      if (!live.isEmpty()) {
        table.append(mapping.carried(live.rows())).remove(live);
      }
      table.publish(SaveMode.Overwrite, "{}");
    }
  }
}
