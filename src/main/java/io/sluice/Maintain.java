package io.sluice;

import io.sluice.contract.Contract;
import io.sluice.ops.Account;
import io.sluice.settings.Faults;
import io.sluice.settings.Key;
import io.sluice.table.Lake;
import io.sluice.table.Table;
import io.sluice.table.Upkeep;
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
 * reader or a run as long as the longest allowed finds its files, and so does a program that has
 * not yet handled what a table was given. Programs may write meanwhile.
 */
final class Maintain {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private final Workplace place;
  private final Instant now;

  /**
   * @param now the time that ages are counted from
   */
  Maintain(Workplace place, Instant now) {
    this.place = place;
    this.now = now;
  }

  /** The tables named, or all there are. */
  List<Table> tables(List<String> names) {
    if (names.isEmpty()) {
      return all();
    }
    Faults faults = new Faults();
    List<Table> chosen = new ArrayList<>();
    for (String name : names) {
      place
          .lake()
          .find(name)
          .ifPresentOrElse(
              chosen::add,
              () ->
                  faults.add(
                      "--table " + name,
                      "no such table; there are " + all().stream().map(Table::name).toList()));
    }
    faults.throwIfAny();
    return chosen;
  }

  private List<Table> all() {
    return Lake.LAYERS.stream()
        .flatMap(
            layer ->
                place.lake().tables(layer).stream().map(name -> place.lake().table(layer, name)))
        .toList();
  }

  /** Says what a run would do to a table. */
  String rehearse(Table table, Duration retention) {
    Upkeep upkeep = upkeep(table);
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
  void run(Table table, Duration retention) {
    Duration kept = retention(table, retention);
    place.run(
        "maintain",
        table.name(),
        (run, trace) -> {
          Upkeep upkeep = upkeep(table);
          long before = table.version();
          Upkeep.Compaction compaction =
              upkeep.compactable() > 0 ? upkeep.compact() : new Upkeep.Compaction(0, 0);
          upkeep.vacuum(kept);
          LOG.info(
              "maintain {}: {} files became {}; files older than {} hours deleted",
              table.name(),
              compaction.removed(),
              compaction.added(),
              kept.toHours());
          long after = table.version();
          return after == before
              ? Workplace.Published.NOTHING_NEW
              : new Workplace.Published(Account.EMPTY, after);
        });
  }

  private Upkeep upkeep(Table table) {
    return new Upkeep(table, place.settings().get(Key.SMALL_FILE));
  }

  /**
   * How long files are kept.
   *
   * @throws Faults.FaultyException if less is asked for than is promised
   */
  private Duration retention(Table table, Duration asked) {
    Map<String, Duration> promises = promises(table);
    Duration longest = promises.values().stream().max(Duration::compareTo).orElseThrow();
    if (asked == null) {
      return longest;
    }
    Faults faults = new Faults();
    promises.forEach(
        (promise, duration) -> {
          if (asked.compareTo(duration) < 0) {
            faults.add(
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
    faults.throwIfAny();
    return asked;
  }

  private Map<String, Duration> promises(Table table) {
    Map<String, Duration> promises = new TreeMap<>();
    promises.put(Key.TIME_TRAVEL.name(), Duration.ofHours(place.settings().get(Key.TIME_TRAVEL)));
    promises.put(
        Key.LONGEST_READER.name(), Duration.ofHours(place.settings().get(Key.LONGEST_READER)));
    for (Contract contract : place.contracts().inOrder()) {
      if (place.lake().bronze(contract.id()).name().equals(table.name())) {
        Table silver = place.lake().silver(contract.id());
        lag(table, silver).ifPresent(lag -> promises.put(silver.name(), lag));
      }
    }
    return promises;
  }

  /**
   * How long ago the first version that a reader has not handled was published: compaction may have
   * taken out its files, and the reader still wants them.
   */
  private Optional<Duration> lag(Table read, Table reader) {
    long next = (reader.exists() ? reader.checkpoint(Silver.CHECKPOINT) : -1) + 1;
    return next > read.version()
        ? Optional.empty()
        : Optional.of(Duration.between(read.publishedAt(next), now).plus(Duration.ofHours(1)));
  }
}
