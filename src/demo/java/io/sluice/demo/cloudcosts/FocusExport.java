package io.sluice.demo.cloudcosts;

import io.sluice.demo.cloudcosts.CostLine.Day;
import io.sluice.demo.cloudcosts.CostLine.Defect;
import io.sluice.demo.cloudcosts.Fleet.Machine;
import io.sluice.demo.cloudcosts.Fleet.Resource;
import java.time.YearMonth;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * A FOCUS 1.0 file of a month as a smaller provider gives it, with {@code NULL} spelt out; each run
 * has a folder of its own.
 */
final class FocusExport implements CostExport {

  @Override
  public String folder(YearMonth month, String run) {
    return "cloud_costs/focus/oracle/" + month + "/" + run + "/";
  }

  @Override
  public String file(int part) {
    return String.format(Locale.ROOT, "oracle-%03d.csv", part);
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
    "RegionName","ResourceId","ResourceName","ResourceType","ServiceCategory",\
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
    PriceList.Service service = resource.service();
    Day day = line.day();
    out.append("NULL,");
    if (defect == Defect.COST_NOT_A_NUMBER) {
      out.append("N/A");
    } else {
      CostExport.cost(out, line.billedCost());
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
    time(out, day, CostExport.endHour(line, defect));
    out.append("\",\"");
    time(out, day, CostExport.firstHour(line));
    out.append("\",NULL,NULL,NULL,NULL,NULL,");
    CostExport.quantity(out, line.quantity()).append(",\"").append(service.unit()).append("\",");
    CostExport.cost(out, line.contractedCost()).append(',');
    CostExport.rate(out, line.contractedRate()).append(',');
    CostExport.cost(out, line.effectiveCost()).append(",\"Oracle\",");
    CostExport.cost(out, line.listCost()).append(",\"");
    CostExport.rate(out, line.listRate()).append("\",NULL,");
    CostExport.quantity(out, line.quantity()).append(",\"").append(service.unit());
    out.append("\",\"Oracle\",\"Oracle\",NULL,\"eu-frankfurt-1\",\"").append(resource.id());
    out.append("\",\"\",\"instance\",");
    text(out, service.code()).append(',');
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
    CostExport.endCsv(out, start, defect, "\n");
  }

  private static StringBuilder text(StringBuilder out, String text) {
    return text.isEmpty() ? out.append("NULL") : out.append('"').append(text).append('"');
  }

  private static void time(StringBuilder out, Day day, int hour) {
    int start = out.length();
    CostExport.instant(out, day, hour);
    out.setCharAt(start + 10, ' ');
    out.setLength(out.length() - 1);
  }
}
