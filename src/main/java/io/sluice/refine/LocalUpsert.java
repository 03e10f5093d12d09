package io.sluice.refine;

import io.sluice.engine.KeyedRow;
import io.sluice.engine.LocalRows;
import io.sluice.table.HeldRows;
import io.sluice.table.KnownKeys;
import io.sluice.table.LakeTable;
import io.sluice.table.TableTransaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings rows at hand into silver by key as {@link Upsert} does, in this JVM: of each key the
 * version that {@link KeyResolver} accepts.
 *
 * <p>Keys that may be held and are not among the newest are looked up in silver's files ({@link
 * HeldRows}); the file of a row that is replaced is rewritten without it. Cost: nothing but memory
 * for keys that are certainly new or among the newest; else the look-up, and the rewrite.
 */
final class LocalUpsert {
  private final LakeTable silver;
  private final KnownKeys known;
  private final HeldRows held;

  LocalUpsert(LakeTable silver, KnownKeys known) {
    this.silver = silver;
    this.known = known;
    this.held = new HeldRows(silver, known);
  }

  /**
   * What becomes of rows.
   *
   * @param replaced where silver holds the versions that are replaced, by key
   */
  record Outcome(
      List<KeyedRow> accepted,
      Map<Object, HeldRows.Place> replaced,
      long duplicate,
      long superseded,
      long conflict) {

    /** Of rows that have no versions: each is accepted. */
    static Outcome all(List<KeyedRow> rows) {
      return new Outcome(rows, Map.of(), 0, 0, 0);
    }

    private static Outcome of(
        Collection<KeyResolver.Resolution> resolutions, Map<Object, HeldRows.Place> places) {
      List<KeyedRow> accepted = new ArrayList<>();
      Map<Object, HeldRows.Place> replaced = new HashMap<>();
      long duplicate = 0;
      long superseded = 0;
      long conflict = 0;
      for (KeyResolver.Resolution one : resolutions) {
        one.accepted().ifPresent(accepted::add);
        one.accepted()
            .map(KeyedRow::key)
            .filter(places::containsKey)
            .ifPresent(key -> replaced.put(key, places.get(key)));
        duplicate += one.duplicate();
        superseded += one.superseded();
        conflict += one.conflict();
      }
      return new Outcome(accepted, replaced, duplicate, superseded, conflict);
    }
  }

  /**
   * Decides about rows; nothing is written.
   *
   * @param rows with an ordering value and, if silver is partitioned, a day
   * @param order compares ordering values as Spark does
   * @return empty if the files of the rows that are replaced are too large for this JVM
   */
  Optional<Outcome> resolve(
      TableTransaction table, Collection<KeyedRow> rows, Comparator<Object> order) {
    Map<Object, List<KeyedRow>> versions = new LinkedHashMap<>();
    Set<Object> days = new HashSet<>();
    for (KeyedRow row : rows) {
      versions.computeIfAbsent(row.key(), key -> new ArrayList<>(1)).add(row);
      days.add(row.day());
    }
    known.learn(silver, table, days);
    // A change of the table by others is a conflict: what is known would not be all.
    table.readsAll();
    List<KeyResolver.Resolution> resolutions = new ArrayList<>();
    List<KeyedRow> undecided = new ArrayList<>();
    for (List<KeyedRow> some : versions.values()) {
      KeyedRow any = some.get(0);
      if (!known.mayHold(any.day(), any.hash())) {
        resolutions.add(KeyResolver.resolve(some, Optional.empty(), order));
        continue;
      }
      Optional<KeyResolver.Resolution> kept =
          known
              .newest(any.key())
              .map(newest -> KeyResolver.resolve(some, Optional.of(newest), order))
              .filter(resolution -> resolution.accepted().isEmpty());
      // Where the version stands that is replaced is known by the look-up alone.
      kept.ifPresentOrElse(resolutions::add, () -> undecided.add(any));
    }
    if (undecided.isEmpty()) {
      return Optional.of(Outcome.of(resolutions, Map.of()));
    }
    Map<Object, HeldRows.Place> places = held.find(table, undecided);
    Map<Object, Long> contents = contents(table, undecided, versions, places, order);
    for (KeyedRow one : undecided) {
      Optional<KnownKeys.Held> present =
          Optional.ofNullable(places.get(one.key()))
              .map(
                  place ->
                      new KnownKeys.Held(place.ordering(), contents.getOrDefault(one.key(), 0L)));
      resolutions.add(KeyResolver.resolve(versions.get(one.key()), present, order));
    }
    return Optional.of(Outcome.of(resolutions, places))
        .filter(outcome -> HeldRows.areSmall(outcome.replaced().values()));
  }

  /** What silver's rows say, of the keys of which it holds the greatest version already. */
  private Map<Object, Long> contents(
      TableTransaction table,
      List<KeyedRow> undecided,
      Map<Object, List<KeyedRow>> versions,
      Map<Object, HeldRows.Place> places,
      Comparator<Object> order) {
    List<KeyedRow> equal =
        undecided.stream()
            .filter(row -> places.containsKey(row.key()))
            .filter(
                row ->
                    versions.get(row.key()).stream()
                            .map(KeyedRow::ordering)
                            .mapToInt(
                                value -> order.compare(value, places.get(row.key()).ordering()))
                            .max()
                            .orElseThrow()
                        == 0)
            .toList();
    return held.contents(table, equal, places);
  }

  /**
   * Takes the files of replaced versions out of silver with a transaction's commit.
   *
   * @return their other rows, which are to be appended
   */
  LocalRows takeOut(TableTransaction table, Outcome outcome) {
    return held.takeOut(table, outcome.replaced());
  }

  /** Notes what a commit has brought. */
  void published(TableTransaction table, Outcome outcome, long version) {
    known.added(outcome.accepted());
    known.reached(table, version);
  }
}
