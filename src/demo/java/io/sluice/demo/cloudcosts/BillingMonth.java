package io.sluice.demo.cloudcosts;

import io.sluice.demo.cloudcosts.CostLine.Defect;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A provider's bill of one month as it stands, and how it will be corrected. */
final class BillingMonth {
  final YearMonth month;

  /** The valid lines that silver holds: those of the delivery that was complete last. */
  List<CostLine> delivered = List.of();

  private final List<Entry> entries = new ArrayList<>();
  private final TreeMap<LocalDate, List<Runnable>> later = new TreeMap<>();

  BillingMonth(YearMonth month) {
    this.month = month;
  }

  /** A line of the bill, and what is wrong with it; null for nothing. */
  static final class Entry {
    private CostLine line;
    private Defect defect;

    private Entry(CostLine line, Defect defect) {
      this.line = line;
      this.defect = defect;
    }

    CostLine line() {
      return line;
    }

    Defect defect() {
      return defect;
    }
  }

  /** Adds a line, broken or whole. */
  Entry add(CostLine line, Defect defect) {
    Entry entry = new Entry(line, defect);
    entries.add(entry);
    return entry;
  }

  /** A line comes only on a later day. */
  void addOn(LocalDate day, CostLine line) {
    on(day, () -> add(line, null));
  }

  /** A line is another from a day on. */
  void restateOn(LocalDate day, Entry entry, CostLine restated) {
    on(
        day,
        () -> {
          entry.line = restated;
          entry.defect = null;
        });
  }

  /** A line is no more from a day on. */
  void withdrawOn(LocalDate day, Entry entry) {
    on(day, () -> entries.remove(entry));
  }

  private void on(LocalDate day, Runnable change) {
    later.computeIfAbsent(day, d -> new ArrayList<>()).add(change);
  }

  /** Makes the changes of a day; says whether there were any. */
  boolean advance(LocalDate day) {
    List<Runnable> due = later.remove(day);
    if (due == null) {
      return false;
    }
    due.forEach(Runnable::run);
    return true;
  }

  /** The bill's lines as they stand. */
  List<Entry> entries() {
    return entries;
  }
}
