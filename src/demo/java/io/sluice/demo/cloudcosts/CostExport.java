package io.sluice.demo.cloudcosts;

import io.sluice.demo.cloudcosts.CostLine.Charge;
import io.sluice.demo.cloudcosts.CostLine.Day;
import io.sluice.demo.cloudcosts.CostLine.Defect;
import io.sluice.demo.cloudcosts.Fleet.Machine;
import io.sluice.demo.cloudcosts.Fleet.Resource;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Writes cost lines as text in the shape of one provider's export, whole or with one rule broken.
 */
sealed interface CostExport {

  String[][] AWS_REGIONS = {
    {"us-east-1", "US East (N. Virginia)"},
    {"eu-west-1", "EU (Ireland)"},
    {"eu-central-1", "EU (Frankfurt)"},
    {"us-west-2", "US West (Oregon)"}
  };
  String[][] AZURE_REGIONS = {
    {"westeurope", "EU West"},
    {"northeurope", "EU North"},
    {"eastus", "US East"},
    {"uksouth", "UK South"}
  };
  String[] GCP_REGIONS = {"europe-west1", "us-central1", "europe-west4", "asia-southeast1"};

  /** The file's path below the landing root, for the day it arrives and its number that day. */
  String path(Day arrival, int part);

  /** The header line with its line break; empty for JSON lines. */
  String header(Day arrival);

  /** The rules this export's lines can break so that nothing else breaks with them. */
  Set<Defect> defects();

  /**
   * Appends one record with its line break.
   *
   * @param machine what the line's resource belongs to; null for managed services and accounts
   * @param defect what is wrong with it; null for nothing
   */
  void append(StringBuilder out, CostLine line, Machine machine, Day arrival, Defect defect);

  static String awsAccount(int account) {
    return Long.toString(210_987_650_000L + account * 1_117L);
  }

  static String azureSubscription(int account) {
    return "7c1b2f0" + account + "-54d1-4e6b-9a0f-1f2e3d4c5b6a";
  }

  /** Appends a fixed-point number without trailing zeros after its point. */
  static StringBuilder number(StringBuilder out, long unscaled, int decimals) {
    long value = unscaled;
    if (value < 0) {
      out.append('-');
      value = -value;
    }
    long power = 1;
    for (int i = 0; i < decimals; i++) {
      power *= 10;
    }
    out.append(value / power);
    long rest = value % power;
    if (rest != 0) {
      out.append('.');
      while (rest != 0) {
        power /= 10;
        out.append((char) ('0' + rest / power));
        rest %= power;
      }
    }
    return out;
  }

  private static StringBuilder cost(StringBuilder out, long cost) {
    return number(out, cost, CostLine.COST_DECIMALS);
  }

  private static StringBuilder rate(StringBuilder out, long rate) {
    return number(out, rate, CostLine.RATE_DECIMALS);
  }

  private static StringBuilder quantity(StringBuilder out, long quantity) {
    return number(out, quantity, CostLine.QUANTITY_DECIMALS);
  }

  /**
   * The hour as an ISO-8601 instant, in UTC; 24 is the next day's midnight, -1 the hour before the
   * day.
   */
  private static void instant(StringBuilder out, Day day, int hour) {
    if (hour < 0) {
      out.append(day.date.minusDays(1)).append("T23:00:00Z");
    } else if (hour == 24) {
      out.append(day.nextIso).append("T00:00:00Z");
    } else {
      out.append(day.iso)
          .append('T')
          .append((char) ('0' + hour / 10))
          .append((char) ('0' + hour % 10));
      out.append(":00:00Z");
    }
  }

  private static int firstHour(CostLine line) {
    return line.hour() == CostLine.WHOLE_DAY ? 0 : line.hour();
  }

  private static int endHour(CostLine line, Defect defect) {
    if (defect == Defect.END_BEFORE_START) {
      return firstHour(line) - 1;
    }
    return line.hour() == CostLine.WHOLE_DAY ? 24 : line.hour() + 1;
  }

