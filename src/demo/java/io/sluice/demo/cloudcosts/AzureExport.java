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
 * An enterprise agreement's export of actual costs, csv with Windows line breaks and American
 * dates, in euros; each run has a folder of its own and a manifest that names its parts.
 */
final class AzureExport implements CostExport {

  @Override
  public String folder(YearMonth month, String run) {
    return "cloud_costs/azure/" + run(month, run);
  }

  private static String run(YearMonth month, String run) {
    return "acme/"
        + CostExport.basic(month.atDay(1))
        + "-"
        + CostExport.basic(month.atEndOfMonth())
        + "/"
        + run
        + "/";
  }

  @Override
  public String file(int part) {
    return String.format(Locale.ROOT, "part_%d_0001.csv", part - 1);
  }

  @Override
  public Optional<Manifest> manifest(YearMonth month, String run, List<String> files) {
    return Optional.of(
        new Manifest(
            "manifest.json",
            "{\"manifestVersion\": \"2024-04-01\", \"blobs\": ["
                + files.stream()
                    .map(file -> "{\"blobName\": \"" + run(month, run) + file + "\"}")
                    .collect(Collectors.joining(", "))
                + "]}\n"));
  }

  @Override
  public String header(Day arrival) {
    return """
    Date,SubscriptionId,SubscriptionName,BillingPeriodStartDate,BillingPeriodEndDate,\
    BillingAccountId,BillingAccountName,InvoiceId,ResourceGroup,ResourceId,\
    ResourceLocation,AvailabilityZone,MeterId,MeterCategory,MeterSubCategory,MeterName,\
    MeterRegion,ProductId,ProductName,ConsumedService,PublisherName,ChargeType,Frequency,\
    PricingModel,ReservationId,ReservationName,Quantity,UnitOfMeasure,PayGPrice,\
    UnitPrice,EffectivePrice,CostInBillingCurrency,BillingCurrencyCode,PricingCurrency,Tags\r
    """;
  }

  @Override
  public Set<Defect> defects() {
    return EnumSet.of(
        Defect.MALFORMED, Defect.NO_CURRENCY, Defect.NO_BILLING_PERIOD, Defect.UNKNOWN_CATEGORY);
  }

  @Override
  public void append(
      StringBuilder out, CostLine line, Machine machine, Day arrival, Defect defect) {
    final int start = out.length();
    Resource resource = line.resource();
    Day day = line.day();
    Charge charge = line.charge();
    String subscription = CostExport.azureSubscription(resource.account());
    boolean reserved =
        charge == Charge.COVERED
            || charge == Charge.COMMITMENT
            || charge == Charge.UNUSED_COMMITMENT;
    String meter = CostExport.meter(line, machine);
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
    out.append(charge == Charge.COMMITMENT ? "Recurring" : usage(charge) ? "UsageBased" : "OneTime")
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
    CostExport.quantity(out, line.quantity())
        .append(',')
        .append(resource.service().unit())
        .append(',');
    CostExport.rate(out, line.listRate()).append(',');
    CostExport.rate(out, line.contractedRate()).append(',');
    CostExport.rate(out, line.effectiveRate()).append(',');
    CostExport.cost(out, line.billedCost())
        .append(defect == Defect.NO_CURRENCY ? ",,EUR," : ",EUR,EUR,");
    if (line.team() != null) {
      out.append("\"\"\"team\"\": \"\"").append(line.team()).append("\"\",\"\"env\"\": \"\"");
      out.append(resource.environment()).append("\"\"\"");
    }
    CostExport.endCsv(out, start, defect, "\r\n");
  }

  private static boolean usage(Charge charge) {
    return charge == Charge.USAGE || charge == Charge.COVERED || charge == Charge.UNUSED_COMMITMENT;
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
