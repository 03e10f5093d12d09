package io.sluice.demo.purchaseorders;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.sluice.demo.Landing;
import io.sluice.demo.Truth;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Reads the generated files with a lake of its own, as small as can be, and compares what it holds
 * with the truth.
 */
class PurchaseOrderGeneratorTest {

  private static final LocalDate FIRST_DAY = LocalDate.parse("2026-10-25");
  private static final int DAYS = 35;

  private static final Made MADE = make(7, 250, DAYS);
  private static final Truth ORDERS = MADE.generator.truth().get("purchase_orders");
  private static final Truth VENDORS = MADE.generator.truth().get("vendors");
  private static final SmallLake LAKE = new SmallLake();

  @BeforeAll
  static void processDayByDay() throws IOException {
    for (int d = 0; d < DAYS; d++) {
      String day = FIRST_DAY.plusDays(d).toString();
      LAKE.vendors.process(MADE.below("vendors/" + day));
      LAKE.orders.process(MADE.below("purchase_orders/" + day + "/"));
    }
  }

  @Test
  void everyRecordIsAccountedFor() {
    for (var truth : List.of(ORDERS, VENDORS)) {
      long rejected = truth.quarantined.values().stream().mapToLong(n -> n).sum();
      long accepted = truth == ORDERS ? LAKE.orders.accepted : LAKE.vendors.accepted;
      assertEquals(truth.records, accepted + rejected + truth.duplicates + truth.superseded);
    }
  }

  @Test
  void theSmallLakeHoldsTheTruth() {
    for (var pair : List.of(Map.entry(ORDERS, LAKE.orders), Map.entry(VENDORS, LAKE.vendors))) {
      var truth = pair.getKey();
      var held = pair.getValue();
      assertEquals(truth.records, held.records);
      assertEquals(truth.files, held.files);
      assertEquals(truth.unreadableFiles.keySet(), held.unreadable);
      assertEquals(truth.quarantined, held.quarantined);
      assertEquals(truth.duplicates, held.duplicates);
      assertEquals(truth.superseded, held.superseded);
      assertEquals(truth.removed, held.removed);
    }
    var rows = new TreeMap<String, Long>();
    var amounts = new TreeMap<String, BigDecimal>();
    for (var row : LAKE.orders.rows.values()) {
      rows.merge(row.get("order_date"), 1L, Long::sum);
      amounts.merge(row.get("order_date"), new BigDecimal(row.get("amount")), BigDecimal::add);
    }
    assertEquals(rows, ORDERS.rows);
    assertEquals(Map.of("amount", amounts), ORDERS.sums);
    assertEquals(Map.of("", (long) LAKE.vendors.rows.size()), VENDORS.rows);
  }

  @Test
  void goldFollowsFromSilver() {
    var gold = new Truth();
    var groups = new HashMap<String, TreeMap<LocalDate, BigDecimal>>();
    for (var row : LAKE.orders.rows.values()) {
      String day = row.get("order_date");
      String currency = currency(row);
      var spent =
          row.get("status").equals("cancelled")
              ? BigDecimal.ZERO.setScale(2)
              : new BigDecimal(row.get("amount"));
      gold.addGold(
          "spend_daily", "spend", day + "|" + row.get("department") + "|" + currency, spent);
      gold.addGold(
          "spend_daily",
          "lines",
          day + "|" + row.get("department") + "|" + currency,
          BigDecimal.ONE);
      gold.addGold(
          "vendor_daily", "spend", day + "|" + row.get("vendor_id") + "|" + currency, spent);
      groups
          .computeIfAbsent(row.get("vendor_id") + "|" + currency, g -> new TreeMap<>())
          .merge(LocalDate.parse(day), spent, BigDecimal::add);
    }
    groups.forEach(
        (group, days) ->
            days.keySet()
                .forEach(
                    day ->
                        days.forEach(
                            (other, spent) -> {
                              if (!other.isAfter(day) && other.isAfter(day.minusDays(30))) {
                                gold.addGold("vendor_daily", "spend_30d", day + "|" + group, spent);
                              }
                            })));
    assertEquals(gold.gold, ORDERS.gold);
    assertNotEquals(
        ORDERS.gold.get("vendor_daily").get("spend"),
        ORDERS.gold.get("vendor_daily").get("spend_30d"));
  }

