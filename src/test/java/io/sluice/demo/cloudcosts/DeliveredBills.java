package io.sluice.demo.cloudcosts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.demo.Truth;
import io.sluice.demo.cloudcosts.Readings.Broken;
import io.sluice.demo.cloudcosts.Readings.Memory;
import io.sluice.demo.cloudcosts.Readings.Reading;
import io.sluice.demo.cloudcosts.Readings.Version;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a lake makes of the bills, a night at a time: of each account's month the newest delivery.
 */
final class DeliveredBills {
  private final Memory landing;
  private final Set<String> seen = new HashSet<>();
  private final Map<String, List<Version>> kept = new HashMap<>();
  private final SortedMap<String, Long> quarantined = new TreeMap<>();
  private long records;
  private long files;
  private long superseded;
  private long removed;
  private long unreadable;

  DeliveredBills(Memory landing) {
    this.landing = landing;
  }

  List<Version> lines() {
    return kept.values().stream().flatMap(List::stream).toList();
  }

  void night() throws IOException {
    Map<String, List<Version>> newest = new TreeMap<>();
    for (String export : List.of("aws", "azure", "gcp", "focus")) {
      SortedMap<String, List<String>> folders = new TreeMap<>();
      for (String file :
          landing.files.subMap("cloud_costs/" + export, "cloud_costs/" + export + "~").keySet()) {
        folders
            .computeIfAbsent(file.substring(0, file.lastIndexOf('/')), f -> new ArrayList<>())
            .add(file);
      }
      for (Map.Entry<String, List<String>> folder : folders.entrySet()) {
        if (!seen.contains(folder.getKey()) && isWhole(folder.getValue())) {
          seen.add(folder.getKey());
          take(folder.getValue(), Reading.valueOf(export), newest);
        }
      }
    }
    newest.forEach(
        (scope, lines) -> {
          List<Version> before = kept.put(scope, lines);
          removed += before == null ? 0 : before.size();
        });
  }

  private boolean isWhole(List<String> folder) {
    for (String file : folder) {
      if (file.endsWith("anifest.json")) {
        String manifest = Readings.text(landing.files.get(file));
        return folder.size() - 1 == manifest.split("part_|acme-0").length - 1;
      }
    }
    return true;
  }

  private void take(List<String> folder, Reading reading, Map<String, List<Version>> newest)
      throws IOException {
    Map<String, List<Version>> delivery = new TreeMap<>();
    SortedMap<String, Long> broken = new TreeMap<>();
    long read = 0;
    List<String> parts = folder.stream().filter(file -> !file.endsWith("anifest.json")).toList();
    for (String file : parts) {
      List<String> lines;
      try {
        lines = Readings.lines(landing.files.get(file), file);
      } catch (EOFException e) {
        unreadable += parts.size();
        return;
      }
      List<String> header = reading.csv ? Readings.fields(lines.get(0)) : null;
      for (String line : reading.csv ? lines.subList(1, lines.size()) : lines) {
        read++;
        try {
          Version version = reading.read(reading.row(header, line));
          delivery.computeIfAbsent(version.key(), scope -> new ArrayList<>()).add(version);
        } catch (Broken e) {
          broken.merge(e.getMessage(), 1L, Long::sum);
        }
      }
    }
    records += read;
    files += parts.size();
    broken.forEach((reason, lines) -> quarantined.merge(reason, lines, Long::sum));
    delivery.forEach(
        (scope, lines) -> {
          List<Version> older = newest.put(scope, lines);
          superseded += older == null ? 0 : older.size();
        });
  }

  void assertIs(Truth truth) {
    assertEquals(truth.records, records);
    assertEquals(truth.files, files);
    assertEquals(truth.unreadableFiles.size(), unreadable);
    assertEquals(truth.quarantined, quarantined);
    assertEquals(0, truth.duplicates);
    assertEquals(truth.superseded, superseded);
    assertEquals(truth.removed, removed);
    SortedMap<String, Long> rows = new TreeMap<>();
    SortedMap<String, BigDecimal> billed = new TreeMap<>();
    SortedMap<String, BigDecimal> effective = new TreeMap<>();
    for (Version line : lines()) {
      rows.merge(line.day(), 1L, Long::sum);
      billed.merge(line.day(), line.first(), BigDecimal::add);
      effective.merge(line.day(), line.second(), BigDecimal::add);
    }
    assertEquals(truth.rows, rows);
    assertSame(truth.sums.get("BilledCost"), billed);
    assertSame(truth.sums.get("EffectiveCost"), effective);
  }

  /** Fails unless the same groups have the same sums. */
  static void assertSame(Map<String, BigDecimal> expected, Map<String, BigDecimal> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach(
        (group, sum) ->
            assertEquals(
                0,
                sum.compareTo(actual.get(group)),
                group + ": " + sum + ", " + actual.get(group)));
  }
}
