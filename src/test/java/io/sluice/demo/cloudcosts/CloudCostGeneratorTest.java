package io.sluice.demo.cloudcosts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.Landing;
import io.sluice.demo.Truth;
import io.sluice.demo.cloudcosts.Readings.Broken;
import io.sluice.demo.cloudcosts.Readings.Memory;
import io.sluice.demo.cloudcosts.Readings.Reading;
import io.sluice.demo.cloudcosts.Readings.Version;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * Reads what the generator writes with a second, plain reading of the four exports, and compares it
 * with the truth.
 */
class CloudCostGeneratorTest {
  private static final LocalDate FIRST = LocalDate.of(2026, 10, 29);
  private static final int DAYS = 8;

  private static CloudCostGenerator generate(long seed, int days, int machines, Landing landing)
      throws IOException {
    CloudCostGenerator generator = new CloudCostGenerator(seed, FIRST, machines);
    for (int i = 0; i < days; i++) {
      generator.arrive(FIRST.plusDays(i), landing);
    }
    return generator;
  }

  @Test
  void theSameSeedGivesTheSameBytesAndTruth() throws IOException {
    Memory once = new Memory();
    Memory again = new Memory();
    Memory other = new Memory();
    Map<String, Truth> truth = generate(1, 4, 30, once).truth();
    Map<String, Truth> same = generate(1, 4, 30, again).truth();
    generate(2, 4, 30, other);

    assertEquals(once.files.keySet(), again.files.keySet());
    once.files.forEach(
        (path, bytes) ->
            assertEquals(Readings.text(bytes), Readings.text(again.files.get(path)), path));
    assertEquals(truth.get("cloud_costs").gold, same.get("cloud_costs").gold);
    assertEquals(truth.get("machine_metrics").gold, same.get("machine_metrics").gold);
    assertNotEquals(
        Readings.text(once.files.get(path("gcp/acme/2026-10/20261030T031415Z/000000000000.jsonl"))),
        Readings.text(
            other.files.get(path("gcp/acme/2026-10/20261030T031415Z/000000000000.jsonl"))));
  }

  @Test
  void daysAreMadeInOrder() throws IOException {
    CloudCostGenerator generator = new CloudCostGenerator(1, FIRST, 5);
    assertThrows(
        IllegalArgumentException.class, () -> generator.arrive(FIRST.plusDays(1), Landing.NOWHERE));
    generator.arrive(FIRST, Landing.NOWHERE);
    assertThrows(IllegalArgumentException.class, () -> generator.arrive(FIRST, Landing.NOWHERE));
  }

  @Test
  void theTruthIsWhatTheFilesHold() throws IOException {
    Memory landing = new Memory();
    CloudCostGenerator generator = new CloudCostGenerator(7, FIRST, 120);
    DeliveredBills costs = new DeliveredBills(landing);
    Lake hours = new Lake();
    for (int i = 0; i < DAYS; i++) {
      generator.arrive(FIRST.plusDays(i), landing);
      costs.night();
      hours.take(landing, "machine_metrics/" + FIRST.plusDays(i) + "/", Reading.metrics);
      hours.resolve();
    }
    Map<String, Truth> truth = generator.truth();

    costs.assertIs(truth.get("cloud_costs"));
    hours.assertIs(truth.get("machine_metrics"), "network_bytes", null);
    assertTrue(truth.get("cloud_costs").superseded > 1000);
    assertTrue(truth.get("cloud_costs").removed > 1000);
    assertTrue(truth.get("machine_metrics").superseded > 0);

    SortedMap<String, BigDecimal> billed = new TreeMap<>();
    SortedMap<String, BigDecimal> ofMachines = new TreeMap<>();
    SortedMap<String, BigDecimal> hoursOfMachines = new TreeMap<>();
    hours
        .kept
        .values()
        .forEach(
            hour ->
                hoursOfMachines.merge(
                    hour.day() + "|" + hour.resource(), BigDecimal.ONE, BigDecimal::add));
    hoursOfMachines.keySet().forEach(group -> ofMachines.put(group, BigDecimal.ZERO));
    for (Version line : costs.lines()) {
      billed.merge(line.day() + "|" + line.group(), line.first(), BigDecimal::add);
      ofMachines.computeIfPresent(
          line.day() + "|" + line.resource(), (group, sum) -> sum.add(line.first()));
    }
    DeliveredBills.assertSame(
        truth.get("cloud_costs").gold.get("cost_daily").get("billed_cost"), billed);
    DeliveredBills.assertSame(
        truth.get("machine_metrics").gold.get("machine_daily").get("billed_cost"), ofMachines);
    DeliveredBills.assertSame(
        truth.get("machine_metrics").gold.get("machine_daily").get("hours"), hoursOfMachines);
  }

