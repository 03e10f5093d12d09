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
   * A service and its one meter.
   *
   * @param name empty when the provider's export leaves it open
   * @param rate list price of a unit, in 1/1,000,000 of the currency
   * @param hours whether it is metered by the hour or by the day
   */
  record Service(
      Provider provider,
      String code,
      String name,
      String meter,
      String unit,
      long rate,
      Granularity hours) {
    String focusName() {
      return name.isEmpty() ? "Unknown service" : name;
    }

    String group(String team) {
      return provider.focusName + "|" + focusName() + "|" + (team == null ? "unallocated" : team);
    }
  }

  enum Granularity {
    HOURLY,
    DAILY
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
      Service service,
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

  private record Type(String name, int cores, int memory, long hourlyRate) {}

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

  private static final Type[][] TYPES = {
    {
      new Type("m5.large", 2, 8, 96_000),
      new Type("t3.medium", 2, 4, 41_600),
      new Type("m5.xlarge", 4, 16, 192_000),
      new Type("c5.xlarge", 4, 8, 170_000),
      new Type("r5.2xlarge", 8, 64, 504_000),
      new Type("m5.4xlarge", 16, 64, 768_000),
      new Type("g4dn.2xlarge", 8, 32, 752_000)
    },
    {
      new Type("Standard_D2s_v5", 2, 8, 89_000),
      new Type("Standard_B2s", 2, 4, 38_700),
      new Type("Standard_D4s_v5", 4, 16, 178_000),
      new Type("Standard_F4s_v2", 4, 8, 157_000),
      new Type("Standard_E8s_v5", 8, 64, 467_000),
      new Type("Standard_D16s_v5", 16, 64, 712_000),
      new Type("Standard_NC8as_T4_v3", 8, 56, 698_000)
    },
    {
      new Type("n2-standard-2", 2, 8, 31_611),
      new Type("e2-medium", 2, 4, 21_811),
      new Type("n2-standard-4", 4, 16, 31_611),
      new Type("c2-standard-4", 4, 16, 33_982),
      new Type("n2-highmem-8", 8, 64, 31_611),
      new Type("n2-standard-16", 16, 64, 31_611),
      new Type("n2-standard-8", 8, 32, 31_611)
    }
  };

  /** A machine's own service, then the one of its companion, by provider. */
  private static final Service[][] MACHINE_SERVICES = {
    {
      service(Provider.AWS, "AmazonEC2|Amazon Elastic Compute Cloud|BoxUsage|Hrs|0|HOURLY"),
      service(
          Provider.AWS,
          "AmazonEC2|Amazon Elastic Compute Cloud|EBS:VolumeUsage.gp3|GB-Mo|80000|DAILY")
    },
    {
      service(Provider.AZURE, "Virtual Machines|Virtual Machines|Compute|1 Hour|0|DAILY"),
      service(Provider.AZURE, "Storage|Storage|Premium SSD Managed Disks|1/Month|17920000|DAILY")
    },
    {
      service(Provider.GCP, "6F81-5844-456A|Compute Engine|Instance Core running|hour|0|HOURLY"),
      service(
          Provider.GCP,
          "6F81-5844-456A|Compute Engine|Instance Ram running|gibibyte hour|4237|HOURLY")
    }
  };

  /**
   * Managed services by provider, most costly first; the nameless stand for products no price list
   * explains.
   */
  private static final Service[][] MANAGED_SERVICES = {
    {
      service(
          Provider.AWS,
          "AmazonRDS|Amazon Relational Database"
              + " Service|InstanceUsage:db.r5.large|Hrs|250000|HOURLY"),
      service(
          Provider.AWS,
          "AmazonS3|Amazon Simple Storage Service|TimedStorage-ByteHrs|GB-Mo|23000|DAILY"),
      service(Provider.AWS, "AmazonRedshift|Amazon Redshift|Node:ra3.xlplus|Hrs|1086000|HOURLY"),
      service(
          Provider.AWS, "AWSDataTransfer|AWS Data Transfer|DataTransfer-Out-Bytes|GB|90000|DAILY"),
      service(
          Provider.AWS,
          "AmazonDynamoDB|Amazon DynamoDB|WriteRequestUnits|WriteRequestUnits|2|DAILY"),
      service(Provider.AWS, "AWSELB|Elastic Load Balancing|LCUUsage|LCU-Hrs|8000|HOURLY"),
      service(
          Provider.AWS, "AmazonVPC|Amazon Virtual Private Cloud|NatGateway-Hours|Hrs|45000|HOURLY"),
      service(
          Provider.AWS,
          "AmazonCloudWatch|AmazonCloudWatch|CW:MetricMonitorUsage|Metrics|300000|DAILY"),
      service(Provider.AWS, "AWSLambda|AWS Lambda|Lambda-GB-Second|Lambda-GB-Second|17|DAILY"),
      service(Provider.AWS, "AmazonSageMaker|Amazon SageMaker|Host:ml.m5.xlarge|Hrs|230000|HOURLY"),
      service(
          Provider.AWS,
          "AmazonElastiCache|Amazon ElastiCache|NodeUsage:cache.r5.large|Hrs|216000|HOURLY"),
      service(Provider.AWS, "3qxz8dk1w5b0v7mty2||SoftwareUsage|Units|120000|DAILY"),
      service(
          Provider.AWS,
          "AWSQueueService|Amazon Simple Queue Service|Requests-Tier1|Requests|1|DAILY"),
      service(Provider.AWS, "awskms|AWS Key Management Service|KMS-Requests|Requests|3|DAILY")
    },
    {
      service(Provider.AZURE, "SQL Database|SQL Database|vCore|1 Hour|210000|DAILY"),
      service(Provider.AZURE, "Storage|Storage|Hot LRS Data Stored|1 GB/Month|19000|DAILY"),
      service(Provider.AZURE, "Log Analytics|Log Analytics|Data Ingestion|1 GB|2530000|DAILY"),
      service(Provider.AZURE, "Azure Cosmos DB|Azure Cosmos DB|100 RU/s|1 Hour|7400|DAILY"),
      service(Provider.AZURE, "Bandwidth|Bandwidth|Standard Data Transfer Out|1 GB|80000|DAILY"),
      service(
          Provider.AZURE,
          "Azure Kubernetes Service|Azure Kubernetes Service|Uptime SLA|1 Hour|92000|DAILY"),
      service(Provider.AZURE, "||Consumption|1 Unit|50000|DAILY"),
      service(Provider.AZURE, "Event Hubs|Event Hubs|Throughput Unit|1 Hour|28000|DAILY"),
      service(Provider.AZURE, "Key Vault|Key Vault|Operations|10K|28000|DAILY")
    },
    {
      service(Provider.GCP, "24E6-581D-38E5|BigQuery|Analysis|tebibyte|6250000|DAILY"),
      service(Provider.GCP, "9662-B51E-5089|Cloud SQL|DB standard vCPU|hour|41300|HOURLY"),
      service(
          Provider.GCP, "95FF-2EF5-5EA1|Cloud Storage|Standard Storage|gibibyte month|20000|DAILY"),
      service(
          Provider.GCP,
          "CCD8-9BF1-090E|Kubernetes Engine|Autopilot Pod mCPU Requests|hour|44500|HOURLY"),
      service(Provider.GCP, "C7E2-9256-1C43|Vertex AI|Online Prediction|hour|215400|DAILY"),
      service(Provider.GCP, "77B1-4E0C-92D3||Third party|count|15000|DAILY"),
      service(
          Provider.GCP,
          "A1E8-BE35-7EBC|Cloud Pub/Sub|Message Delivery Basic|tebibyte|40000000|DAILY"),
      service(Provider.GCP, "5490-F7B7-8DF6|Cloud Logging|Log Storage|gibibyte|500000|DAILY")
    },
    {
      service(Provider.ORACLE, "Compute|COMPUTE|Standard - E4|OCPU Hours|25000|HOURLY"),
      service(Provider.ORACLE, "Databases|DATABASE|Autonomous - ECPU|ECPU Hours|336000|HOURLY"),
      service(Provider.ORACLE, "Storage|BLOCK_STORAGE|Block Volume - Storage|GB/Month|25500|DAILY"),
      service(Provider.ORACLE, "||Marketplace|Units|70000|DAILY")
    }
  };

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
    Service service =
        switch (provider) {
          case AWS, AZURE, GCP -> MACHINE_SERVICES[provider.ordinal()][0];
          case ORACLE -> MANAGED_SERVICES[provider.ordinal()][0];
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
    Type type = TYPES[provider.ordinal()][zipf(random, TYPES[provider.ordinal()].length, 0.9)];
    String team = random.nextDouble() < UNTAGGED ? null : TEAMS[zipf(random, TEAMS.length, 0.8)];
    int account = zipf(random, ACCOUNTS.length, 0.7);
    int region = zipf(random, 4, 1.2);
    String name =
        (profile == Profile.BATCH ? "batch-" : "vm-") + String.format(Locale.ROOT, "%05d", i);
    Service[] services = MACHINE_SERVICES[provider.ordinal()];
    Service own = priced(services[0], type.hourlyRate());
    String id = id(provider, "machine", name, random, account, region);
    Resource resource = resource(own, id, name, account, region, team);
    String companionId =
        provider == Provider.GCP ? id : id(provider, "disk", name, random, account, region);
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
    Service[] services = MANAGED_SERVICES[provider.ordinal()];
    // The first resources of a provider go through its services once, so that even a small company
    // uses them all.
    int rank =
        i / 20 * 2 + slot % 2 < services.length
            ? i % services.length
            : zipf(random, services.length, 0.8);
    Service service = services[rank];
    int account = zipf(random, ACCOUNTS.length, 0.7);
    int region = zipf(random, 4, 1.2);
    String team = random.nextDouble() < UNTAGGED ? null : TEAMS[zipf(random, TEAMS.length, 0.8)];
    String name = "svc-" + String.format(Locale.ROOT, "%05d", i);
    double cost =
        TOP_SERVICE_COST
            * StrictMath.pow(rank + 1, -ZIPF)
            * StrictMath.exp(random.nextGaussian() * 1.1 - 0.6);
    double units = cost * 1_000_000 / service.rate();
    String id = id(provider, service.code(), name, random, account, region);
    managed.add(new Managed(resource(service, id, name, account, region, team), units * 10_000));
  }

  private Resource resource(
      Service service, String id, String name, int account, int region, String team) {
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

  private String id(
      Provider provider,
      String kind,
      String name,
      SplittableRandom random,
      int account,
      int region) {
    long bits = random.nextLong();
    return switch (provider) {
      case AWS ->
          switch (kind) {
            case "machine" -> "i-0" + hex(bits);
            case "disk" -> "vol-0" + hex(bits);
            default ->
                "arn:aws:"
                    + awsNamespace(kind)
                    + ":"
                    + CostExport.AWS_REGIONS[region][0]
                    + ":"
                    + CostExport.awsAccount(account)
                    + ":"
                    + name;
          };
      case AZURE ->
          "/subscriptions/"
              + CostExport.azureSubscription(account)
              + "/resourcegroups/rg-"
              + ACCOUNTS[account]
              + "/providers/"
              + switch (kind) {
                case "machine" -> "microsoft.compute/virtualmachines/";
                case "disk" -> "microsoft.compute/disks/disk-";
                default ->
                    "microsoft.managed/" + kind.toLowerCase(Locale.ROOT).replace(' ', '-') + "/";
              }
              + name;
      case GCP ->
          kind.equals("machine")
              ? "//compute.googleapis.com/projects/acme-"
                  + ACCOUNTS[account]
                  + "/zones/"
                  + CostExport.GCP_REGIONS[region]
                  + "-b/instances/"
                  + (bits >>> 2)
              : "//cloud.googleapis.com/projects/acme-" + ACCOUNTS[account] + "/resources/" + name;
      case ORACLE -> "ocid1." + kind.toLowerCase(Locale.ROOT) + ".oc1.eu-frankfurt-1." + hex(bits);
    };
  }

  private static String awsNamespace(String code) {
    String lower = code.toLowerCase(Locale.ROOT);
    return lower.startsWith("amazon")
        ? lower.substring(6)
        : lower.startsWith("aws") ? lower.substring(3) : "market";
  }

  private static String hex(long bits) {
    return String.format(Locale.ROOT, "%016x", bits);
  }

  private static Service service(Provider provider, String line) {
    String[] part = line.split("\\|", -1);
    return new Service(
        provider,
        part[0],
        part[1],
        part[2],
        part[3],
        Long.parseLong(part[4]),
        Granularity.valueOf(part[5]));
  }

  private static Service priced(Service service, long rate) {
    return new Service(
        service.provider(),
        service.code(),
        service.name(),
        service.meter(),
        service.unit(),
        rate,
        service.hours());
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
