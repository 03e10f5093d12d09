package io.sluice.demo.cloudcosts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.demo.Landing;
import io.sluice.demo.Truth;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
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
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Files in memory, by path. */
  private static final class Memory implements Landing {
    final SortedMap<String, byte[]> files = new TreeMap<>();

    @Override
    public OutputStream create(String path) {
      return new ByteArrayOutputStream() {
        @Override
        public void close() {
          files.put(path, toByteArray());
        }
      };
    }
  }

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
        (path, bytes) -> assertEquals(text(bytes), text(again.files.get(path)), path));
    assertEquals(truth.get("cloud_costs").gold, same.get("cloud_costs").gold);
    assertEquals(truth.get("machine_metrics").gold, same.get("machine_metrics").gold);
    assertNotEquals(
        text(once.files.get("cloud_costs/gcp/2026-10-29/billing-000000000001.jsonl")),
        text(other.files.get("cloud_costs/gcp/2026-10-29/billing-000000000001.jsonl")));
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
    Map<String, Truth> truth = generate(7, DAYS, 120, landing).truth();
    Lake costs = new Lake();
    Lake hours = new Lake();
    for (int i = 0; i < DAYS; i++) {
      String day = FIRST.plusDays(i).toString();
      for (String export : List.of("aws", "azure", "gcp", "focus")) {
        costs.take(landing, "cloud_costs/" + export + "/" + day + "/", Reading.valueOf(export));
      }
      costs.resolve();
      hours.take(landing, "machine_metrics/" + day + "/", Reading.metrics);
      hours.resolve();
    }

    costs.assertIs(truth.get("cloud_costs"), "BilledCost", "EffectiveCost");
    hours.assertIs(truth.get("machine_metrics"), "network_bytes", null);
    assertTrue(truth.get("cloud_costs").duplicates > 20);
    assertTrue(truth.get("cloud_costs").superseded > 20);
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
                    hour.day + "|" + hour.resource, BigDecimal.ONE, BigDecimal::add));
    hoursOfMachines.keySet().forEach(group -> ofMachines.put(group, BigDecimal.ZERO));
    for (Version line : costs.kept.values()) {
      billed.merge(line.day + "|" + line.group, line.first, BigDecimal::add);
      ofMachines.computeIfPresent(
          line.day + "|" + line.resource, (group, sum) -> sum.add(line.first));
    }
    assertSame(truth.get("cloud_costs").gold.get("cost_daily").get("billed_cost"), billed);
    assertSame(
        truth.get("machine_metrics").gold.get("machine_daily").get("billed_cost"), ofMachines);
    assertSame(
        truth.get("machine_metrics").gold.get("machine_daily").get("hours"), hoursOfMachines);
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
      double[] sums = cpu.computeIfAbsent(hour.resource, r -> new double[3]);
      sums[0] += hour.second.doubleValue();
      sums[1]++;
      sums[2] = Math.max(sums[2], hour.second.doubleValue());
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
    assertFalse(
        header(landing, "cloud_costs/aws/2026-10-30/cur-00001.csv.gz").contains("cost_center"));
    assertTrue(
        header(landing, "cloud_costs/aws/2026-10-31/cur-00001.csv.gz").contains("cost_center"));
    assertFalse(
        header(landing, "machine_metrics/2026-10-30/metrics.jsonl.gz").contains("agent_version"));
    assertTrue(
        header(landing, "machine_metrics/2026-10-31/metrics.jsonl.gz").contains("agent_version"));
  }

  @Test
  void theFileCutOffCannotBeRead() throws IOException {
    Memory landing = new Memory();
    Truth truth = generate(1, 2, 100, landing).truth().get("cloud_costs");
    assertEquals(1, truth.unreadableFiles.size());
    byte[] bytes = landing.files.get(truth.unreadableFiles.firstKey());
    assertThrows(
        EOFException.class,
        () -> {
          try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            in.readAllBytes();
          }
        });
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String header(Memory landing, String path) throws IOException {
    return lines(landing.files.get(path), path).get(0);
  }

  private static List<String> lines(byte[] bytes, String path) throws IOException {
    try (InputStream raw = new ByteArrayInputStream(bytes);
        InputStream in = path.endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static void assertSame(Map<String, BigDecimal> expected, Map<String, BigDecimal> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach(
        (group, sum) ->
            assertEquals(
                0,
                sum.compareTo(actual.get(group)),
                group + ": " + sum + ", " + actual.get(group)));
  }

  /** A record in one version; {@code first} and {@code second} are its measures. */
  private record Version(
      String key,
      String day,
      String time,
      String resource,
      String group,
      BigDecimal first,
      BigDecimal second) {}

  /** Thrown by a reading for the rule a record breaks. */
  private static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    Broken(String reason) {
      super(reason);
    }
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
          lines = lines(file.getValue(), file.getKey());
        } catch (EOFException e) {
          unreadable++;
          continue;
        }
        files++;
        List<String> header = reading.csv ? fields(lines.get(0)) : null;
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
      kept.forEach((key, version) -> newest.put(key, version.time));
      for (Version version : batch) {
        newest.merge(version.key, version.time, (a, b) -> a.compareTo(b) >= 0 ? a : b);
      }
      for (Version version : batch) {
        Version before = kept.get(version.key);
        if (version.time.compareTo(newest.get(version.key)) < 0) {
          superseded++;
        } else if (before != null && before.time.equals(version.time)) {
          duplicates++;
        } else {
          kept.put(version.key, version);
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
        rows.merge(version.day, 1L, Long::sum);
        firsts.merge(version.day, version.first, BigDecimal::add);
        seconds.merge(version.day, version.second, BigDecimal::add);
      }
      assertEquals(truth.rows, rows);
      assertSame(truth.sums.get(first), firsts);
      if (second != null) {
        assertSame(truth.sums.get(second), seconds);
      }
    }
  }

  /** The exports, read as their providers document them. */
  private enum Reading {
    aws(true) {
      @Override
      Version read(Map<String, String> row) throws Broken {
        String type = row.get("lineItem/LineItemType");
        required(row, "identity/LineItemId", "x_LineId");
        required(row, "bill/BillingPeriodStartDate", "BillingPeriodStart");
        check(!type.equals("DistributorDiscount"), "ChargeCategory/enum");
        inOrder(row.get("lineItem/UsageStartDate"), row.get("lineItem/UsageEndDate"));
        BigDecimal cost = number(row.get("lineItem/UnblendedCost"));
        boolean committed = type.equals("SavingsPlanCoveredUsage");
        boolean plan = type.equals("SavingsPlanRecurringFee") || type.equals("SavingsPlanNegation");
        String service = row.get("product/ProductName");
        return new Version(
            row.get("identity/LineItemId"),
            row.get("lineItem/UsageStartDate").substring(0, 10),
            row.get("manifest/assembledAt"),
            row.get("lineItem/ResourceId"),
            group(
                "AWS",
                service,
                row.get("resourceTags/user:team").trim().toLowerCase(java.util.Locale.ROOT)),
            committed || type.equals("SavingsPlanNegation") ? BigDecimal.ZERO : cost,
            committed
                ? number(row.get("savingsPlan/SavingsPlanEffectiveCost"))
                : plan ? BigDecimal.ZERO : cost);
      }
    },
    azure(true) {
      @Override
      Version read(Map<String, String> row) throws Broken {
        required(row, "BillingPeriodStartDate", "BillingPeriodStart");
        check(!row.get("ChargeType").equals("Unassigned"), "ChargeCategory/enum");
        String[] date = row.get("Date").split("/");
        String tags = row.get("Tags");
        return new Version(
            String.join(
                "|",
                "azure",
                row.get("Date"),
                row.get("SubscriptionId"),
                lower(row.get("ResourceId")),
                row.get("MeterId"),
                row.get("ChargeType"),
                row.get("PricingModel"),
                row.get("ReservationId")),
            date[2] + "-" + date[0] + "-" + date[1],
            row.get("ExportedAt"),
            lower(row.get("ResourceId")),
            group(
                "Microsoft",
                row.get("MeterCategory"),
                tags.isEmpty() ? "" : json("{" + tags + "}").path("team").asText()),
            number(row.get("CostInBillingCurrency")),
            number(row.get("Quantity")).multiply(number(row.get("EffectivePrice"))));
      }
    },
    gcp(false) {
      @Override
      Version read(Map<String, String> row) throws Broken {
        JsonNode line = json(row.get(""));
        check(line.has("usage_end_time"), "ChargePeriodEnd/required");
        check(!line.path("cost_type").asText().equals("goodwill"), "ChargeCategory/enum");
        inOrder(line.path("usage_start_time").asText(), line.path("usage_end_time").asText());
        BigDecimal cost = new BigDecimal(line.path("cost").asText());
        for (JsonNode credit : line.path("credits")) {
          cost = cost.add(new BigDecimal(credit.path("amount").asText()));
        }
        String team = "";
        for (JsonNode label : line.path("labels")) {
          team = label.path("key").asText().equals("team") ? label.path("value").asText() : team;
        }
        String resource = line.path("resource").path("global_name").asText();
        return new Version(
            String.join(
                "|",
                "gcp",
                line.path("usage_start_time").asText(),
                line.path("cost_type").asText(),
                line.path("project").path("id").asText(),
                line.path("sku").path("id").asText(),
                resource),
            line.path("usage_start_time").asText().substring(0, 10),
            line.path("export_time").asText(),
            resource,
            group("Google Cloud", line.path("service").path("description").asText(), team),
            cost,
            cost);
      }
    },
    focus(true) {
      @Override
      Version read(Map<String, String> row) throws Broken {
        check(!row.get("BilledCost").equals("N/A"), "BilledCost/type");
        check(!row.get("BillingPeriodStart").equals("NULL"), "BillingPeriodStart/required");
        check(!row.get("ChargeCategory").equals("Gift"), "ChargeCategory/enum");
        inOrder(row.get("ChargePeriodStart"), row.get("ChargePeriodEnd"));
        String tags = row.get("Tags");
        return new Version(
            "focus|"
                + row.get("Id")
                + "|"
                + row.get("ResourceId")
                + "|"
                + row.get("ChargePeriodStart"),
            row.get("ChargePeriodStart").substring(0, 10),
            row.get("ChargePeriodEnd"),
            row.get("ResourceId"),
            group(
                "Oracle",
                row.get("ServiceName").replace("NULL", ""),
                tags.equals("NULL") ? "" : json(tags).path("team").asText()),
            number(row.get("BilledCost")),
            number(row.get("EffectiveCost")));
      }
    },
    metrics(false) {
      @Override
      Version read(Map<String, String> row) throws Broken {
        JsonNode hour = json(row.get(""));
        check(hour.path("cpu_percent").isNumber(), "cpu_percent/type");
        check(hour.path("cpu_percent").asDouble() <= 100, "cpu_percent/range");
        check(!hour.path("resource_id").isNull(), "resource_id/required");
        check(hour.path("network_bytes").asLong() >= 0, "network_bytes/range");
        String at = hour.path("observed_at").asText();
        check(at.endsWith(":00:00Z"), "/on_the_hour");
        String resource = hour.path("resource_id").asText();
        return new Version(
            resource + "|" + at,
            at.substring(0, 10),
            hour.path("updated_at").asText(),
            resource,
            "",
            hour.path("network_bytes").decimalValue(),
            hour.path("cpu_percent").decimalValue());
      }
    };

    final boolean csv;

    Reading(boolean csv) {
      this.csv = csv;
    }

    abstract Version read(Map<String, String> row) throws Broken;

    Map<String, String> row(List<String> header, String line) throws Broken {
      if (!csv) {
        return Map.of("", line);
      }
      List<String> values = fields(line);
      check(values.size() == header.size(), "/record");
      Map<String, String> row = new HashMap<>();
      for (int i = 0; i < header.size(); i++) {
        row.put(header.get(i), values.get(i));
      }
      return row;
    }
  }

  private static void check(boolean kept, String reason) throws Broken {
    if (!kept) {
      throw new Broken(reason);
    }
  }

  private static void required(Map<String, String> row, String column, String field) throws Broken {
    check(!row.get(column).isEmpty(), field + "/required");
  }

  private static void inOrder(String start, String end) throws Broken {
    check(end.compareTo(start) > 0, "/charge_period_in_order");
  }

  private static BigDecimal number(String text) throws Broken {
    check(!text.equals("N/A"), "BilledCost/type");
    return new BigDecimal(text);
  }

  private static JsonNode json(String text) throws Broken {
    try {
      return JSON.reader()
          .with(com.fasterxml.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .readTree(text);
    } catch (IOException e) {
      throw new Broken("/record");
    }
  }

  private static String lower(String text) {
    return text.toLowerCase(java.util.Locale.ROOT);
  }

  private static String group(String provider, String service, String team) {
    return provider
        + "|"
        + (service.isEmpty() ? "Unknown service" : service)
        + "|"
        + (team.isEmpty() ? "unallocated" : team);
  }

  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        if (quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
          field.append('"');
          i++;
        } else {
          quoted = !quoted;
        }
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