  @Test
  void aMonthIsDeliveredWholeEachNight() throws IOException {
    Memory landing = new Memory();
    generate(7, 2, 20, landing);
    List<String> first = lines(landing, "gcp/acme/2026-10/20261030T031415Z/000000000000.jsonl");
    List<String> second = lines(landing, "gcp/acme/2026-10/20261031T031415Z/000000000000.jsonl");
    assertTrue(second.containsAll(first.subList(0, 20)));
  }

  @Test
  void aboutEightInAHundredMachinesAreIdleAndSomeOnlySeemSo() throws IOException {
    Memory landing = new Memory();
    Truth truth = generate(3, 7, 200, landing).truth().get("machine_metrics");
    Map<String, String> idle = truth.labels.get("idle");
    assertTrue(idle.size() >= 14 && idle.size() <= 18, "idle: " + idle.size());
    assertTrue(idle.values().stream().allMatch("true"::equals));

    Lake hours = new Lake();
    for (int i = 0; i < 7; i++) {
      hours.take(landing, "machine_metrics/" + FIRST.plusDays(i) + "/", Reading.metrics);
      hours.resolve();
    }
    Map<String, double[]> cpu = new HashMap<>();
    for (Version hour : hours.kept.values()) {
      double[] sums = cpu.computeIfAbsent(hour.resource(), r -> new double[3]);
      sums[0] += hour.second().doubleValue();
      sums[1]++;
      sums[2] = Math.max(sums[2], hour.second().doubleValue());
    }
    assertTrue(idle.keySet().stream().allMatch(id -> cpu.get(id)[0] / cpu.get(id)[1] < 7));
    assertTrue(idle.keySet().stream().anyMatch(id -> cpu.get(id)[2] > 20), "idle machines burst");
    assertTrue(
        cpu.entrySet().stream()
            .anyMatch(
                machine ->
                    !idle.containsKey(machine.getKey())
                        && machine.getValue()[0] / machine.getValue()[1] < 7),
        "machines that are needed look idle");
    assertTrue(truth.labels.get("batch").keySet().stream().anyMatch(id -> cpu.get(id)[2] > 80));
  }

  @Test
  void costsFollowTheWeekAndTheShareOfUntaggedLinesIsAsStated() throws IOException {
    Truth truth = generate(5, 7, 200, Landing.NOWHERE).truth().get("cloud_costs");
    SortedMap<String, BigDecimal> billed = truth.sums.get("BilledCost");
    assertTrue(
        billed.get("2026-11-01").compareTo(billed.get("2026-10-29")) < 0, "Sunday is cheaper");

    BigDecimal all = BigDecimal.ZERO;
    BigDecimal untagged = BigDecimal.ZERO;
    for (Map.Entry<String, BigDecimal> lines :
        truth.gold.get("cost_daily").get("lines").entrySet()) {
      all = all.add(lines.getValue());
      untagged =
          lines.getKey().endsWith("|unallocated") ? untagged.add(lines.getValue()) : untagged;
    }
    double share = untagged.doubleValue() / all.doubleValue();
    assertTrue(share > 0.05 && share < 0.25, "untagged: " + share);
  }

  @Test
  void fromTheThirdDayOnThereAreNewColumns() throws IOException {
    Memory landing = new Memory();
    generate(1, 3, 10, landing);
    String aws = "cloud_costs/aws/acme/20261001-20261101/";
    assertFalse(
        header(landing, aws + "20261030T031415Z/acme-00001.csv.gz").contains("cost_center"));
    assertTrue(header(landing, aws + "20261101T031415Z/acme-00001.csv.gz").contains("cost_center"));
    assertFalse(
        header(landing, "machine_metrics/2026-10-30/metrics.jsonl.gz").contains("agent_version"));
    assertTrue(
        header(landing, "machine_metrics/2026-10-31/metrics.jsonl.gz").contains("agent_version"));
  }