  /**
   * Ends a csv record, or cuts it off before its fifth column: no column that far is quoted with a
   * comma in it.
   */
  private static void endCsv(StringBuilder out, int start, Defect defect, String lineBreak) {
    if (defect == Defect.MALFORMED) {
      int comma = start;
      for (int i = 0; i < 4; i++) {
        comma = out.indexOf(",", comma + 1);
      }
      out.setLength(comma);
    }
    out.append(lineBreak);
  }

  /** What a machine is built of, or the meter of what is no machine. */
  private static String meter(CostLine line, Machine machine) {
    return machine == null || line.resource() == machine.companion()
        ? line.resource().service().meter()
        : machine.type();
  }

  /**
   * A Cost and Usage Report, gzipped csv. The collector stamps each line with the time its manifest
   * was assembled, which the report itself does not say.
   */
  final class Aws implements CostExport {
    private static final String HEADER =
        """
        identity/LineItemId,identity/TimeInterval,bill/InvoiceId,bill/BillingEntity,\
        bill/BillType,bill/PayerAccountId,bill/BillingPeriodStartDate,\
        bill/BillingPeriodEndDate,bill/InvoicingEntity,lineItem/UsageAccountId,\
        lineItem/UsageAccountName,lineItem/LineItemType,lineItem/UsageStartDate,\
        lineItem/UsageEndDate,lineItem/ProductCode,lineItem/UsageType,lineItem/Operation,\
        lineItem/AvailabilityZone,lineItem/ResourceId,lineItem/UsageAmount,\
        lineItem/CurrencyCode,lineItem/UnblendedRate,lineItem/UnblendedCost,\
        lineItem/LineItemDescription,lineItem/LegalEntity,product/ProductName,\
        product/instanceType,product/region,product/location,product/sku,pricing/RateCode,\
        pricing/publicOnDemandCost,pricing/publicOnDemandRate,pricing/unit,\
        reservation/ReservationARN,reservation/EffectiveCost,savingsPlan/SavingsPlanARN,\
        savingsPlan/SavingsPlanEffectiveCost,\
        """;
    private static final String TAGS =
        "resourceTags/user:Name,resourceTags/user:env,resourceTags/user:team,";

    @Override
    public String path(Day arrival, int part) {
      return String.format(Locale.ROOT, "cloud_costs/aws/%s/cur-%05d.csv.gz", arrival.iso, part);
    }

    @Override
    public String header(Day arrival) {
      return HEADER
          + (newTag(arrival) ? "resourceTags/user:cost_center," : "")
          + TAGS
          + "manifest/assembledAt\n";
    }

    /** From the third day on a further tag is activated: a new column, and not the last. */
    private static boolean newTag(Day arrival) {
      return arrival.index >= 2;
    }

    @Override
    public Set<Defect> defects() {
      return EnumSet.of(
          Defect.MALFORMED,
          Defect.NO_LINE_ID,
          Defect.NO_BILLING_PERIOD,
          Defect.UNKNOWN_CATEGORY,
          Defect.END_BEFORE_START);
    }

