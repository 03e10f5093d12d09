package io.sluice.demo.cloudcosts;

import io.sluice.demo.cloudcosts.CostLine.Charge;
import io.sluice.demo.cloudcosts.CostLine.Day;
import io.sluice.demo.cloudcosts.CostLine.Defect;
import io.sluice.demo.cloudcosts.Fleet.Machine;
import io.sluice.demo.cloudcosts.Fleet.Resource;
import java.time.YearMonth;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A Cost and Usage Report, gzipped csv, in versions: each assembly has a folder of its own, a
 * manifest that names its parts, and other ids for the same lines.
 */
final class AwsExport implements CostExport {
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
      "resourceTags/user:Name,resourceTags/user:env,resourceTags/user:team";

  @Override
  public String folder(YearMonth month, String run) {
    return "cloud_costs/aws/acme/" + period(month) + "/" + run + "/";
  }

  @Override
  public String file(int part) {
    return String.format(Locale.ROOT, "acme-%05d.csv.gz", part);
  }

  @Override
  public Optional<Manifest> manifest(YearMonth month, String run, List<String> files) {
    String folder = "reports/acme/" + period(month) + "/" + run + "/";
    return Optional.of(
        new Manifest(
            "acme-Manifest.json",
            "{\"assemblyId\": \""
                + run
                + "\", \"compression\": \"GZIP\", \"reportName\": \"acme\", \"reportKeys\": ["
                + files.stream()
                    .map(file -> "\"" + folder + file + "\"")
                    .collect(Collectors.joining(", "))
                + "]}\n"));
  }

  private static String period(YearMonth month) {
    return CostExport.basic(month.atDay(1)) + "-" + CostExport.basic(month.plusMonths(1).atDay(1));
  }

  @Override
  public String header(Day arrival) {
    return HEADER + (newTag(arrival) ? "resourceTags/user:cost_center," : "") + TAGS + "\n";
  }

  /** From the third day on a further tag is activated: a new column, and not the last. */
  private static boolean newTag(Day arrival) {
    return arrival.index >= 2;
  }

  @Override
  public Set<Defect> defects() {
    return EnumSet.of(
        Defect.MALFORMED,
        Defect.NO_ACCOUNT,
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
    String account = CostExport.awsAccount(resource.account());
    boolean usage =
        charge == Charge.USAGE || charge == Charge.COVERED || charge == Charge.UNUSED_CAPACITY;
    lineId(out, Fleet.mix(line.identity() ^ arrival.index));
    out.append(',');
    CostExport.instant(out, day, CostExport.firstHour(line));
    out.append('/');
    CostExport.instant(out, day, CostExport.endHour(line, null));
    out.append(",,AWS,")
        .append(charge == Charge.REFUND ? "Refund" : "Anniversary")
        .append(defect == Defect.NO_ACCOUNT ? ",," : ",210987650000,");
    if (defect != Defect.NO_BILLING_PERIOD) {
      out.append(day.monthStart).append("T00:00:00Z");
    }
    out.append(',').append(day.nextMonthStart).append("T00:00:00Z,\"Amazon Web Services, Inc.\",");
    out.append(account).append(",acme-").append(resource.environment()).append(',');
    out.append(defect == Defect.UNKNOWN_CATEGORY ? "Goodwill" : lineItemType(charge)).append(',');
    CostExport.instant(out, day, CostExport.firstHour(line));
    out.append(',');
    CostExport.instant(out, day, CostExport.endHour(line, defect));
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
    CostExport.quantity(out, line.quantity()).append(",USD,");
    CostExport.rate(out, line.contractedRate()).append(',');
    CostExport.cost(out, charge == Charge.NEGATION ? -line.contractedCost() : line.contractedCost())
        .append(",\"");
    if (charge == Charge.USAGE || charge == Charge.COVERED) {
      out.append('$');
      CostExport.rate(out, line.listRate())
          .append(" per ")
          .append(resource.service().unit())
          .append(", ");
      out.append(CostExport.meter(line, machine))
          .append(", ")
          .append(AWS_REGIONS[resource.region()][1]);
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
      CostExport.cost(out, line.listCost()).append(',');
      CostExport.rate(out, line.listRate()).append(',');
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
      CostExport.cost(out, line.effectiveCost());
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
    CostExport.endCsv(out, start, defect, "\n");
  }

  /** People type tags by hand: one resource in seven writes its team with capitals and a blank. */
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
      out.append(CostExport.awsAccount(resource.account())).append(":capacity-reservation/cr-0");
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
    long bits =
        Fleet.mix(CostExport.meter(line, machine).hashCode() * 31L + line.resource().region());
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
