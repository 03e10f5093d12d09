package io.sluice.demo.cloudcosts;

import io.sluice.demo.Landing;
import io.sluice.demo.cloudcosts.BillWriter.Delivery;
import io.sluice.demo.cloudcosts.BillingMonth.Entry;
import io.sluice.demo.cloudcosts.CostLine.Day;
import io.sluice.demo.cloudcosts.Fleet.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Writes one provider's deliveries of {@code cloud_costs}, day after day: each night the whole
 * month so far, and an earlier month again when something of it has changed.
 */
final class ProviderBills {
  private final long seed;
  private final Fleet fleet;
  private final CostBooks books;
  private final Provider provider;
  private final CostExport export;
  private final BillWriter writer;
  private final TreeMap<YearMonth, BillingMonth> months = new TreeMap<>();

  /** Files that arrive a day after the rest of their delivery, and that delivery. */
  private final Map<String, byte[]> lateFiles = new TreeMap<>();

  private Delivery late;

  ProviderBills(long seed, Fleet fleet, CostBooks books, Provider provider) {
    this.seed = seed;
    this.fleet = fleet;
    this.books = books;
    this.provider = provider;
    this.export =
        switch (provider) {
          case AWS -> new AwsExport();
          case AZURE -> new AzureExport();
          case GCP -> new GcpExport();
          case ORACLE -> new FocusExport();
        };
    this.writer = new BillWriter(fleet, export);
  }

  /** Writes what is delivered on a day, and books what silver then holds. */
  void arrive(Day day, Landing landing) throws IOException {
    List<Delivery> complete = new ArrayList<>();
    finishLate(landing, complete);
    BillingMonth current =
        months.computeIfAbsent(YearMonth.from(day.date), month -> new BillingMonth(month));
    for (BillingMonth month : months.values()) {
      if (month.advance(day.date) && month != current) {
        complete.add(writer.write(month, day, night(day), landing, landing));
      }
    }
    if (provider == Provider.AWS && day.index % 3 == 2 && !current.entries().isEmpty()) {
      complete.add(writer.write(current, day, evening(day), landing, landing));
    }
    SplittableRandom random = CloudCostGenerator.random(seed, "charge", provider.ordinal(), day);
    SplittableRandom fate = CloudCostGenerator.random(seed, "fate", provider.ordinal(), day);
    new DayCharges(fleet, provider, day, random, line -> plan(current, line, fate)).charge();
    deliver(current, day, landing, complete);
    book(complete);
  }

  private static String night(Day day) {
    return CostExport.basic(day.date.plusDays(1)) + "T031415Z";
  }

  private static String evening(Day day) {
    return CostExport.basic(day.date) + "T204107Z";
  }

  private void finishLate(Landing landing, List<Delivery> complete) throws IOException {
    if (late == null) {
      return;
    }
    for (Map.Entry<String, byte[]> file : lateFiles.entrySet()) {
      try (OutputStream out = landing.create(file.getKey())) {
        out.write(file.getValue());
      }
    }
    lateFiles.clear();
    complete.add(late);
    late = null;
  }

  /** The night's delivery: whole, with a file cut off, or with one that comes a day later. */
  private void deliver(BillingMonth current, Day day, Landing landing, List<Delivery> complete)
      throws IOException {
    if (provider == Provider.AWS && day.index % 4 == 1) {
      writer
          .write(current, day, night(day), landing, BillWriter.cutOff(landing))
          .paths()
          .forEach(path -> books.costs.unreadableFiles.put(path, "a file of it is cut off"));
    } else if (provider == Provider.AZURE && day.index % 5 == 3) {
      late = writer.write(current, day, night(day), landing, BillWriter.keptBack(lateFiles));
    } else {
      complete.add(writer.write(current, day, night(day), landing, landing));
    }
  }

  /** Of a month's deliveries of one day the last takes the place of what was there. */
  private void book(List<Delivery> complete) {
    Map<BillingMonth, Delivery> newest = new LinkedHashMap<>();
    for (Delivery delivery : complete) {
      books.costs.files += delivery.paths().size();
      books.costs.records += delivery.records();
      delivery.quarantined().forEach((reason, lines) -> books.costs.addQuarantined(reason, lines));
      Delivery before = newest.put(delivery.month(), delivery);
      if (before != null) {
        books.costs.superseded += before.valid().size();
      }
    }
    newest.forEach(
        (month, delivery) -> {
          books.replace(month.delivered, delivery.valid());
          month.delivered = delivery.valid();
        });
  }

  /** Decides what becomes of a day's line in this delivery and those after it. */
  private void plan(BillingMonth month, CostLine line, SplittableRandom random) {
    double u = random.nextDouble();
    for (CostLine.Defect defect : export.defects()) {
      u -= defect.share;
      if (u < 0) {
        Entry broken = month.add(line, defect);
        if (random.nextDouble() < 0.3) {
          month.restateOn(line.day().date.plusDays(1), broken, line);
        }
        return;
      }
    }
    int days = 1 + random.nextInt(3);
    if ((u -= CloudCostGenerator.STRAGGLER) < 0) {
      month.addOn(line.day().date.plusDays(Math.min(days, 2)), line);
      return;
    }
    Entry entry = month.add(line, null);
    if ((u -= CloudCostGenerator.REPEATED) < 0) {
      month.add(line, null);
    } else if ((u -= CloudCostGenerator.WITHDRAWN) < 0) {
      month.withdrawOn(line.day().date.plusDays(days), entry);
    } else if (u < CloudCostGenerator.RESTATED) {
      String time = line.day().date.plusDays(days + 1) + "T03:14:15Z";
      long permille = 850 + random.nextInt(300);
      month.restateOn(
          line.day().date.plusDays(days),
          entry,
          random.nextDouble() < 0.4 ? line.metered(permille, time) : line.priced(permille, time));
    }
  }
}