    @Override
    public void append(
        StringBuilder out, CostLine line, Machine machine, Day arrival, Defect defect) {
      final int start = out.length();
      Resource resource = line.resource();
      Day day = line.day();
      Charge charge = line.charge();
      String account = awsAccount(resource.account());
      boolean usage =
          charge == Charge.USAGE || charge == Charge.COVERED || charge == Charge.UNUSED_CAPACITY;
      if (defect != Defect.NO_LINE_ID) {
        lineId(out, line.identity());
      }
      out.append(',');
      instant(out, day, firstHour(line));
      out.append('/');
      instant(out, day, endHour(line, null));
      out.append(",,AWS,")
          .append(charge == Charge.REFUND ? "Refund" : "Anniversary")
          .append(",210987650000,");
      if (defect != Defect.NO_BILLING_PERIOD) {
        out.append(day.monthStart).append("T00:00:00Z");
      }
      out.append(',')
          .append(day.nextMonthStart)
          .append("T00:00:00Z,\"Amazon Web Services, Inc.\",");
      out.append(account).append(",acme-").append(resource.environment()).append(',');
      out.append(defect == Defect.UNKNOWN_CATEGORY ? "DistributorDiscount" : lineItemType(charge))
          .append(',');
      instant(out, day, firstHour(line));
      out.append(',');
      instant(out, day, endHour(line, defect));
      out.append(',').append(resource.service().code()).append(',');
      usageType(out, line, machine);
      out.append(usage ? ",RunInstances," : ",,");
      String region = AWS_REGIONS[resource.region()][0];
      if (machine != null && usage) {
        out.append(region).append((char) ('a' + resource.ordinal() % 3));
      }
      out.append(',');
      resourceId(out, line);
      out.append(',');
      quantity(out, line.quantity()).append(",USD,");
      rate(out, line.contractedRate()).append(',');
      cost(out, charge == Charge.NEGATION ? -line.contractedCost() : line.contractedCost())
          .append(",\"");
      if (charge == Charge.USAGE || charge == Charge.COVERED) {
        out.append('$');
        rate(out, line.listRate()).append(" per ").append(resource.service().unit()).append(", ");
        out.append(meter(line, machine)).append(", ").append(AWS_REGIONS[resource.region()][1]);
      } else {
        out.append(lineItemType(charge)).append(" for account ").append(account);
      }
      out.append("\",\"Amazon Web Services, Inc.\",").append(resource.service().name()).append(',');
      if (machine != null && resource == machine.resource()) {
        out.append(machine.type());
      }
      out.append(',')
          .append(region)
          .append(',')
          .append(AWS_REGIONS[resource.region()][1])
          .append(',');
      String sku = usage ? sku(line, machine) : "";
      out.append(sku).append(',');
      if (usage) {
        out.append(sku).append(".JRTCKXETXF.6YS6EN2CT7");
      }
      out.append(',');
      if (usage) {
        cost(out, line.listCost()).append(',');
        rate(out, line.listRate()).append(',');
        out.append(resource.service().unit());
      } else {
        out.append(",,");
      }
      out.append(",,,");
      if (charge == Charge.COVERED || charge == Charge.COMMITMENT || charge == Charge.NEGATION) {
        out.append("arn:aws:savingsplans::").append(account).append(":savingsplan/5f1c0a7e-acme-");
        out.append(resource.environment());
      }
      out.append(',');
      if (charge == Charge.COVERED) {
        cost(out, line.effectiveCost());
      }
      out.append(',');
      if (newTag(arrival) && line.team() != null) {
        out.append("cc-").append(line.team().length() * 100);
      }
      if (newTag(arrival)) {
        out.append(',');
      }
      if (line.team() != null) {
        out.append(resource.name()).append(',').append(resource.environment()).append(',');
        team(out, line);
      } else {
        out.append(",,");
      }
      out.append(',').append(line.exportedAt());
      endCsv(out, start, defect, "\n");
    }

    /**
     * People type tags by hand: one resource in seven writes its team with capitals and a blank.
     */
    private static void team(StringBuilder out, CostLine line) {
      if (line.resource().ordinal() % 7 == 0) {
        out.append(line.team().toUpperCase(Locale.ROOT)).append(' ');
      } else {
        out.append(line.team());
      }
    }

    private static void resourceId(StringBuilder out, CostLine line) {
      Resource resource = line.resource();
      if (line.charge() == Charge.UNUSED_CAPACITY) {
        out.append("arn:aws:ec2:").append(AWS_REGIONS[resource.region()][0]).append(':');
        out.append(awsAccount(resource.account())).append(":capacity-reservation/cr-0");
        out.append(Long.toHexString(0x51a3c0ffeeL + resource.account()));
      } else if (resource.id() != null) {
        out.append(resource.id());
      }
    }

    private static void usageType(StringBuilder out, CostLine line, Machine machine) {
      switch (line.charge()) {
        case USAGE, COVERED -> {
          if (machine == null || line.resource() == machine.companion()) {
            out.append(line.resource().service().meter());
          } else {
            out.append(machine.deal() == Fleet.Deal.SPOT ? "SpotUsage:" : "BoxUsage:")
                .append(machine.type());
          }
        }
        case UNUSED_CAPACITY -> out.append("UnusedBox:m5.large");
        case COMMITMENT, NEGATION -> out.append("ComputeSP:1yrNoUpfront");
        default -> {}
      }
    }

    private static String sku(CostLine line, Machine machine) {
      long bits = Fleet.mix(meter(line, machine).hashCode() * 31L + line.resource().region());
      StringBuilder sku = new StringBuilder(13);
      base32(sku, bits, 13, 'A');
      return sku.toString();
    }

