package io.sluice.demo.cloudcosts;

import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a company rents: virtual machines over three providers and managed services over four, with
 * the teams they are tagged with; grown and thinned day by day.
 *
 * <p>Of the machines {@value #IDLE} are idle for good, {@value #WEEKEND_IDLE} only on weekends, and
 * {@value #BATCH} work a few hours a day or one day a week and look idle in between. Every tenth
 * resource carries no team tag. What managed services cost falls with their rank, as Zipf has it.
 */
final class Fleet {
  /**
   * Share of machines nobody uses: a few per cent of CPU, a daily cron job, now and then a burst.
   */
  static final double IDLE = 0.08;

  /** Share of machines that serve office hours and idle on Saturday and Sunday. */
  static final double WEEKEND_IDLE = 0.12;

  /** Share of machines that run full for some hours and do nothing in between. */
  static final double BATCH = 0.08;

  /** Share of development machines that are switched off at night and on weekends. */
  static final double OFFICE = 0.14;

  /** Share of caches and databases: little CPU, much memory, always needed. */
  static final double MEMORY_BOUND = 0.12;

  /** Share of resources without a team tag. */
  static final double UNTAGGED = 0.10;

  /** Machines that appear a day, as a share of the fleet on the first day. */
  static final double BORN_DAILY = 0.0025;

  /** Chance of a machine, unless idle (nobody switches those off), to be gone the next day. */
  static final double GONE_DAILY = 0.001;

  /** Managed resources for each machine of the first day. */
  private static final double MANAGED = 0.6;

  private static final double ZIPF = 1.1;

  /** The mean daily cost of a resource of a provider's most used service. */
  private static final double TOP_SERVICE_COST = 160;

  enum Provider {
    AWS("AWS"),
    AZURE("Microsoft"),
    GCP("Google Cloud"),
    ORACLE("Oracle");

    final String focusName;

    Provider(String focusName) {
      this.focusName = focusName;
    }
  }

  /** How a machine is used. */
  enum Profile {
    IDLE,
    WEEKEND_IDLE,
    BATCH,
    OFFICE,
    MEMORY_BOUND,
    SERVING
  }

  /**
   * Something a provider charges for.
   *
   * @param id as silver holds it (Azure's in lower case); null for charges of a whole account
   * @param team null when untagged
   * @param group its group of {@code cost_daily}, without the day
   * @param unallocatedGroup the group of its lines without tags
   */
  record Resource(
      int ordinal,
      PriceList.Service service,
      String id,
      String name,
      int account,
      int region,
      String team,
      String environment,
      String group,
      String unallocatedGroup) {
    Provider provider() {
      return service.provider();
    }
  }

  /** A managed resource and the units it uses on a plain working day, in 1/10,000. */
  record Managed(Resource resource, double dailyQuantity) {}

  /**
   * A virtual machine.
   *
   * @param memory its RAM in GiB
   * @param companion what is charged beside it: its disk, or on Google Cloud its RAM
   * @param lastDay the last day it is there, by index
   * @param temper 0 to 1, what tells it from others of its profile
   */
  record Machine(
      Resource resource,
      String type,
      int cores,
      int memory,
      Resource companion,
      Profile profile,
      Deal deal,
      int firstDay,
      int lastDay,
      double temper) {

    /** Whether it is switched on at an hour of a day. */
    boolean runs(CostLine.Day day, int hour) {
      if (profile != Profile.OFFICE) {
        return true;
      }
      return !weekend(day) && hour >= 7 && hour < 19 + (int) (temper * 3);
    }
  }

  /** How a machine is paid for. */
  enum Deal {
    ON_DEMAND,
    COMMITTED,
    SPOT
  }

  static final String[] TEAMS = {
    "payments",
    "search",
    "data-platform",
    "checkout",
    "logistics",
    "identity",
    "ads",
    "mobile",
    "ml-research",
    "finance",
    "security",
    "support-tools"
  };
  static final String[] ACCOUNTS = {"prod", "staging", "dev", "analytics", "sandbox"};

  private final long seed;
  private final int size;
  private final List<Machine> machines = new ArrayList<>();
  private final List<Managed> managed = new ArrayList<>();
  private final Map<Resource, Machine> machineOf = new IdentityHashMap<>();
  private int ordinals;
  private int lastAdvanced = -1;

  /**
   * @param size machines on the first day
   */
  Fleet(long seed, int size) {
    this.seed = seed;
    this.size = size;
    for (int i = 0; i < size; i++) {
      addMachine(0);
    }
    int resources = Math.max(24, (int) (size * MANAGED));
    for (int i = 0; i < resources; i++) {
      addManaged(i);
    }
  }

  /** Machines ever rented, those gone included. */
  List<Machine> machines() {
    return machines;
  }

  List<Managed> managed() {
    return managed;
  }

  /** The machine that a resource is, or is the disk or memory of; null for all others. */
  Machine machineOf(Resource resource) {
    return machineOf.get(resource);
  }

  /**
   * A charge of a whole account, such as its tax: a resource without id, the same one each time.
   */
  static Resource account(Provider provider, int account, int kind) {
    PriceList.Service service =
        switch (provider) {
          case AWS, AZURE, GCP -> PriceList.MACHINE_SERVICES[provider.ordinal()][0];
          case ORACLE -> PriceList.MANAGED_SERVICES[provider.ordinal()][0];
        };
    int ordinal = -1 - (provider.ordinal() * 1000 + account * 10 + kind);
    String group = service.group(null);
    return new Resource(
        ordinal, service, null, null, account, 0, null, ACCOUNTS[account], group, group);
  }

  /** Lets a day pass: machines are rented. */
  void advance(int dayIndex) {
    if (dayIndex > 0 && dayIndex > lastAdvanced) {
      SplittableRandom random = new SplittableRandom(mix(seed ^ mix(0x6269727468L + dayIndex)));
      double expected = size * BORN_DAILY;
      int born = (int) expected + (random.nextDouble() < expected - (int) expected ? 1 : 0);
      for (int i = 0; i < born; i++) {
        addMachine(dayIndex);
      }
    }
    lastAdvanced = dayIndex;
  }

  private void addMachine(int dayIndex) {
    int i = machines.size();
    SplittableRandom random = new SplittableRandom(mix(seed ^ mix(0x6d616368L * 31 + i)));
    Provider provider = i % 20 < 9 ? Provider.AWS : i % 20 < 15 ? Provider.AZURE : Provider.GCP;
    Profile profile = profile(spread(i));
    PriceList.Type type =
        PriceList.TYPES[provider.ordinal()][
            zipf(random, PriceList.TYPES[provider.ordinal()].length, 0.9)];
    String team = random.nextDouble() < UNTAGGED ? null : TEAMS[zipf(random, TEAMS.length, 0.8)];
    int account = zipf(random, ACCOUNTS.length, 0.7);
    int region = zipf(random, 4, 1.2);
    String name =
        (profile == Profile.BATCH ? "batch-" : "vm-") + String.format(Locale.ROOT, "%05d", i);
    PriceList.Service[] services = PriceList.MACHINE_SERVICES[provider.ordinal()];
    PriceList.Service own = PriceList.priced(services[0], type.hourlyRate());
    String id = ResourceIds.of(provider, "machine", name, random, account, region);
    Resource resource = resource(own, id, name, account, region, team);
    String companionId =
        provider == Provider.GCP
            ? id
            : ResourceIds.of(provider, "disk", name, random, account, region);
    Resource companion = resource(services[1], companionId, name, account, region, team);
    double deal = random.nextDouble();
    Deal how =
        profile == Profile.BATCH && deal < 0.5
            ? Deal.SPOT
            : deal < 0.35 ? Deal.COMMITTED : Deal.ON_DEMAND;
    int lifetime =
        profile == Profile.IDLE
            ? Integer.MAX_VALUE / 2
            : (int) (StrictMath.log(1 - random.nextDouble()) / StrictMath.log(1 - GONE_DAILY));
    Machine machine =
        new Machine(
            resource,
            type.name(),
            type.cores(),
            type.memory(),
            companion,
            profile,
            how,
            dayIndex,
            dayIndex + lifetime,
            random.nextDouble());
    machines.add(machine);
    machineOf.put(resource, machine);
    machineOf.put(companion, machine);
  }

  private void addManaged(int i) {
    SplittableRandom random = new SplittableRandom(mix(seed ^ mix(0x6d616e67L * 37 + i)));
    int slot = i % 20;
    Provider provider =
        slot < 9
            ? Provider.AWS
            : slot < 14 ? Provider.AZURE : slot < 18 ? Provider.GCP : Provider.ORACLE;
    PriceList.Service[] services = PriceList.MANAGED_SERVICES[provider.ordinal()];
    // The first resources of a provider go through its services once, so that even a small company
    // uses them all.
    int rank =
        i / 20 * 2 + slot % 2 < services.length
            ? i % services.length
            : zipf(random, services.length, 0.8);
    PriceList.Service service = services[rank];
    int account = zipf(random, ACCOUNTS.length, 0.7);
    int region = zipf(random, 4, 1.2);
    String team = random.nextDouble() < UNTAGGED ? null : TEAMS[zipf(random, TEAMS.length, 0.8)];
    String name = "svc-" + String.format(Locale.ROOT, "%05d", i);
    double cost =
        TOP_SERVICE_COST
            * StrictMath.pow(rank + 1, -ZIPF)
            * StrictMath.exp(random.nextGaussian() * 1.1 - 0.6);
    double units = cost * 1_000_000 / service.rate();
    String id = ResourceIds.of(provider, service.code(), name, random, account, region);
    managed.add(new Managed(resource(service, id, name, account, region, team), units * 10_000));
  }

  private Resource resource(
      PriceList.Service service, String id, String name, int account, int region, String team) {
    return new Resource(
        ordinals++,
        service,
        id,
        name,
        account,
        region,
        team,
        ACCOUNTS[account],
        service.group(team),
        service.group(null));
  }

  private static Profile profile(double u) {
    double[] shares = {IDLE, WEEKEND_IDLE, BATCH, OFFICE, MEMORY_BOUND};
    double rest = u;
    for (int i = 0; i < shares.length; i++) {
      rest -= shares[i];
      if (rest < 0) {
        return Profile.values()[i];
      }
    }
    return Profile.SERVING;
  }

  static boolean weekend(CostLine.Day day) {
    return day.date.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) >= 0;
  }

  /**
   * Evenly spread over 0 to 1 whatever the number of draws (the golden ratio's multiples), so that
   * shares hold for few.
   */
  private static double spread(int i) {
    double turn = (i + 1) * 0.6180339887498949;
    return turn - StrictMath.floor(turn);
  }

  /** A rank from 0 to n - 1, rank r drawn in proportion to (r + 1) to the power of -s. */
  private static int zipf(SplittableRandom random, int n, double s) {
    double total = 0;
    for (int r = 1; r <= n; r++) {
      total += StrictMath.pow(r, -s);
    }
    double u = random.nextDouble() * total;
    for (int r = 1; r < n; r++) {
      u -= StrictMath.pow(r, -s);
      if (u < 0) {
        return r - 1;
      }
    }
    return n - 1;
  }

  /** SplitMix64's finaliser (Steele, Lea, Flood 2014): spreads close seeds far apart. */
  static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
    return b ^ (b >>> 31);
  }
}