  @Test
  void ofADeliveryWithAFileCutOffNoneCounts() throws IOException {
    Memory landing = new Memory();
    Truth truth = generate(1, 2, 100, landing).truth().get("cloud_costs");
    assertEquals(2, truth.unreadableFiles.size());
    byte[] bytes = landing.files.get(truth.unreadableFiles.lastKey());
    assertThrows(
        EOFException.class,
        () -> {
          try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            in.readAllBytes();
          }
        });
  }

  @Test
  void aDeliveryWithAFileMissingWaits() throws IOException {
    Memory landing = new Memory();
    CloudCostGenerator generator = generate(1, 4, 100, landing);
    String azure = "cloud_costs/azure/acme/20261101-20261130/20261102T031415Z/";
    assertTrue(landing.files.containsKey(azure + "manifest.json"));
    assertFalse(landing.files.containsKey(azure + "part_1_0001.csv"));
    generator.arrive(FIRST.plusDays(4), landing);
    assertTrue(landing.files.containsKey(azure + "part_1_0001.csv"));
  }

  private static String path(String file) {
    return "cloud_costs/" + file;
  }

  private static List<String> lines(Memory landing, String file) throws IOException {
    return Readings.lines(landing.files.get(path(file)), path(file));
  }

  private static String header(Memory landing, String path) throws IOException {
    return Readings.lines(landing.files.get(path), path).get(0);
  }

  /** What a lake makes of the files, a day at a time: the newest version by key. */
  private static final class Lake {
    final Map<String, Version> kept = new HashMap<>();
    final SortedMap<String, Long> quarantined = new TreeMap<>();
    private final List<Version> batch = new ArrayList<>();
    private long records;
    private long files;
    private long duplicates;
    private long superseded;
    private long unreadable;

    void take(Memory landing, String folder, Reading reading) throws IOException {
      for (Map.Entry<String, byte[]> file : landing.files.subMap(folder, folder + "~").entrySet()) {
        List<String> lines;
        try {
          lines = Readings.lines(file.getValue(), file.getKey());
        } catch (EOFException e) {
          unreadable++;
          continue;
        }
        files++;
        List<String> header = reading.csv ? Readings.fields(lines.get(0)) : null;
        for (String line : reading.csv ? lines.subList(1, lines.size()) : lines) {
          records++;
          try {
            batch.add(reading.read(reading.row(header, line)));
          } catch (Broken e) {
            quarantined.merge(e.getMessage(), 1L, Long::sum);
          }
        }
      }
    }

    void resolve() {
      Map<String, String> newest = new HashMap<>();
      kept.forEach((key, version) -> newest.put(key, version.time()));
      for (Version version : batch) {
        newest.merge(version.key(), version.time(), (a, b) -> a.compareTo(b) >= 0 ? a : b);
      }
      for (Version version : batch) {
        Version before = kept.get(version.key());
        if (version.time().compareTo(newest.get(version.key())) < 0) {
          superseded++;
        } else if (before != null && before.time().equals(version.time())) {
          duplicates++;
        } else {
          kept.put(version.key(), version);
        }
      }
      batch.clear();
    }

    void assertIs(Truth truth, String first, String second) {
      assertEquals(truth.records, records);
      assertEquals(truth.files, files);
      assertEquals(truth.unreadableFiles.size(), unreadable);
      assertEquals(truth.quarantined, quarantined);
      assertEquals(truth.duplicates, duplicates);
      assertEquals(truth.superseded, superseded);
      SortedMap<String, Long> rows = new TreeMap<>();
      SortedMap<String, BigDecimal> firsts = new TreeMap<>();
      SortedMap<String, BigDecimal> seconds = new TreeMap<>();
      for (Version version : kept.values()) {
        rows.merge(version.day(), 1L, Long::sum);
        firsts.merge(version.day(), version.first(), BigDecimal::add);
        seconds.merge(version.day(), version.second(), BigDecimal::add);
      }
      assertEquals(truth.rows, rows);
      DeliveredBills.assertSame(truth.sums.get(first), firsts);
      if (second != null) {
        DeliveredBills.assertSame(truth.sums.get(second), seconds);
      }
    }
  }
}