    private static void lineId(StringBuilder out, long identity) {
      base32(out, identity, 13, 'a');
      base32(out, Fleet.mix(identity ^ 0x6c696e65L), 13, 'a');
    }

    private static void base32(StringBuilder out, long bits, int digits, char first) {
      for (int i = 0; i < digits; i++) {
        int digit = (int) (bits >>> (i * 5)) & 31;
        out.append((char) (digit < 26 ? first + digit : '2' + digit - 26));
      }
    }

    private static String lineItemType(Charge charge) {
      return switch (charge) {
        case USAGE, UNUSED_CAPACITY -> "Usage";
        case COVERED -> "SavingsPlanCoveredUsage";
        case COMMITMENT -> "SavingsPlanRecurringFee";
        case NEGATION -> "SavingsPlanNegation";
        case UNUSED_COMMITMENT -> "RIFee";
        case TAX -> "Tax";
        case CREDIT -> "Credit";
        case REFUND -> "Refund";
      };
    }
  }

  /** A Cost Management export, csv with Windows line breaks and American dates, in euros. */
  final class Azure implements CostExport {

    @Override
    public String path(Day arrival, int part) {
      return String.format(Locale.ROOT, "cloud_costs/azure/%s/part_0_%04d.csv", arrival.iso, part);
    }

    @Override
    public String header(Day arrival) {
      return """
      Date,SubscriptionId,SubscriptionName,BillingPeriodStartDate,BillingPeriodEndDate,\
      BillingAccountId,BillingAccountName,InvoiceId,ResourceGroup,ResourceId,\
      ResourceLocation,AvailabilityZone,MeterId,MeterCategory,MeterSubCategory,MeterName,\
      MeterRegion,ProductId,ProductName,ConsumedService,PublisherName,ChargeType,Frequency,\
      PricingModel,ReservationId,ReservationName,Quantity,UnitOfMeasure,PayGPrice,\
      UnitPrice,EffectivePrice,CostInBillingCurrency,BillingCurrency,PricingCurrency,Tags,\
      ExportedAt\r
      """;
    }

    @Override
    public Set<Defect> defects() {
      return EnumSet.of(
          Defect.MALFORMED,
          Defect.COST_NOT_A_NUMBER,
          Defect.NO_BILLING_PERIOD,
          Defect.UNKNOWN_CATEGORY);
    }