  @Test
  void everyKindOfTroubleArrives() {
    assertEquals(
        Set.of(
            "/record",
            "quantity/type",
            "quantity/range",
            "currency/enum",
            "vendor_id/reference",
            "customer_id/required",
            "/amount_adds_up"),
        ORDERS.quarantined.keySet());
    assertEquals(Set.of("vendor_name/required", "risk_rating/enum"), VENDORS.quarantined.keySet());
    long rejected = ORDERS.quarantined.values().stream().mapToLong(n -> n).sum();
    assertShare(0.012, 0.003, rejected, ORDERS.records);
    assertTrue(ORDERS.superseded > 0 && ORDERS.duplicates > 0);
    assertEquals(0, VENDORS.duplicates + VENDORS.superseded);
    assertTrue(LAKE.vendors.gone > 0);
    assertTrue(LAKE.orders.rows.values().stream().anyMatch(r -> has(r, "item_description", "\n")));
    assertTrue(LAKE.orders.rows.values().stream().anyMatch(r -> has(r, "item_description", "\"")));
    assertTrue(
        LAKE.orders.rows.values().stream().anyMatch(r -> !r.get("currency").equals(currency(r))));
    assertTrue(LAKE.orders.empty > 0);
    assertTrue(LAKE.orders.fieldCounts.stream().anyMatch(n -> n < 19));
    assertTrue(LAKE.orders.fieldCounts.stream().anyMatch(n -> n > 20));
  }

  @Test
  void aColumnIsAddedOnTheThirdDay() throws IOException {
    for (var file : MADE.files.entrySet()) {
      if (!file.getKey().startsWith("purchase_orders/")
          || ORDERS.unreadableFiles.containsKey(file.getKey())) {
        continue;
      }
      var header = records(text(file.getKey(), file.getValue())).get(0);
      LocalDate day = LocalDate.parse(file.getKey().split("/")[1]);
      // A file that broke off on the second day is sent again as it was.
      boolean repeated = file.getKey().endsWith("2026-10-27/part-3.csv.gz");
      assertEquals(
          !repeated && !day.isBefore(FIRST_DAY.plusDays(2)),
          header.contains("priority"),
          file.getKey());
    }
  }

  @Test
  void correctionsEndFiveDaysAfterTheOrder() {
    for (var record : LAKE.orders.read) {
      var arrived = LocalDate.parse(record.get("arrived"));
      var ordered = LocalDate.parse(record.get("order_date"));
      // A day more for what was in a file that broke off.
      assertFalse(
          arrived.isBefore(ordered) || arrived.isAfter(ordered.plusDays(6)), record::toString);
    }
  }

  @Test
  void fraudIsRareAndNoSingleBehaviourShowsIt() throws IOException {
    var made = make(3, 3_000, 10);
    var truth = made.generator.truth().get("purchase_orders");
    var fraud = truth.labels.get("fraud").keySet();
    var accounts = new HashMap<String, Set<String>>();
    var totals = new HashMap<String, BigDecimal>();
    var rows = new HashMap<String, Map<String, String>>();
    for (var day : new TreeSet<>(made.files.keySet())) {
      if (day.startsWith("purchase_orders/") && !truth.unreadableFiles.containsKey(day)) {
        for (var row : maps(records(text(day, made.files.get(day))))) {
          if (row.get("order_date").equals(day.split("/")[1])
              && rows.put(row.get("order_id") + row.get("line_number"), row) == null
              && row.get("amount").matches("[0-9.]+")) {
            totals.merge(row.get("order_id"), new BigDecimal(row.get("amount")), BigDecimal::add);
            accounts
                .computeIfAbsent(row.get("bank_account"), a -> new HashSet<>())
                .add(row.get("vendor_id"));
          }
        }
      }
    }
    var orders = new HashSet<>(totals.keySet());
    assertShare(0.0125, 0.0025, fraud.stream().filter(orders::contains).count(), orders.size());

    var shared = new HashSet<String>();
    var night = new HashSet<String>();
    for (var row : rows.values()) {
      if (row.get("bank_account") != null
          && accounts.getOrDefault(row.get("bank_account"), Set.of()).size() > 2) {
        shared.add(row.get("order_id"));
      }
      if (row.get("created_at").matches(".*T(2[2-3]|0[0-3]):.*")
          && "EMEA".equals(row.get("region"))) {
        night.add(row.get("order_id"));
      }
    }
    var underLimit =
        totals.entrySet().stream()
            .filter(
                total ->
                    List.of(1_000, 5_000, 25_000, 100_000).stream()
                        .anyMatch(
                            limit ->
                                total.getValue().doubleValue() < limit
                                    && total.getValue().doubleValue() > 0.9 * limit))
            .map(Map.Entry::getKey)
            .collect(toCollection(HashSet::new));
    for (var suspects : List.of(shared, night, underLimit)) {
      long hits = suspects.stream().filter(fraud::contains).count();
      assertTrue(hits > 0);
      assertTrue(hits < 0.6 * suspects.size(), hits + " of " + suspects.size());
      assertTrue(hits < 0.6 * fraud.size(), hits + " of " + fraud.size());
      // Yet each is a hint: fraud is more frequent among the suspects than elsewhere.
      assertTrue((double) hits / suspects.size() > 1.3 * fraud.size() / orders.size());
    }
  }

