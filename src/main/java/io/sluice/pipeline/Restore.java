package io.sluice.pipeline;

import io.sluice.mart.Mart;
import io.sluice.mart.Marts;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Changes;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Brings a table back to an earlier version, together with how far its commands had got: what came
 * later is handled again by their next run, under the contract of that day.
 *
 * <p>One commit, which adds files of that version and takes others away; the log keeps the versions
 * between, so a restore can be undone by another. What reads the table sees the change in its log:
 * marts build the periods that changed again. Of bronze, what has come after the version and is not
 * refined yet is withdrawn for good; what silver has already stays there. Cost: no data is read or
 * written.
 */
public final class Restore {
  private final RunContext context;
  private final LakeTable table;
  private final long version;

  /**
   * @param name layer and table
   * @param version the version, or null if the time tells it
   * @param time a time at which the version was the newest, or null
   */
  public Restore(RunContext context, String name, Long version, Instant time) {
    this.context = context;
    ValidationErrors errors = new ValidationErrors();
    this.table = context.lake().find(name).orElse(null);
    if (table == null) {
      errors.add("--table " + name, "no such table; name a layer and a table, as silver.calls");
      throw errors.exception();
    }
    if ((version == null) == (time == null)) {
      errors.add("--version, --time", "one of them has to be given");
      throw errors.exception();
    }
    long wanted = -1;
    try {
      wanted = version == null ? table.versionAt(time) : version;
    } catch (IllegalArgumentException e) {
      errors.add("--time " + time, e.getMessage().strip().replaceAll("\\s+", " "));
    }
    if (version != null && (version < 0 || version >= table.version())) {
      errors.add(
          "--version " + version,
          table.name() + " is at version " + table.version() + "; name an earlier one");
    }
    errors.throwIfAny();
    this.version = wanted;
  }

  /** What a run would change, and who reads the table. */
  public String plan() {
    Changes changes = table.backTo(version);
    return String.format(
            Locale.ROOT,
            "%s from version %d back to version %d: %,d rows in %,d files leave, %,d rows in %,d files come back.%n"
                + "What came after it is handled again by the next run. Read by: %s.",
            table.name(),
            table.version(),
            version,
            changes.rowsRemoved(),
            changes.filesRemoved(),
            changes.rowsAdded(),
            changes.filesAdded(),
            readers().isEmpty() ? "no table" : String.join(", ", readers()))
        + kept();
  }

  /** What a restore of bronze does not take out: the rows that silver has already. */
  private String kept() {
    String[] parts = table.name().split("\\.", 2);
    LakeTable silver = context.lake().silver(parts[1]);
    if (!parts[0].equals("bronze") || !silver.exists()) {
      return "";
    }
    long handled = silver.checkpoint(Checkpoint.REFINED);
    if (handled <= version) {
      return String.format(
          Locale.ROOT,
          "%n%s has refined nothing that leaves: what leaves never comes into it.",
          silver.name());
    }
    OptionalLong before = silver.versionAt(Checkpoint.REFINED, version);
    return String.format(
        Locale.ROOT,
        "%n%s has refined %s up to version %d: rows that leave stay in it until it is brought back"
            + " as well: %s.",
        silver.name(),
        table.name(),
        handled,
        before.isPresent()
            ? "sluice restore --table " + silver.name() + " --version " + before.getAsLong()
            : "no version of it is that old, so its days must be taken out or made anew by hand");
  }

  public RunResult run() {
    return context.run(
        "restore",
        table.name(),
        (run, recorder) -> {
          Changes changes = table.backTo(version);
          if (changes.isEmpty()) {
            return RunResult.NOTHING_NEW;
          }
          long before = table.version();
          recorder.reads(table.path(), table.read(version).schema(), version);
          long restored = table.restore(version);
          recorder.wrote(
              table.path(),
              "Restored from version " + before + " to version " + version + ".",
              table.read().schema(),
              restored,
              changes.rowsAdded(),
              List.of());
          return new RunResult(RowCounts.EMPTY, restored);
        });
  }

  /** The tables that are made from this one. */
  private List<String> readers() {
    String[] parts = table.name().split("\\.", 2);
    return switch (parts[0]) {
      case "bronze" -> List.of("silver." + parts[1], "quarantine." + parts[1]);
      case "silver" ->
          Stream.concat(
                  Marts.of(context.contracts()).stream()
                      .filter(mart -> mart.reads().contains(parts[1]))
                      .map(Mart::name)
                      .map(name -> "gold." + name),
                  context.contracts().inOrder().stream()
                      .filter(contract -> contract.parents().contains(parts[1]))
                      .map(contract -> "silver." + contract.id()))
              .toList();
      default -> List.of();
    };
  }
}