    @Override
    public void append(
        StringBuilder out, CostLine line, Machine machine, Day arrival, Defect defect) {
      final int start = out.length();
      Resource resource = line.resource();
      Day day = line.day();
      Charge charge = line.charge();
      String subscription = azureSubscription(resource.account());
      boolean reserved =
          charge == Charge.COVERED
              || charge == Charge.COMMITMENT
              || charge == Charge.UNUSED_COMMITMENT;
      String meter = meter(line, machine);
      out.append(day.american)
          .append(',')
          .append(subscription)
          .append(",acme-")
          .append(resource.environment());
      out.append(',');
      if (defect != Defect.NO_BILLING_PERIOD) {
        out.append(day.monthStartAmerican);
      }
      out.append(',').append(day.monthEndAmerican).append(",8611537,Acme Europe,,");
      if (resource.id() != null) {
        out.append("rg-").append(resource.environment()).append(',');
        // Azure writes one resource's id in several cases, by the service that meters it.
        out.append(
            resource.ordinal() % 3 == 0
                ? resource
                    .id()
                    .replace("resourcegroups/rg-", "resourceGroups/RG-")
                    .replace("microsoft.", "Microsoft.")
                : resource.id());
      } else {
        out.append(',');
      }
      String[] region = AZURE_REGIONS[resource.region()];
      out.append(',').append(region[0]).append(',');
      if (machine != null && charge == Charge.USAGE) {
        out.append(1 + resource.ordinal() % 3);
      }
      out.append(',');
      out.append(
          Long.toHexString(
              Fleet.mix(meter.hashCode() * 31L + resource.service().meter().hashCode())));
      out.append(",").append(resource.service().code()).append(",");
      out.append(resource.service().code())
          .append(" Standard,")
          .append(meter)
          .append(',')
          .append(region[1]);
      out.append(",DZH318Z0,")
          .append(meter)
          .append(" - ")
          .append(region[1])
          .append(",Microsoft.Compute,Microsoft,");
      out.append(defect == Defect.UNKNOWN_CATEGORY ? "Unassigned" : chargeType(charge)).append(',');
      out.append(
              charge == Charge.COMMITMENT ? "Recurring" : usage(charge) ? "UsageBased" : "OneTime")
          .append(',');
      if (usage(charge) || charge == Charge.COMMITMENT) {
        out.append(
            charge == Charge.COVERED || charge == Charge.UNUSED_COMMITMENT
                ? "Reservation"
                : machine != null
                        && machine.deal() == Fleet.Deal.SPOT
                        && resource == machine.resource()
                    ? "Spot"
                    : "OnDemand");
      }
      out.append(',');
      if (reserved) {
        out.append("3e1a9d4c-acme-").append(resource.environment()).append(",VM reservation ");
        out.append(resource.environment());
      } else {
        out.append(',');
      }
      out.append(',');
      quantity(out, line.quantity()).append(',').append(resource.service().unit()).append(',');
      rate(out, line.listRate()).append(',');
      rate(out, line.contractedRate()).append(',');
      rate(out, line.effectiveRate()).append(',');
      if (defect == Defect.COST_NOT_A_NUMBER) {
        out.append("N/A");
      } else {
        cost(out, line.billedCost());
      }
      out.append(",EUR,EUR,");
      if (line.team() != null) {
        out.append("\"\"\"team\"\": \"\"").append(line.team()).append("\"\",\"\"env\"\": \"\"");
        out.append(resource.environment()).append("\"\"\"");
      }
      out.append(',').append(line.exportedAt());
      endCsv(out, start, defect, "\r\n");
    }

    private static boolean usage(Charge charge) {
      return charge == Charge.USAGE
          || charge == Charge.COVERED
          || charge == Charge.UNUSED_COMMITMENT;
    }

    private static String chargeType(Charge charge) {
      return switch (charge) {
        case USAGE, COVERED, UNUSED_CAPACITY -> "Usage";
        case UNUSED_COMMITMENT -> "UnusedReservation";
        case COMMITMENT -> "Purchase";
        case TAX -> "Tax";
        case REFUND -> "Refund";
        case CREDIT, NEGATION -> "Adjustment";
      };
    }
  }

  /**
   * The detailed billing export, JSON lines; a discount is a credit, a negative part of the cost.
   */
  final class Gcp implements CostExport {

    @Override
    public String path(Day arrival, int part) {
      return String.format(
          Locale.ROOT, "cloud_costs/gcp/%s/billing-%012d.jsonl", arrival.iso, part);
    }

    @Override
    public String header(Day arrival) {
      return "";
    }

    @Override
    public Set<Defect> defects() {
      return EnumSet.of(
          Defect.MALFORMED, Defect.NO_PERIOD_END, Defect.UNKNOWN_CATEGORY, Defect.END_BEFORE_START);
    }