  @Test
  void theSameSeedGivesTheSameBytesAndTruth() {
    var one = make(11, 40, 9);
    var two = make(11, 40, 9);
    assertEquals(one.files.keySet(), two.files.keySet());
    one.files.forEach((path, bytes) -> assertArrayEquals(bytes, two.files.get(path), path));
    assertSame(one.generator.truth(), two.generator.truth());
    assertFalse(
        Arrays.equals(
            one.files.get("vendors/2026-10-25.csv"),
            make(12, 40, 1).files.get("vendors/2026-10-25.csv")));
  }

  @Test
  void daysPassedOverLeaveTheSameTruth() throws IOException {
    var passed = new PurchaseOrderGenerator(11, FIRST_DAY, 40);
    for (int d = 0; d < 9; d++) {
      passed.arrive(FIRST_DAY.plusDays(d), Landing.NOWHERE);
    }
    assertSame(make(11, 40, 9).generator.truth(), passed.truth());
  }

  @Test
  void truthIsAboutTheDaysMadeSoFar() throws IOException {
    var generator = new PurchaseOrderGenerator(11, FIRST_DAY, 40);
    assertEquals(0, generator.truth().get("purchase_orders").records);
    generator.arrive(FIRST_DAY, Landing.NOWHERE);
    var before = generator.truth().get("purchase_orders");
    long records = before.records;
    generator.arrive(FIRST_DAY.plusDays(1), Landing.NOWHERE);
    assertEquals(records, before.records);
    assertEquals(Set.of("2026-10-25"), before.rows.keySet());
    assertEquals(
        Set.of("2026-10-25", "2026-10-26"), generator.truth().get("purchase_orders").rows.keySet());
  }

  @Test
  void daysAreMadeInOrder() {
    var generator = new PurchaseOrderGenerator(1, FIRST_DAY, 1);
    assertThrows(
        IllegalArgumentException.class,
        () -> generator.arrive(FIRST_DAY.plusDays(1), Landing.NOWHERE));
    assertThrows(IllegalArgumentException.class, () -> new PurchaseOrderGenerator(1, FIRST_DAY, 0));
  }

  @Test
  void oneOrderADayIsEnough() {
    var made = make(5, 1, 30);
    assertTrue(made.generator.truth().get("purchase_orders").records > 30);
  }

  private static void assertSame(Map<String, Truth> one, Map<String, Truth> two) {
    assertEquals(one.keySet(), two.keySet());
    for (var source : one.keySet()) {
      assertEquals(stated(one.get(source)), stated(two.get(source)));
    }
  }

  private static String stated(Truth t) {
    return List.of(
            t.records,
            t.files,
            t.unreadableFiles,
            t.quarantined,
            t.duplicates,
            t.superseded,
            t.rows,
            t.sums,
            t.gold,
            t.labels)
        .toString();
  }

  private static void assertShare(double share, double tolerance, long part, long whole) {
    assertEquals(share, (double) part / whole, tolerance, part + " of " + whole);
  }

  private static boolean has(Map<String, String> row, String column, String text) {
    return row.get(column) != null && row.get(column).contains(text);
  }

  private static String currency(Map<String, String> row) {
    return row.get("currency").trim().toUpperCase(Locale.ROOT);
  }

  /** A generator and the files it made. */
  private record Made(PurchaseOrderGenerator generator, TreeMap<String, byte[]> files) {
    Map<String, byte[]> below(String prefix) {
      return files.subMap(prefix, prefix + "\uffff");
    }
  }

