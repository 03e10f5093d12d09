package io.sluice.demo.cloudcosts;

import io.sluice.demo.Landing;
import io.sluice.demo.SourceGenerator;
import io.sluice.demo.Truth;
import io.sluice.demo.cloudcosts.CostLine.Charge;
import io.sluice.demo.cloudcosts.CostLine.Day;
import io.sluice.demo.cloudcosts.Fleet.Deal;
import io.sluice.demo.cloudcosts.Fleet.Granularity;
import io.sluice.demo.cloudcosts.Fleet.Machine;
import io.sluice.demo.cloudcosts.Fleet.Managed;
import io.sluice.demo.cloudcosts.Fleet.Provider;
import io.sluice.demo.cloudcosts.Fleet.Resource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Writes a company's cloud bills in four shapes ({@code cloud_costs}: AWS, Azure, Google Cloud, a
 * FOCUS 1.0 file) and its machines' hourly load ({@code machine_metrics}), and keeps the truth
 * about both.
 *
 * <p>The files of a day hold that day's usage, exported in the night after it, and what providers
 * correct of the days before. Stated shares, of all first versions of a line (an hour):
 *
 * <ul>
 *   <li>restated {@value #RESTATED} ({@value #HOURS_RESTATED}): exported again one to three days
 *       later with another cost and the tag the resource has by then; one in ten is followed by its
 *       first version sent again;
 *   <li>late {@value #LATE}: an older version arrives one to four days after the newer one;
 *   <li>both versions on one day {@value #BOTH_AT_ONCE};
 *   <li>duplicate {@value #DUPLICATE} ({@value #HOURS_DUPLICATE}): sent twice, half of them on one
 *       day;
 *   <li>straggler {@value #STRAGGLER} ({@value #HOURS_STRAGGLING}): arrives only one or two (one to
 *       three) days later;
 *   <li>untagged {@value #TAG_LAG} of the lines of tagged resources;
 *   <li>defects: see {@link CostLine.Defect} and {@link MachineHour.Defect}; of the defective lines
 *       three in ten come again a day later, repaired.
 * </ul>
 *
 * <p>The FOCUS file has no export time, so its lines are neither restated nor late. On every fourth
 * day, from the second on, one AWS file is cut off; its lines come again the day after. Costs are
 * fixed-point longs ({@value CostLine#COST_DECIMALS} decimals), exact up to 900 million a day.
 */
public final class CloudCostGenerator implements SourceGenerator {
  static final double RESTATED = 0.02;
  static final double LATE = 0.004;
  static final double BOTH_AT_ONCE = 0.002;
  static final double DUPLICATE = 0.006;
  static final double STRAGGLER = 0.01;
  static final double TAG_LAG = 0.02;
  static final double HOURS_RESTATED = 0.004;
  static final double HOURS_DUPLICATE = 0.004;
  static final double HOURS_STRAGGLING = 0.006;

  private static final String COSTS = "cloud_costs";
  private static final String METRICS = "machine_metrics";

  /** Usage grows by this much a day, machines not counted. */
  private static final double GROWTH = 0.0012;

  /** One whole unit, as quantities count. */
  private static final long UNIT = 10_000;

  private static final int LINES_PER_FILE = 100_000;
  private static final int BUFFER = 1 << 16;

  /** What a line sent does to silver. */
  private enum Effect {
    NEW,
    REPLACES,
    DUPLICATE,
    LATE
  }

  /** A line to be sent. {@code replaced} is the version in silver that it replaces, or null. */
  private record Sending<T>(T line, Effect effect, T replaced) {}

  private final long seed;
  private final Fleet fleet;
  private final Map<Provider, CostExport> exports =
      Map.of(
          Provider.AWS, new CostExport.Aws(),
          Provider.AZURE, new CostExport.Azure(),
          Provider.GCP, new CostExport.Gcp(),
          Provider.ORACLE, new CostExport.Focus());
  private final Map<Provider, TreeMap<LocalDate, List<Sending<CostLine>>>> laterLines =
      new HashMap<>();
  private final TreeMap<LocalDate, List<Sending<MachineHour>>> laterHours = new TreeMap<>();
  private final Truth costs = new Truth();
  private final Truth metrics = new Truth();
  private final TreeMap<LocalDate, DayTotals> totals = new TreeMap<>();
  private LocalDate next;
  private int index;

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

  /**
   * @param machines virtual machines on the first day; the number grows by a quarter per cent a day
   */
  public CloudCostGenerator(long seed, LocalDate firstDay, int machines) {
    if (machines < 1) {
      throw new IllegalArgumentException("machines must be at least 1, not " + machines);
    }
    this.seed = seed;
    this.fleet = new Fleet(seed, machines);
    this.next = firstDay;
    for (Provider provider : Provider.values()) {
      laterLines.put(provider, new TreeMap<>());
    }
  }

  @Override
  public void arrive(LocalDate date, Landing landing) throws IOException {
    if (!date.equals(next)) {
      throw new IllegalArgumentException(
          "days are made in order: expected " + next + ", not " + date);
    }
    Day day = new Day(date, index);
    fleet.advance(index);
    for (Provider provider : Provider.values()) {
      try (CostFiles files = new CostFiles(provider, day, landing)) {
        List<Sending<CostLine>> due = laterLines.get(provider).remove(date);
        for (Sending<CostLine> sending : due == null ? List.<Sending<CostLine>>of() : due) {
          files.send(sending);
        }
        charge(provider, day, files::plan);
      }
    }
    observe(day, landing);
    next = date.plusDays(1);
    index++;
  }

  @Override
  public Map<String, Truth> truth() {
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
    return Map.of(COSTS, bill, METRICS, load);
  }

  private static Truth copy(Truth counted) {
    Truth copy = new Truth();
    copy.records = counted.records;
    copy.files = counted.files;
    copy.duplicates = counted.duplicates;
    copy.superseded = counted.superseded;
    copy.unreadableFiles.putAll(counted.unreadableFiles);
    copy.quarantined.putAll(counted.quarantined);
    return copy;
  }

  private static BigDecimal money(long cost) {
    return BigDecimal.valueOf(cost, CostLine.COST_DECIMALS);
  }

  // ---- what is charged on a day ----

  /** Takes the first version of a line. */
  @FunctionalInterface
  private interface Charges {
    void take(CostLine line) throws IOException;
  }

  private void charge(Provider provider, Day day, Charges out) throws IOException {
    SplittableRandom random = random("charge", provider.ordinal(), day);
    for (Machine machine : fleet.machines()) {
      if (machine.resource().provider() == provider
          && machine.firstDay() <= day.index
          && day.index <= machine.lastDay()) {
        chargeMachine(machine, day, random, out);
      }
    }
    double season = (Fleet.weekend(day) ? 0.55 : 1) * StrictMath.pow(1 + GROWTH, day.index);
    for (Managed managed : fleet.managed()) {
      if (managed.resource().provider() == provider) {
        chargeManaged(managed, day, season, random, out);
      }
    }
    for (int account = 0; account < Fleet.ACCOUNTS.length; account++) {
      chargeAccount(provider, account, day, random, out);
    }
  }

  private void chargeMachine(Machine machine, Day day, SplittableRandom random, Charges out)
      throws IOException {
    Resource own = machine.resource();
    long list = own.service().rate();
    long spot = list * (280 + random.nextInt(120)) / 1000;
    int running = 0;
    for (int hour = 0; hour < 24; hour++) {
      if (machine.runs(day, hour)) {
        running++;
        if (own.provider() == Provider.AWS) {
          out.take(
              switch (machine.deal()) {
                case COMMITTED ->
                    line(
                        own,
                        Charge.COVERED,
                        day,
                        hour,
                        UNIT,
                        list,
                        list * 93 / 100,
                        list * 7 / 10,
                        0,
                        random);
                case SPOT ->
                    line(own, Charge.USAGE, day, hour, UNIT, list, spot, spot, spot, random);
                case ON_DEMAND -> usage(own, day, hour, UNIT, list, list * 93 / 100, random);
              });
        } else if (own.provider() == Provider.GCP) {
          long gross = machine.deal() == Deal.SPOT ? spot : list;
          long net =
              machine.deal() == Deal.COMMITTED
                  ? gross * 7 / 10
                  : machine.deal() == Deal.SPOT ? gross : gross * 9 / 10;
          out.take(
              line(
                  own,
                  Charge.USAGE,
                  day,
                  hour,
                  machine.cores() * UNIT,
                  list,
                  gross,
                  net,
                  net,
                  random));
          Resource memory = machine.companion();
          long rate = memory.service().rate();
          out.take(
              line(
                  memory,
                  Charge.USAGE,
                  day,
                  hour,
                  machine.memory() * UNIT,
                  rate,
                  rate,
                  rate * 9 / 10,
                  rate * 9 / 10,
                  random));
        }
      }
    }
    Resource disk = machine.companion();
    long rate = disk.service().rate();
    if (own.provider() == Provider.AZURE) {
      if (running > 0) {
        boolean committed = machine.deal() == Deal.COMMITTED;
        long price = machine.deal() == Deal.SPOT ? spot : list * 95 / 100;
        long effective = committed ? list * 62 / 100 : price;
        Charge charge = committed ? Charge.COVERED : Charge.USAGE;
        out.take(
            line(
                own,
                charge,
                day,
                CostLine.WHOLE_DAY,
                running * UNIT,
                list,
                price,
                effective,
                committed ? 0 : price,
                random));
      }
      // A month's price of a 128 GiB disk, a thirtieth a day.
      out.take(usage(disk, day, CostLine.WHOLE_DAY, UNIT / 30, rate, rate, random));
    } else if (own.provider() == Provider.AWS) {
      // GiB-months: so many GiB for a thirtieth of a month.
      long size = UNIT * (30 + own.ordinal() % 8 * 50) / 30;
      out.take(usage(disk, day, CostLine.WHOLE_DAY, size, rate, rate * 93 / 100, random));
    }
  }

  private void chargeManaged(
      Managed managed, Day day, double season, SplittableRandom random, Charges out)
      throws IOException {
    Resource resource = managed.resource();
    long list = resource.service().rate();
    long contracted =
        switch (resource.provider()) {
          case AWS -> Math.max(1, list * 93 / 100);
          case AZURE -> list * 95 / 100;
          case GCP, ORACLE -> list;
        };
    double today = managed.dailyQuantity() * season * StrictMath.exp(random.nextGaussian() * 0.15);
    if (resource.service().hours() == Granularity.DAILY) {
      out.take(
          usage(
              resource,
              day,
              CostLine.WHOLE_DAY,
              Math.max(1, (long) today),
              list,
              contracted,
              random));
      return;
    }
    for (int hour = 0; hour < 24; hour++) {
      double daylight = 0.6 + 0.4 * (1 - StrictMath.cos((hour - 3) * StrictMath.PI / 12));
      long quantity =
          Math.max(1, (long) (today / 24 * daylight * (0.9 + 0.2 * random.nextDouble())));
      out.take(usage(resource, day, hour, quantity, list, contracted, random));
    }
  }

  /**
   * Charges no resource has: taxes, commitments, credits, refunds, what was reserved and not used.
   */
  private void chargeAccount(
      Provider provider, int account, Day day, SplittableRandom random, Charges out)
      throws IOException {
    if (provider == Provider.ORACLE) {
      return;
    }
    long tax = 1_000_000 + random.nextInt(40_000_000);
    out.take(ofAccount(provider, account, Charge.TAX, day, tax, tax, tax));
    if (random.nextDouble() < 0.05) {
      long refund = -1_000_000L - random.nextInt(20_000_000);
      out.take(ofAccount(provider, account, Charge.REFUND, day, refund, refund, refund));
    }
    if (provider == Provider.AWS) {
      long fee = 4_000_000 + random.nextInt(1_000_000);
      out.take(ofAccount(provider, account, Charge.COMMITMENT, day, fee, 0, fee));
      out.take(ofAccount(provider, account, Charge.NEGATION, day, fee, 0, 0));
      if (random.nextDouble() < 0.1) {
        long credit = -500_000L - random.nextInt(5_000_000);
        out.take(ofAccount(provider, account, Charge.CREDIT, day, credit, credit, credit));
      }
      if (account == 0) {
        out.take(
            ofAccount(
                provider, account, Charge.UNUSED_CAPACITY, day, 2_304_000, 2_304_000, 2_304_000));
      }
    } else if (provider == Provider.AZURE) {
      long fee = 6_000_000 + random.nextInt(1_000_000);
      out.take(ofAccount(provider, account, Charge.COMMITMENT, day, fee, 0, fee));
      if (random.nextDouble() < 0.4) {
        out.take(ofAccount(provider, account, Charge.UNUSED_COMMITMENT, day, 0, fee / 10, 0));
      }
    }
  }

  private static CostLine ofAccount(
      Provider provider,
      int account,
      Charge charge,
      Day day,
      long contracted,
      long effective,
      long billed) {
    Resource resource = Fleet.account(provider, account, charge.ordinal());
    return new CostLine(
        resource,
        charge,
        day,
        CostLine.WHOLE_DAY,
        UNIT,
        contracted,
        contracted,
        effective,
        billed,
        null,
        day.assembledAt);
  }

  private static CostLine usage(
      Resource resource,
      Day day,
      int hour,
      long quantity,
      long list,
      long contracted,
      SplittableRandom random) {
    return line(
        resource,
        Charge.USAGE,
        day,
        hour,
        quantity,
        list,
        contracted,
        contracted,
        contracted,
        random);
  }

  private static CostLine line(
      Resource resource,
      Charge charge,
      Day day,
      int hour,
      long quantity,
      long list,
      long contracted,
      long effective,
      long billed,
      SplittableRandom random) {
    String team = random.nextDouble() < TAG_LAG ? null : resource.team();
    return new CostLine(
        resource,
        charge,
        day,
        hour,
        quantity,
        list,
        contracted,
        effective,
        billed,
        team,
        day.assembledAt);
  }

  // ---- what happens to the lines ----

  /**
   * The files of a provider on a day of arrival: plans each line's fate, writes it and books it.
   */
  private final class CostFiles implements AutoCloseable {
    private final Provider provider;
    private final CostExport export;
    private final Day day;
    private final Landing landing;
    private final SplittableRandom random;
    private final List<CostLine> cutOff = new ArrayList<>();
    private final TextFile file = new TextFile();
    private int part;
    private int lines;

    CostFiles(Provider provider, Day day, Landing landing) {
      this.provider = provider;
      this.export = exports.get(provider);
      this.day = day;
      this.landing = landing;
      this.random = random("fate", provider.ordinal(), day);
    }

    /**
     * Decides what becomes of a new line, sends what of it arrives today and keeps the rest for its
     * day.
     */
    void plan(CostLine line) throws IOException {
      if (provider == Provider.AWS && day.index % 4 == 1 && line.resource().ordinal() % 11 == 5) {
        cutOff.add(line);
        later(1, new Sending<>(line, Effect.NEW, null));
        return;
      }
      double u = random.nextDouble();
      for (CostLine.Defect defect : export.defects()) {
        u -= defect.share;
        if (u < 0) {
          write(line, defect);
          costs.addQuarantined(defect.reason);
          if (random.nextDouble() < 0.3) {
            later(1, new Sending<>(line.exportedAt(assembledAfter(1)), Effect.NEW, null));
          }
          return;
        }
      }
      if ((u -= STRAGGLER) < 0) {
        int days = 1 + random.nextInt(2);
        later(days, new Sending<>(line.exportedAt(assembledAfter(days)), Effect.NEW, null));
        return;
      }
      send(new Sending<>(line, Effect.NEW, null));
      if ((u -= DUPLICATE) < 0) {
        int days = Math.max(0, random.nextInt(6) - 2);
        Sending<CostLine> again = new Sending<>(line, Effect.DUPLICATE, null);
        if (days == 0) {
          send(again);
        } else {
          later(days, again);
        }
        return;
      }
      if (provider == Provider.ORACLE) {
        return;
      }
      CostLine older = line.metered(900, day.firstAssembledAt);
      if ((u -= BOTH_AT_ONCE) < 0) {
        send(new Sending<>(older, Effect.LATE, null));
      } else if ((u -= LATE) < 0) {
        later(1 + random.nextInt(4), new Sending<>(older, Effect.LATE, null));
      } else if (u < RESTATED) {
        int days = 1 + random.nextInt(3);
        String time = assembledAfter(days);
        long permille = 850 + random.nextInt(300);
        CostLine restated =
            random.nextDouble() < 0.4 ? line.metered(permille, time) : line.priced(permille, time);
        later(days, new Sending<>(restated, Effect.REPLACES, line));
        if (random.nextDouble() < 0.1) {
          later(days + 1, new Sending<>(line, Effect.LATE, null));
        }
      }
    }

    void send(Sending<CostLine> sending) throws IOException {
      write(sending.line(), null);
      switch (sending.effect()) {
        case NEW -> book(sending.line(), 1);
        case REPLACES -> {
          book(sending.replaced(), -1);
          book(sending.line(), 1);
        }
        case DUPLICATE -> costs.duplicates++;
        case LATE -> costs.superseded++;
      }
    }

    private String assembledAfter(int days) {
      return day.date.plusDays(days + 1) + "T03:14:15Z";
    }

    private void later(int days, Sending<CostLine> sending) {
      laterLines
          .get(provider)
          .computeIfAbsent(day.date.plusDays(days), d -> new ArrayList<>())
          .add(sending);
    }

    private void write(CostLine line, CostLine.Defect defect) throws IOException {
      if (lines % LINES_PER_FILE == 0) {
        file.close();
        part++;
        file.open(landing, export.path(day, part));
        file.text.append(export.header(day));
        costs.files++;
      }
      lines++;
      export.append(file.text, line, fleet.machineOf(line.resource()), day, defect);
      file.flushIfFull();
      costs.records++;
    }

    @Override
    public void close() throws IOException {
      file.close();
      if (!cutOff.isEmpty()) {
        String path = export.path(day, part + 1);
        StringBuilder text = new StringBuilder(export.header(day));
        for (CostLine line : cutOff) {
          export.append(text, line, fleet.machineOf(line.resource()), day, null);
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        try (OutputStream gzip = new FastGzip(whole)) {
          gzip.write(text.toString().getBytes(StandardCharsets.UTF_8));
        }
        try (OutputStream out = landing.create(path)) {
          out.write(whole.toByteArray(), 0, whole.size() * 3 / 5);
        }
        costs.unreadableFiles.put(path, "gzip stream cut off");
      }
    }
  }

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

  private static void add(long[] sums, long count, long billed, long effective) {
    sums[0] += count;
    sums[1] += billed;
    sums[2] += effective;
  }

  // ---- what is observed on a day ----

  private void observe(Day day, Landing landing) throws IOException {
    SplittableRandom random = random("hours", 0, day);
    TextFile file = new TextFile();
    file.open(landing, METRICS + "/" + day.iso + "/metrics.jsonl.gz");
    metrics.files++;
    List<Sending<MachineHour>> due = laterHours.remove(day.date);
    for (Sending<MachineHour> sending : due == null ? List.<Sending<MachineHour>>of() : due) {
      send(file, day, sending);
    }
    List<MachineHour> hours = new ArrayList<>(24);
    for (Machine machine : fleet.machines()) {
      MachineHour.observe(seed, machine, day, day.assembledAt, hours::add);
      for (MachineHour hour : hours) {
        plan(file, day, hour, random);
      }
      hours.clear();
    }
    file.close();
  }

  private void plan(TextFile file, Day day, MachineHour hour, SplittableRandom random)
      throws IOException {
    double u = random.nextDouble();
    for (MachineHour.Defect defect : MachineHour.Defect.values()) {
      u -= defect.share;
      if (u < 0) {
        write(file, day, hour, defect);
        metrics.addQuarantined(defect.reason);
        return;
      }
    }
    int days = 1 + random.nextInt(3);
    String time = day.date.plusDays(days + 1) + "T03:14:15Z";
    if ((u -= HOURS_STRAGGLING) < 0) {
      later(day, days, new Sending<>(hour.updatedAt(time), Effect.NEW, null));
      return;
    }
    send(file, day, new Sending<>(hour, Effect.NEW, null));
    if ((u -= HOURS_DUPLICATE) < 0) {
      Sending<MachineHour> again = new Sending<>(hour, Effect.DUPLICATE, null);
      if (random.nextBoolean()) {
        send(file, day, again);
      } else {
        later(day, days, again);
      }
    } else if (u < HOURS_RESTATED) {
      later(day, days, new Sending<>(hour.recounted(time), Effect.REPLACES, hour));
      if (random.nextDouble() < 0.2) {
        later(day, days + 1, new Sending<>(hour, Effect.LATE, null));
      }
    }
  }

  private void later(Day day, int days, Sending<MachineHour> sending) {
    laterHours.computeIfAbsent(day.date.plusDays(days), d -> new ArrayList<>()).add(sending);
  }

  private void send(TextFile file, Day day, Sending<MachineHour> sending) throws IOException {
    write(file, day, sending.line(), null);
    switch (sending.effect()) {
      case NEW -> book(sending.line(), 1);
      case REPLACES -> {
        book(sending.replaced(), -1);
        book(sending.line(), 1);
      }
      case DUPLICATE -> metrics.duplicates++;
      case LATE -> metrics.superseded++;
    }
  }

  private void write(TextFile file, Day day, MachineHour hour, MachineHour.Defect defect)
      throws IOException {
    hour.append(file.text, day, defect);
    file.flushIfFull();
    metrics.records++;
  }

  private void book(MachineHour hour, int sign) {
    DayTotals total = totals.computeIfAbsent(hour.day().date, d -> new DayTotals());
    total.hours += sign;
    total.network += sign * hour.network();
    add(
        total.machines.computeIfAbsent(hour.machine().resource().id(), m -> new long[3]),
        sign,
        0,
        0);
  }

  private SplittableRandom random(String purpose, int part, Day day) {
    long number = purpose.hashCode() * 1_000_003L + part;
    return new SplittableRandom(
        Fleet.mix(seed ^ Fleet.mix(number ^ Fleet.mix(day.date.toEpochDay()))));
  }

  /**
   * A file being written, gzipped if its name says so; text is gathered and passed on in pieces.
   */
  private static final class TextFile {
    final StringBuilder text = new StringBuilder(BUFFER + 4096);
    private OutputStream out;

    void open(Landing landing, String path) throws IOException {
      OutputStream raw = landing.create(path);
      out = path.endsWith(".gz") ? new FastGzip(raw) : raw;
    }

    void flushIfFull() throws IOException {
      if (text.length() >= BUFFER) {
        flush();
      }
    }

    private void flush() throws IOException {
      out.write(text.toString().getBytes(StandardCharsets.UTF_8));
      text.setLength(0);
    }

    void close() throws IOException {
      if (out != null) {
        flush();
        out.close();
        out = null;
      }
    }
  }

  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, BUFFER);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