    @Override
    public void append(
        StringBuilder out, CostLine line, Machine machine, Day arrival, Defect defect) {
      final int start = out.length();
      Resource resource = line.resource();
      Day day = line.day();
      String project = "acme-" + resource.environment();
      String region = GCP_REGIONS[resource.region()];
      Fleet.Service service = resource.service();
      out.append("{\"billing_account_id\":\"01A2B3-C4D5E6-F7A8B9\",\"invoice\":{\"month\":\"")
          .append(day.month);
      out.append("\",\"publisher_type\":\"GOOGLE\"},\"cost_type\":\"");
      out.append(defect == Defect.UNKNOWN_CATEGORY ? "goodwill" : costType(line.charge()));
      out.append("\",\"service\":{\"id\":\"").append(service.code()).append('"');
      if (!service.name().isEmpty()) {
        out.append(",\"description\":\"").append(service.name()).append('"');
      }
      out.append("},\"sku\":{\"id\":\"");
      String meter = service.meter();
      out.append(Integer.toHexString(meter.hashCode()).toUpperCase(Locale.ROOT))
          .append("\",\"description\":\"");
      if (machine != null && machine.deal() == Fleet.Deal.SPOT) {
        out.append("Spot Preemptible ");
      }
      out.append(meter).append(" in ").append(region).append("\"},\"usage_start_time\":\"");
      instant(out, day, firstHour(line));
      if (defect != Defect.NO_PERIOD_END) {
        out.append("\",\"usage_end_time\":\"");
        instant(out, day, endHour(line, defect));
      }
      out.append("\",\"project\":{\"id\":\"")
          .append(project)
          .append("\",\"number\":\"")
          .append(48_100 + resource.account());
      out.append("\",\"name\":\"").append(project).append("\",\"labels\":[]},\"labels\":[");
      if (line.team() != null) {
        out.append("{\"key\":\"env\",\"value\":\"").append(resource.environment());
        out.append("\"},{\"key\":\"team\",\"value\":\"").append(line.team()).append("\"}");
      }
      out.append("],\"system_labels\":[");
      if (machine != null) {
        out.append("{\"key\":\"compute.googleapis.com/machine_spec\",\"value\":\"")
            .append(machine.type())
            .append("\"}");
      }
      out.append("],\"location\":{\"location\":\"")
          .append(region)
          .append("\",\"country\":\"BE\",\"region\":\"");
      out.append(region).append('"');
      if (machine != null) {
        out.append(",\"zone\":\"").append(region).append("-b\"");
      }
      out.append('}');
      if (resource.id() != null) {
        out.append(",\"resource\":{\"name\":\"")
            .append(resource.name())
            .append("\",\"global_name\":\"");
        out.append(resource.id()).append("\"}");
      }
      out.append(",\"usage\":{\"amount\":");
      quantity(out, line.quantity())
          .append(",\"unit\":\"")
          .append(service.unit())
          .append("\",\"amount_in_pricing_units\":");
      quantity(out, line.quantity())
          .append(",\"pricing_unit\":\"")
          .append(service.unit())
          .append("\"},\"price\":{");
      out.append("\"effective_price\":");
      rate(out, line.contractedRate())
          .append(",\"tier_start_amount\":0,\"unit\":\"")
          .append(service.unit());
      out.append("\",\"list_price\":");
      rate(out, line.listRate()).append("},\"cost\":");
      cost(out, line.contractedCost()).append(",\"cost_at_list\":");
      cost(out, line.listCost())
          .append(",\"currency\":\"USD\",\"currency_conversion_rate\":1,\"credits\":[");
      credits(out, line, machine);
      out.append("],\"export_time\":\"").append(line.exportedAt()).append("\"}");
      if (defect == Defect.MALFORMED) {
        // Any real beginning of a JSON object is no JSON.
        out.setLength(start + (out.length() - start) * 3 / 5);
      }
      out.append('\n');
    }

    /** What was taken off the cost, in two credits if it divides: their sum is what counts. */
    private static void credits(StringBuilder out, CostLine line, Machine machine) {
      long credit = line.billedCost() - line.contractedCost();
      if (credit == 0) {
        return;
      }
      boolean committed = machine != null && machine.deal() == Fleet.Deal.COMMITTED;
      String kind = committed ? "COMMITTED_USAGE_DISCOUNT" : "SUSTAINED_USAGE_DISCOUNT";
      long promotion = credit % 10 == 0 ? credit / 10 : 0;
      credit(out, kind, credit - promotion);
      if (promotion != 0) {
        out.append(',');
        credit(out, "PROMOTION", promotion);
      }
    }

    private static void credit(StringBuilder out, String kind, long amount) {
      out.append("{\"id\":\"")
          .append(kind.toLowerCase(Locale.ROOT))
          .append("\",\"type\":\"")
          .append(kind);
      out.append("\",\"amount\":");
      cost(out, amount).append('}');
    }

    private static String costType(Charge charge) {
      return switch (charge) {
        case TAX -> "tax";
        case CREDIT, REFUND, NEGATION -> "adjustment";
        default -> "regular";
      };
    }
  }

  /**
   * A FOCUS 1.0 file as a smaller provider gives it: no export time, {@code NULL} spelt out, a row
   * id of its own.
   */
  final class Focus implements CostExport {

    @Override
    public String path(Day arrival, int part) {
      return String.format(Locale.ROOT, "cloud_costs/focus/%s/oracle-%03d.csv", arrival.iso, part);
    }

