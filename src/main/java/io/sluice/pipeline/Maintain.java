package io.sluice.pipeline;

import io.sluice.contract.Contract;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.settings.Key;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Checkpoint;
import io.sluice.table.Lake;
import io.sluice.table.LakeTable;
import io.sluice.table.Maintenance;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes small files together and deletes those that nobody can need any more, table by table.
 *
 * <p>Guarantee: no row changes; every version within the time-travel promise stays readable, a
 * reader or a run as long as the longest allowed finds its files, and so does a command that has
 * not yet handled what a table was given. Commands may write meanwhile.
 */
public final class Maintain {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private final RunContext context;
  private final Instant now;

  /**
   * @param now the time that ages are counted from
   */
  public Maintain(RunContext context, Instant now) {
    this.context = context;
    this.now = now;
  }

  /** The tables named, or all there are. */
  public List<LakeTable> tables(List<String> names) {
    if (names.isEmpty()) {
      return all();
    }
    ValidationErrors errors = new ValidationErrors();
    List<LakeTable> chosen = new ArrayList<>();
    for (String name : names) {
      context
          .lake()
          .find(name)
          .ifPresentOrElse(
              chosen::add,
              () ->
                  errors.add(
                      "--table " + name,
                      "no such table; there are " + all().stream().map(LakeTable::name).toList()));
    }
    errors.throwIfAny();
    return chosen;
  }

  private List<LakeTable> all() {
    return Lake.LAYERS.stream()
        .flatMap(
            layer ->
                context.lake().tables(layer).stream()
                    .map(name -> context.lake().table(layer, name)))
        .toList();
  }

  /** Says what a run would do to a table. */
  public String rehearse(LakeTable table, Duration retention) {
    Maintenance upkeep = upkeep(table);
    Duration kept = retention(table, retention);
    return String.format(
        Locale.ROOT,
        "%s: %,d small files to take together, %,d files older than %d hours to delete",
        table.name(),
        upkeep.compactable(),
        upkeep.deletable(kept),
        kept.toHours());
  }

  /**
   * Maintains one table.
   *
   * @param retention how long files are kept; null for as long as is promised
   */
  public void run(LakeTable table, Duration retention) {
    Duration kept = retention(table, retention);
    context.run(
        "maintain",
        table.name(),
        (run, recorder) -> {
          Maintenance upkeep = upkeep(table);
          long before = table.version();
          Maintenance.Compaction compaction =
              upkeep.compactable() > 0 ? upkeep.compact() : new Maintenance.Compaction(0, 0);
          upkeep.vacuum(kept);
          LOG.info(
              "maintain {}: {} files became {}; files older than {} hours deleted",
              table.name(),
              compaction.removed(),
              compaction.added(),
              kept.toHours());
          long after = table.version();
          return after == before ? RunResult.NOTHING_NEW : new RunResult(RowCounts.EMPTY, after);
        });
  }

  private Maintenance upkeep(LakeTable table) {
    return new Maintenance(table, context.settings().get(Key.SMALL_FILE));
  }

  /**
   * How long files are kept.
   *
   * @throws ValidationErrors.ValidationException if less is asked for than is promised
   */
  private Duration retention(LakeTable table, Duration asked) {
    Map<String, Duration> promises = promises(table);
    Duration longest = promises.values().stream().max(Duration::compareTo).orElseThrow();
    if (asked == null) {
      return longest;
    }
    ValidationErrors errors = new ValidationErrors();
    promises.forEach(
        (promise, duration) -> {
          if (asked.compareTo(duration) < 0) {
            errors.add(
                "--retain",
                String.format(
                    Locale.ROOT,
                    "%d hours are less than %s needs for %s: %d hours",
                    asked.toHours(),
                    promise,
                    table.name(),
                    // Whole hours that are enough.
                    duration.plusMinutes(59).toHours()));
          }
        });
    errors.throwIfAny();
    return asked;
  }

  private Map<String, Duration> promises(LakeTable table) {
    Map<String, Duration> promises = new TreeMap<>();
    promises.put(Key.TIME_TRAVEL.name(), Duration.ofHours(context.settings().get(Key.TIME_TRAVEL)));
    promises.put(
        Key.LONGEST_READER.name(), Duration.ofHours(context.settings().get(Key.LONGEST_READER)));
    for (Contract contract : context.contracts().inOrder()) {
      if (context.lake().bronze(contract.id()).name().equals(table.name())) {
        LakeTable silver = context.lake().silver(contract.id());
        lag(table, silver).ifPresent(lag -> promises.put(silver.name(), lag));
      }
    }
    return promises;
  }

  /**
   * How long ago the first version that a reader has not handled was published: compaction may have
   * taken out its files, and the reader still wants them.
   */
  private Optional<Duration> lag(LakeTable read, LakeTable reader) {
    long next = (reader.exists() ? reader.checkpoint(Checkpoint.REFINED) : -1) + 1;
    return next > read.version()
        ? Optional.empty()
        : Optional.of(Duration.between(read.publishedAt(next), now).plus(Duration.ofHours(1)));
  }
}