  private static Made make(long seed, int ordersPerDay, int days) {
    var files = new TreeMap<String, byte[]>();
    var generator = new PurchaseOrderGenerator(seed, FIRST_DAY, ordersPerDay);
    Landing landing =
        path ->
            new ByteArrayOutputStream() {
              @Override
              public void close() {
                files.put(path, toByteArray());
              }
            };
    try {
      for (int d = 0; d < days; d++) {
        generator.arrive(FIRST_DAY.plusDays(d), landing);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Made(generator, files);
  }

  /** Both tables, judged by their contracts as far as these need. */
  private static final class SmallLake {
    final Table vendors = new Table("vendors", List.of("vendor_id"), Map.of());
    final Table orders =
        new Table(
            "purchase_orders",
            List.of("order_id", "line_number", "order_date"),
            Map.of("vendor_id", vendors));
  }

  /** A silver table that takes a day's files at a time. */
  private static final class Table {
    private final JsonNode properties;
    private final List<String> key;
    private final Map<String, Table> references;
    private final boolean isReplaced;
    final Map<String, Map<String, String>> rows = new HashMap<>();
    final Set<String> unreadable = new TreeSet<>();
    final Map<String, Long> quarantined = new TreeMap<>();
    final Set<Integer> fieldCounts = new HashSet<>();
    final List<Map<String, String>> read = new ArrayList<>();
    long records;
    long files;
    long empty;
    long accepted;
    long duplicates;
    long superseded;
    long gone;
    long removed;

    Table(String contract, List<String> key, Map<String, Table> references) {
      try {
        JsonNode root =
            new YAMLMapper().readTree(Path.of("conf/contracts/" + contract + ".yaml").toFile());
        this.properties = root.at("/schema/0/properties");
        this.isReplaced =
            root.path("customProperties").findValuesAsText("value").contains("replace");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      this.key = key;
      this.references = references;
    }

    void process(Map<String, byte[]> batch) throws IOException {
      var valid = new ArrayList<Map<String, String>>();
      var broken = new HashSet<String>();
      for (var file : batch.entrySet()) {
        List<List<String>> records;
        try {
          records = records(text(file.getKey(), file.getValue()));
        } catch (EOFException e) {
          unreadable.add(file.getKey());
          continue;
        }
        files++;
        var header = records.get(0);
        empty += records.size() == 1 ? 1 : 0;
        for (var record : records.subList(1, records.size())) {
          this.records++;
          fieldCounts.add(record.size());
          if (record.size() != header.size()) {
            quarantined.merge("/record", 1L, Long::sum);
            continue;
          }
          var row = map(header, record);
          var reasons = reasons(row);
          assertTrue(reasons.size() < 2, () -> reasons + " " + row);
          if (reasons.isEmpty()) {
            valid.add(row);
            var noted = new HashMap<>(row);
            noted.put("arrived", file.getKey().replaceAll(".*(\\d{4}-\\d{2}-\\d{2}).*", "$1"));
            read.add(noted);
          } else {
            quarantined.merge(reasons.get(0), 1L, Long::sum);
            broken.add(id(row));
          }
        }
      }
      if (isReplaced) {
        replace(valid, broken);
      } else {
        merge(valid);
      }
    }

    /** Takes a file for the whole table; of a broken record nobody knows that its row is gone. */
    private void replace(List<Map<String, String>> valid, Set<String> broken) {
      var there = new HashSet<String>(broken);
      valid.forEach(row -> broken.remove(id(row)));
      valid.forEach(row -> there.add(id(row)));
      int before = rows.size();
      rows.keySet().retainAll(there);
      gone += before - rows.size();
      removed += before - rows.keySet().stream().filter(broken::contains).count();
      valid.forEach(row -> rows.put(id(row), row));
      accepted += valid.size();
    }

    private void merge(List<Map<String, String>> valid) {
      var newest = new HashMap<String, Map<String, String>>(rows.size());
      for (var row : valid) {
        newest.merge(id(row), row, (a, b) -> version(b).isAfter(version(a)) ? b : a);
      }
      newest.forEach(
          (id, row) -> {
            var held = rows.get(id);
            if (held == null || version(row).isAfter(version(held))) {
              rows.put(id, row);
              accepted++;
              duplicates--;
            }
          });
      for (var row : valid) {
        if (version(row).equals(version(rows.get(id(row))))) {
          duplicates++;
        } else {
          superseded++;
        }
      }
    }

    private String id(Map<String, String> row) {
      return key.stream().map(row::get).toList().toString();
    }

    private static Instant version(Map<String, String> row) {
      return Instant.parse(row.get("updated_at"));
    }

    private List<String> reasons(Map<String, String> row) {
      var reasons = new ArrayList<String>();
      for (var property : properties) {
        String name = property.get("name").asText();
        String value = name.equals("currency") ? currency(row) : row.get(name);
        if (value == null) {
          if (property.path("required").asBoolean()) {
            reasons.add(name + "/required");
          }
        } else {
          judge(property, name, value, reasons);
        }
      }
      if (reasons.isEmpty() && row.containsKey("amount")) {
        var quantity = new BigDecimal(row.get("quantity"));
        var amount = quantity.multiply(new BigDecimal(row.get("unit_price")));
        var stated = new BigDecimal(row.get("amount"));
        if (amount.setScale(2, RoundingMode.HALF_UP).compareTo(stated) != 0) {
          reasons.add("/amount_adds_up");
        }
        var most = stated.abs().multiply(new BigDecimal("0.30")).add(new BigDecimal("0.01"));
        if (new BigDecimal(row.get("tax_amount")).compareTo(most) > 0) {
          reasons.add("/tax_plausible");
        }
        if (version(row).isBefore(Instant.parse(row.get("created_at")))) {
          reasons.add("/updated_after_created");
        }
      }
      if (reasons.isEmpty() && row.containsKey("onboarded_on")) {
        if (row.get("updated_at").compareTo(row.get("onboarded_on")) < 0) {
          reasons.add("/updated_after_onboarding");
        }
      }
      return reasons;
    }

    private void judge(JsonNode property, String name, String value, List<String> reasons) {
      Comparable<?> typed = typed(property.get("logicalType").asText(), value);
      if (typed == null) {
        reasons.add(name + "/type");
        return;
      }
      var options = property.path("logicalTypeOptions");
      if (options.has("pattern") && !value.matches(options.get("pattern").asText())) {
        reasons.add(name + "/pattern");
      }
      if (options.has("maxLength") && value.length() > options.get("maxLength").asInt()) {
        reasons.add(name + "/length");
      }
      if (typed instanceof BigDecimal number) {
        if (number.compareTo(limit(options, "minimum", "-1e30")) < 0
            || number.compareTo(limit(options, "exclusiveMinimum", "-1e30")) <= 0
            || number.compareTo(limit(options, "maximum", "1e30")) > 0) {
          reasons.add(name + "/range");
        }
      } else if (typed instanceof LocalDate date && options.has("minimum")) {
        if (date.isBefore(LocalDate.parse(options.get("minimum").asText()))) {
          reasons.add(name + "/range");
        }
      }
      if (property.has("enum") && !property.get("enum").findValuesAsText("value").contains(value)) {
        reasons.add(name + "/enum");
      }
      if (references.containsKey(name)
          && !references.get(name).rows.containsKey(List.of(value).toString())) {
        reasons.add(name + "/reference");
      }
    }

    private static BigDecimal limit(JsonNode options, String name, String otherwise) {
      return new BigDecimal(options.path(name).asText(otherwise));
    }

    private static Comparable<?> typed(String type, String value) {
      try {
        return switch (type) {
          case "string" -> value;
          case "number" -> new BigDecimal(value);
          case "integer" -> new BigDecimal(Integer.parseInt(value));
          case "date" -> LocalDate.parse(value);
          case "timestamp" -> Instant.parse(value);
          default -> throw new AssertionError(type);
        };
      } catch (NumberFormatException | DateTimeParseException e) {
        return null;
      }
    }
  }

  private static String text(String path, byte[] bytes) throws IOException {
    if (path.endsWith(".gz")) {
      try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static List<Map<String, String>> maps(List<List<String>> records) {
    var header = records.get(0);
    return records.stream()
        .skip(1)
        .filter(record -> record.size() == header.size())
        .map(record -> map(header, record))
        .toList();
  }

  private static Map<String, String> map(List<String> header, List<String> record) {
    var row = new LinkedHashMap<String, String>();
    for (int i = 0; i < header.size(); i++) {
      row.put(header.get(i), record.get(i).isEmpty() ? null : record.get(i));
    }
    return row;
  }

  /** RFC 4180, strictly: a quote stands at both ends of a field or not at all. */
  private static List<List<String>> records(String text) {
    var records = new ArrayList<List<String>>();
    var record = new ArrayList<String>();
    int i = 0;
    while (i < text.length()) {
      var field = new StringBuilder();
      if (text.charAt(i) == '"') {
        i++;
        while (text.charAt(i) != '"' || text.charAt(i + 1) == '"') {
          i += text.charAt(i) == '"' ? 1 : 0;
          field.append(text.charAt(i++));
        }
        i++;
      } else {
        while (",\r\n".indexOf(text.charAt(i)) < 0) {
          assertNotEquals('"', text.charAt(i));
          field.append(text.charAt(i++));
        }
      }
      record.add(field.toString());
      if (text.charAt(i) == ',') {
        i++;
        continue;
      }
      i += text.charAt(i) == '\r' ? 1 : 0;
      assertEquals('\n', text.charAt(i++));
      records.add(record);
      record = new ArrayList<>();
    }
    return records;
  }
}