    @Override
    public String header(Day arrival) {
      return """
      "AvailabilityZone","BilledCost","BillingAccountId","BillingAccountName",\
      "BillingCurrency","BillingPeriodEnd","BillingPeriodStart","ChargeCategory",\
      "ChargeClass","ChargeDescription","ChargeFrequency","ChargePeriodEnd",\
      "ChargePeriodStart","CommitmentDiscountCategory","CommitmentDiscountId",\
      "CommitmentDiscountName","CommitmentDiscountStatus","CommitmentDiscountType",\
      "ConsumedQuantity","ConsumedUnit","ContractedCost","ContractedUnitPrice",\
      "EffectiveCost","InvoiceIssuerName","ListCost","ListUnitPrice","PricingCategory",\
      "PricingQuantity","PricingUnit","ProviderName","PublisherName","RegionId",\
      "RegionName","ResourceId","ResourceName","ResourceType","ServiceCategory","Id",\
      "ServiceName","SkuId","SkuPriceId","SubAccountId","SubAccountName","Tags"
      """;
    }

    @Override
    public Set<Defect> defects() {
      return EnumSet.of(
          Defect.MALFORMED,
          Defect.COST_NOT_A_NUMBER,
          Defect.NO_BILLING_PERIOD,
          Defect.UNKNOWN_CATEGORY,
          Defect.END_BEFORE_START);
    }

    @Override
    public void append(
        StringBuilder out, CostLine line, Machine machine, Day arrival, Defect defect) {
      final int start = out.length();
      Resource resource = line.resource();
      Fleet.Service service = resource.service();
      Day day = line.day();
      out.append("NULL,");
      if (defect == Defect.COST_NOT_A_NUMBER) {
        out.append("N/A");
      } else {
        cost(out, line.billedCost());
      }
      out.append(",\"20209880\",\"Acme\",\"USD\",\"")
          .append(day.nextMonthStart)
          .append(" 00:00:00\",");
      if (defect == Defect.NO_BILLING_PERIOD) {
        out.append("NULL");
      } else {
        out.append('"').append(day.monthStart).append(" 00:00:00\"");
      }
      out.append(",\"")
          .append(defect == Defect.UNKNOWN_CATEGORY ? "Gift" : "Usage")
          .append("\",NULL,\"");
      out.append(service.meter()).append("\",\"Usage-based\",\"");
      time(out, day, endHour(line, defect));
      out.append("\",\"");
      time(out, day, firstHour(line));
      out.append("\",NULL,NULL,NULL,NULL,NULL,");
      quantity(out, line.quantity()).append(",\"").append(service.unit()).append("\",");
      cost(out, line.contractedCost()).append(',');
      rate(out, line.contractedRate()).append(',');
      cost(out, line.effectiveCost()).append(",\"Oracle\",");
      cost(out, line.listCost()).append(",\"");
      rate(out, line.listRate()).append("\",NULL,");
      quantity(out, line.quantity()).append(",\"").append(service.unit());
      out.append("\",\"Oracle\",\"Oracle\",NULL,\"eu-frankfurt-1\",\"").append(resource.id());
      out.append("\",\"\",\"instance\",");
      text(out, service.code()).append(',');
      out.append(line.identity() >>> 40).append(',');
      text(out, service.name()).append(",\"B9").append(1000 + service.meter().length());
      out.append("\",\"\",\"ocid1.tenancy.oc1..acme\",\"acme\",");
      if (line.team() != null) {
        out.append("\"{\"\"team\"\": \"\"")
            .append(line.team())
            .append("\"\", \"\"environment\"\": \"\"");
        out.append(resource.environment()).append("\"\"}\"");
      } else {
        out.append("NULL");
      }
      endCsv(out, start, defect, "\n");
    }

    private static StringBuilder text(StringBuilder out, String text) {
      return text.isEmpty() ? out.append("NULL") : out.append('"').append(text).append('"');
    }

    private static void time(StringBuilder out, Day day, int hour) {
      int start = out.length();
      instant(out, day, hour);
      out.setCharAt(start + 10, ' ');
      out.setLength(out.length() - 1);
    }
  }
}
