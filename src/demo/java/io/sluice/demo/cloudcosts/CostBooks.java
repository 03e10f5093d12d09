package io.sluice.demo.cloudcosts;

import io.sluice.demo.Truth;
import io.sluice.demo.cloudcosts.Fleet.Machine;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keeps the truth about both sources: what was sent, and what silver and gold must hold of it. */
final class CostBooks {
  /** What was sent and counted of the bills. */
  final Truth costs = new Truth();

  /** What was sent and counted of the machines' load. */
  final Truth metrics = new Truth();

  private final Fleet fleet;
  private final TreeMap<LocalDate, DayTotals> totals = new TreeMap<>();

  /** What silver holds of one day. */
  private static final class DayTotals {
    long lines;
    long billed;
    long effective;
    long hours;
    long network;

    /** Lines, billed, effective by the rest of {@code cost_daily}'s key. */
    final Map<String, long[]> groups = new HashMap<>();

    /** Hours, billed, effective by machine. */
    final Map<String, long[]> machines = new HashMap<>();
  }

  CostBooks(Fleet fleet) {
    this.fleet = fleet;
  }

  /** Adds a line to what silver holds, or takes it away ({@code sign} -1). */
  private void book(CostLine line, int sign) {
    DayTotals total = totals.computeIfAbsent(line.day().date, d -> new DayTotals());
    long billed = sign * line.billedCost();
    long effective = sign * line.effectiveCost();
    total.lines += sign;
    total.billed = Math.addExact(total.billed, billed);
    total.effective = Math.addExact(total.effective, effective);
    add(total.groups.computeIfAbsent(line.group(), g -> new long[3]), sign, billed, effective);
    Machine machine = fleet.machineOf(line.resource());
    if (machine != null && line.resource().id().equals(machine.resource().id())) {
      add(
          total.machines.computeIfAbsent(machine.resource().id(), m -> new long[3]),
          0,
          billed,
          effective);
    }
  }

  /** Books that a delivery takes the place of another, which may be empty. */
  void replace(List<CostLine> before, List<CostLine> after) {
    before.forEach(line -> book(line, -1));
    after.forEach(line -> book(line, 1));
    costs.removed += before.size();
  }

  private static void add(long[] sums, long count, long billed, long effective) {
    sums[0] += count;
    sums[1] += billed;
    sums[2] += effective;
  }

  /** Adds an hour to what silver holds, or takes it away ({@code sign} -1). */
  void book(MachineHour hour, int sign) {
    DayTotals total = totals.computeIfAbsent(hour.day().date, d -> new DayTotals());
    total.hours += sign;
    total.network += sign * hour.network();
    add(
        total.machines.computeIfAbsent(hour.machine().resource().id(), m -> new long[3]),
        sign,
        0,
        0);
  }

  /** What the lake must hold of both sources. */
  Map<String, Truth> truth() {
    Truth bill = copy(costs);
    Truth load = copy(metrics);
    for (Map.Entry<LocalDate, DayTotals> entry : totals.entrySet()) {
      String day = entry.getKey().toString();
      DayTotals total = entry.getValue();
      if (total.lines > 0) {
        bill.rows.put(day, total.lines);
        bill.addSum("BilledCost", day, money(total.billed));
        bill.addSum("EffectiveCost", day, money(total.effective));
      }
      total.groups.forEach(
          (rest, sums) -> {
            if (sums[0] > 0) {
              String group = day + "|" + rest;
              bill.addGold("cost_daily", "lines", group, BigDecimal.valueOf(sums[0]));
              bill.addGold("cost_daily", "billed_cost", group, money(sums[1]));
              bill.addGold("cost_daily", "effective_cost", group, money(sums[2]));
            }
          });
      if (total.hours > 0) {
        load.rows.put(day, total.hours);
        load.addSum("network_bytes", day, BigDecimal.valueOf(total.network));
      }
      total.machines.forEach(
          (machine, sums) -> {
            if (sums[0] > 0) {
              String group = day + "|" + machine;
              load.addGold("machine_daily", "hours", group, BigDecimal.valueOf(sums[0]));
              load.addGold("machine_daily", "billed_cost", group, money(sums[1]));
              load.addGold("machine_daily", "effective_cost", group, money(sums[2]));
            }
          });
    }
    for (Machine machine : fleet.machines()) {
      String label =
          switch (machine.profile()) {
            case IDLE -> "idle";
            case WEEKEND_IDLE -> "idle_on_weekends";
            case BATCH -> "batch";
            default -> null;
          };
      if (label != null) {
        load.addLabel(label, machine.resource().id(), "true");
      }
    }
    return Map.of(CloudCostGenerator.COSTS, bill, CloudCostGenerator.METRICS, load);
  }

  private static Truth copy(Truth counted) {
    Truth copy = new Truth();
    copy.records = counted.records;
    copy.files = counted.files;
    copy.duplicates = counted.duplicates;
    copy.superseded = counted.superseded;
    copy.removed = counted.removed;
    copy.unreadableFiles.putAll(counted.unreadableFiles);
    copy.quarantined.putAll(counted.quarantined);
    return copy;
  }

  private static BigDecimal money(long cost) {
    return BigDecimal.valueOf(cost, CostLine.COST_DECIMALS);
  }
}
