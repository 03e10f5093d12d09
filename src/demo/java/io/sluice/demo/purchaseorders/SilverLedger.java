package io.sluice.demo.purchaseorders;

import io.sluice.demo.Truth;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Takes the valid records of each day as they arrive and gives what silver and gold must hold: the
 * truth of the orders.
 *
 * <p>A line that arrives once is booked at once; one that arrives again is booked when its day
 * closes, because which of a day's records are superseded depends on the newest of them. Money is
 * counted in cents, in longs: exact, and far from their bound.
 */
final class SilverLedger {

  private static final int MONTH = 30;

  /** Lines and what was spent on them. */
  private static final class Sum {
    private long lines;
    private long spend;

    private void add(long moreLines, long moreSpend) {
      lines += moreLines;
      spend += moreSpend;
    }
  }

  /** The name of a vendor's group apart from its day. */
  private record VendorGroup(String vendor, String currency) implements Comparable<VendorGroup> {
    @Override
    public int compareTo(VendorGroup other) {
      int byVendor = vendor.compareTo(other.vendor);
      return byVendor != 0 ? byVendor : currency.compareTo(other.currency);
    }
  }

  /** What silver holds of one day. */
  private static final class Day {
    private long rows;
    private long amount;
    private final Map<Integer, Sum> byDepartment = new TreeMap<>();
    private final Map<Integer, Sum> byVendor = new TreeMap<>();
  }

  private final SortedMap<Long, Day> days = new TreeMap<>();
  private final Map<OrderLine, List<LineVersion>> arrivedToday = new LinkedHashMap<>();
  private long duplicates;
  private long superseded;

  /** Takes a valid record that arrives today. */
  void take(OrderLine line, LineVersion version) {
    if (line.deliveries == 1) {
      book(line, version);
    } else {
      arrivedToday.computeIfAbsent(line, l -> new ArrayList<>(2)).add(version);
    }
  }

  /**
   * Books what was noted today: the newest version of each line against the one that silver holds.
   */
  void closeDay() {
    arrivedToday.forEach(this::resolve);
    arrivedToday.clear();
  }

  /** Adds rows, sums, gold, duplicates and superseded records to {@code truth}. */
  void addTo(Truth truth) {
    truth.duplicates += duplicates;
    truth.superseded += superseded;
    var spendOfDays = new TreeMap<VendorGroup, SortedMap<Long, Long>>();
    days.forEach(
        (day, held) -> {
          String date = LocalDate.ofEpochDay(day).toString();
          truth.rows.put(date, held.rows);
          truth.addSum("amount", date, cents(held.amount));
          held.byDepartment.forEach(
              (key, sum) -> {
                String department = Purchasing.DEPARTMENTS.get(key / Purchasing.CURRENCIES.size());
                String group = date + "|" + department + "|" + currency(key);
                truth.addGold("spend_daily", "lines", group, BigDecimal.valueOf(sum.lines));
                truth.addGold("spend_daily", "spend", group, cents(sum.spend));
              });
          held.byVendor.forEach(
              (key, sum) -> {
                var group =
                    new VendorGroup(
                        VendorRoster.id(key / Purchasing.CURRENCIES.size()), currency(key));
                spendOfDays.computeIfAbsent(group, g -> new TreeMap<>()).put(day, sum.spend);
              });
        });
    spendOfDays.forEach(
        (group, spends) ->
            spends.forEach(
                (day, spend) -> {
                  String name =
                      LocalDate.ofEpochDay(day) + "|" + group.vendor + "|" + group.currency;
                  long month = 0;
                  for (long earlier : spends.subMap(day - MONTH + 1, day + 1).values()) {
                    month += earlier;
                  }
                  truth.addGold("vendor_daily", "spend", name, cents(spend));
                  truth.addGold("vendor_daily", "spend_30d", name, cents(month));
                }));
  }

  private void resolve(OrderLine line, List<LineVersion> arrived) {
    long newest = line.held == null ? Long.MIN_VALUE : line.held.updatedAt();
    LineVersion winner = null;
    for (LineVersion version : arrived) {
      if (version.updatedAt() > newest) {
        newest = version.updatedAt();
        winner = version;
      }
    }
    for (LineVersion version : arrived) {
      if (version.updatedAt() < newest) {
        superseded++;
      } else if (version != winner) {
        duplicates++;
      } else {
        // Repeated in one batch, the winner is the same object: one of the records is kept, the
        // others are duplicates.
        winner = null;
        book(line, version);
      }
    }
  }

  private void book(OrderLine line, LineVersion version) {
    var day = days.computeIfAbsent(line.order.day, d -> new Day());
    int currencies = Purchasing.CURRENCIES.size();
    var department =
        day.byDepartment.computeIfAbsent(
            line.order.department * currencies + line.order.currency, key -> new Sum());
    var vendor =
        day.byVendor.computeIfAbsent(
            line.order.vendor.number * currencies + line.order.currency, key -> new Sum());
    if (line.held == null) {
      day.rows++;
      department.add(1, 0);
      vendor.add(1, 0);
    } else {
      day.amount -= line.held.amount();
      department.add(0, -spent(line.held));
      vendor.add(0, -spent(line.held));
    }
    line.held = version;
    day.amount += version.amount();
    department.add(0, spent(version));
    vendor.add(0, spent(version));
  }

  private static long spent(LineVersion version) {
    return version.cancelled() ? 0 : version.amount();
  }

  private static String currency(int key) {
    return Purchasing.CURRENCIES.get(key % Purchasing.CURRENCIES.size());
  }

  private static BigDecimal cents(long cents) {
    return BigDecimal.valueOf(cents, 2);
  }
}
