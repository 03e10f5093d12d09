package io.sluice.demo.cloudcosts;

import io.sluice.demo.cloudcosts.CostLine.Charge;
import io.sluice.demo.cloudcosts.CostLine.Day;
import io.sluice.demo.cloudcosts.Fleet.Deal;
import io.sluice.demo.cloudcosts.Fleet.Machine;
import io.sluice.demo.cloudcosts.Fleet.Managed;
import io.sluice.demo.cloudcosts.Fleet.Provider;
import io.sluice.demo.cloudcosts.Fleet.Resource;
import io.sluice.demo.cloudcosts.PriceList.Granularity;
import java.io.IOException;
import java.util.SplittableRandom;

/** What a provider charges for one day: the first version of each line, in a fixed order. */
final class DayCharges {
  /** Usage grows by this much a day, machines not counted. */
  private static final double GROWTH = 0.0012;

  /** One whole unit, as quantities count. */
  private static final long UNIT = 10_000;

  /** Of a unit, in 1/1,000,000 of the currency. */
  private record Prices(long list, long contracted, long effective, long billed) {}

  /** Takes the first version of a line. */
  @FunctionalInterface
  interface Taker {
    void take(CostLine line) throws IOException;
  }

  private final Fleet fleet;
  private final Provider provider;
  private final Day day;
  private final SplittableRandom random;
  private final Taker out;

  /**
   * @param random of this provider and day alone
   */
  DayCharges(Fleet fleet, Provider provider, Day day, SplittableRandom random, Taker out) {
    this.fleet = fleet;
    this.provider = provider;
    this.day = day;
    this.random = random;
    this.out = out;
  }

  /** Gives every line of the day, machines first. */
  void charge() throws IOException {
    for (Machine machine : fleet.machines()) {
      if (machine.resource().provider() == provider
          && machine.firstDay() <= day.index
          && day.index <= machine.lastDay()) {
        chargeMachine(machine);
      }
    }
    double season = (Fleet.weekend(day) ? 0.55 : 1) * StrictMath.pow(1 + GROWTH, day.index);
    for (Managed managed : fleet.managed()) {
      if (managed.resource().provider() == provider) {
        chargeManaged(managed, season);
      }
    }
    for (int account = 0; account < Fleet.ACCOUNTS.length; account++) {
      chargeAccount(account);
    }
  }

  private void chargeMachine(Machine machine) throws IOException {
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
                        hour,
                        UNIT,
                        new Prices(list, list * 93 / 100, list * 7 / 10, 0));
                case SPOT ->
                    line(own, Charge.USAGE, hour, UNIT, new Prices(list, spot, spot, spot));
                case ON_DEMAND -> usage(own, hour, UNIT, list, list * 93 / 100);
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
                  hour,
                  machine.cores() * UNIT,
                  new Prices(list, gross, net, net)));
          Resource memory = machine.companion();
          long rate = memory.service().rate();
          out.take(
              line(
                  memory,
                  Charge.USAGE,
                  hour,
                  machine.memory() * UNIT,
                  new Prices(rate, rate, rate * 9 / 10, rate * 9 / 10)));
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
                CostLine.WHOLE_DAY,
                running * UNIT,
                new Prices(list, price, effective, committed ? 0 : price)));
      }
      // A month's price of a 128 GiB disk, a thirtieth a day.
      out.take(usage(disk, CostLine.WHOLE_DAY, UNIT / 30, rate, rate));
    } else if (own.provider() == Provider.AWS) {
      // GiB-months: so many GiB for a thirtieth of a month.
      long size = UNIT * (30 + own.ordinal() % 8 * 50) / 30;
      out.take(usage(disk, CostLine.WHOLE_DAY, size, rate, rate * 93 / 100));
    }
  }

  private void chargeManaged(Managed managed, double season) throws IOException {
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
      out.take(usage(resource, CostLine.WHOLE_DAY, Math.max(1, (long) today), list, contracted));
      return;
    }
    for (int hour = 0; hour < 24; hour++) {
      double daylight = 0.6 + 0.4 * (1 - StrictMath.cos((hour - 3) * StrictMath.PI / 12));
      long quantity =
          Math.max(1, (long) (today / 24 * daylight * (0.9 + 0.2 * random.nextDouble())));
      out.take(usage(resource, hour, quantity, list, contracted));
    }
  }

  /**
   * Charges no resource has: taxes, commitments, credits, refunds, what was reserved and not used.
   */
  private void chargeAccount(int account) throws IOException {
    if (provider == Provider.ORACLE) {
      return;
    }
    long tax = 1_000_000 + random.nextInt(40_000_000);
    out.take(ofAccount(account, Charge.TAX, tax, tax, tax));
    if (random.nextDouble() < 0.05) {
      long refund = -1_000_000L - random.nextInt(20_000_000);
      out.take(ofAccount(account, Charge.REFUND, refund, refund, refund));
    }
    if (provider == Provider.AWS) {
      long fee = 4_000_000 + random.nextInt(1_000_000);
      out.take(ofAccount(account, Charge.COMMITMENT, fee, 0, fee));
      out.take(ofAccount(account, Charge.NEGATION, fee, 0, 0));
      if (random.nextDouble() < 0.1) {
        long credit = -500_000L - random.nextInt(5_000_000);
        out.take(ofAccount(account, Charge.CREDIT, credit, credit, credit));
      }
      if (account == 0) {
        out.take(ofAccount(account, Charge.UNUSED_CAPACITY, 2_304_000, 2_304_000, 2_304_000));
      }
    } else if (provider == Provider.AZURE) {
      long fee = 6_000_000 + random.nextInt(1_000_000);
      out.take(ofAccount(account, Charge.COMMITMENT, fee, 0, fee));
      if (random.nextDouble() < 0.4) {
        out.take(ofAccount(account, Charge.UNUSED_COMMITMENT, 0, fee / 10, 0));
      }
    }
  }

  private CostLine ofAccount(
      int account, Charge charge, long contracted, long effective, long billed) {
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

  private CostLine usage(Resource resource, int hour, long quantity, long list, long contracted) {
    Prices prices = new Prices(list, contracted, contracted, contracted);
    return line(resource, Charge.USAGE, hour, quantity, prices);
  }

  private CostLine line(Resource resource, Charge charge, int hour, long quantity, Prices prices) {
    String team = random.nextDouble() < CloudCostGenerator.TAG_LAG ? null : resource.team();
    return new CostLine(
        resource,
        charge,
        day,
        hour,
        quantity,
        prices.list,
        prices.contracted,
        prices.effective,
        prices.billed,
        team,
        day.assembledAt);
  }
}
