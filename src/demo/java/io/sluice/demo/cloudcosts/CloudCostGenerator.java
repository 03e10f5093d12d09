package io.sluice.demo.cloudcosts;

import io.sluice.demo.Landing;
import io.sluice.demo.SourceGenerator;
import io.sluice.demo.Truth;
import io.sluice.demo.cloudcosts.CostLine.Day;
import io.sluice.demo.cloudcosts.Fleet.Provider;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes a company's cloud bills in four shapes ({@code cloud_costs}: AWS, Azure, Google Cloud, a
 * FOCUS 1.0 file) and its machines' hourly load ({@code machine_metrics}), and keeps the truth
 * about both.
 *
 * <p>Bills come as providers send them: each night the whole month so far, in a folder of its own,
 * and once more an earlier month of which something has changed. What a month's newest delivery
 * does not hold is gone. Stated shares, of all first versions of a line (an hour):
 *
 * <ul>
 *   <li>restated {@value #RESTATED} ({@value #HOURS_RESTATED}): from one to three days later on it
 *       has another cost and the tag the resource has by then; of hours, one in ten is followed by
 *       its first version sent again;
 *   <li>withdrawn {@value #WITHDRAWN}: one to three days later it is no more;
 *   <li>repeated {@value #REPEATED}: it stands in its deliveries twice, and is charged twice;
 *   <li>duplicate ({@value #HOURS_DUPLICATE}): an hour is sent twice, half of them on one day;
 *   <li>straggler {@value #STRAGGLER} ({@value #HOURS_STRAGGLING}): arrives only one or two (one to
 *       three) days later;
 *   <li>untagged {@value #TAG_LAG} of the lines of tagged resources;
 *   <li>defects: see {@link CostLine.Defect} and {@link MachineHour.Defect}; of the defective lines
 *       three in ten are whole from the next day on, the others broken in each delivery.
 * </ul>
 *
 * <p>On every third day, from the third on, AWS delivers in the evening too: that delivery is
 * superseded. On every fourth, from the second on, a file of AWS's delivery is cut off, so that
 * none of it counts; on every fifth, from the fourth on, a file of Azure's comes a day after the
 * rest. Costs are fixed-point longs ({@value CostLine#COST_DECIMALS} decimals), exact up to 900
 * million a day. Memory holds the lines of all months, and the time of a day grows with its month.
 */
public final class CloudCostGenerator implements SourceGenerator {
  static final double RESTATED = 0.02;
  static final double WITHDRAWN = 0.004;
  static final double REPEATED = 0.006;
  static final double STRAGGLER = 0.01;
  static final double TAG_LAG = 0.02;
  static final double HOURS_RESTATED = 0.004;
  static final double HOURS_DUPLICATE = 0.004;
  static final double HOURS_STRAGGLING = 0.006;

  static final String COSTS = "cloud_costs";
  static final String METRICS = "machine_metrics";

  private final Fleet fleet;
  private final CostBooks books;
  private final List<ProviderBills> bills = new ArrayList<>();
  private final LoadFiles load;
  private LocalDate next;
  private int index;

  /**
   * @param machines virtual machines on the first day; the number grows by a quarter per cent a day
   */
  public CloudCostGenerator(long seed, LocalDate firstDay, int machines) {
    if (machines < 1) {
      throw new IllegalArgumentException("machines must be at least 1, not " + machines);
    }
    this.fleet = new Fleet(seed, machines);
    this.books = new CostBooks(fleet);
    for (Provider provider : Provider.values()) {
      bills.add(new ProviderBills(seed, fleet, books, provider));
    }
    this.load = new LoadFiles(seed, fleet, books);
    this.next = firstDay;
  }

  @Override
  public void arrive(LocalDate date, Landing landing) throws IOException {
    if (!date.equals(next)) {
      throw new IllegalArgumentException(
          "days are made in order: expected " + next + ", not " + date);
    }
    Day day = new Day(date, index);
    fleet.advance(index);
    for (ProviderBills bill : bills) {
      bill.arrive(day, landing);
    }
    load.arrive(day, landing);
    next = date.plusDays(1);
    index++;
  }

  @Override
  public Map<String, Truth> truth() {
    return books.truth();
  }

  /** The random numbers of one purpose on one day, independent of all others. */
  static SplittableRandom random(long seed, String purpose, int part, Day day) {
    long number = purpose.hashCode() * 1_000_003L + part;
    return new SplittableRandom(
        Fleet.mix(seed ^ Fleet.mix(number ^ Fleet.mix(day.date.toEpochDay()))));
  }
}
