package io.sluice.demo.cloudcosts;

import io.sluice.demo.cloudcosts.CostLine.Charge;
import io.sluice.demo.cloudcosts.CostLine.Day;
import io.sluice.demo.cloudcosts.CostLine.Defect;
import io.sluice.demo.cloudcosts.Fleet.Machine;
import io.sluice.demo.cloudcosts.Fleet.Resource;
import java.time.YearMonth;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * The detailed billing export of an invoice's month, JSON lines, a folder for each run; a discount
 * is a credit, a negative part of the cost.
 */
final class GcpExport implements CostExport {

  @Override
  public String folder(YearMonth month, String run) {
    return "cloud_costs/gcp/acme/" + month + "/" + run + "/";
  }

  @Override
  public String file(int part) {
    return String.format(Locale.ROOT, "%012d.jsonl", part - 1);
  }

  @Override
  public String header(Day arrival) {
    return "";
  }

  @Override
  public Set<Defect> defects() {
    return EnumSet.of(
        Defect.MALFORMED, Defect.NO_CURRENCY, Defect.UNKNOWN_CATEGORY, Defect.END_BEFORE_START);
  }

  @Override
  public void append(
      StringBuilder out, CostLine line, Machine machine, Day arrival, Defect defect) {
    final int start = out.length();
    Resource resource = line.resource();
    Day day = line.day();
    String project = "acme-" + resource.environment();
    String region = GCP_REGIONS[resource.region()];
    PriceList.Service service = resource.service();
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
    CostExport.instant(out, day, CostExport.firstHour(line));
    out.append("\",\"usage_end_time\":\"");
    CostExport.instant(out, day, CostExport.endHour(line, defect));
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
    CostExport.quantity(out, line.quantity())
        .append(",\"unit\":\"")
        .append(service.unit())
        .append("\",\"amount_in_pricing_units\":");
    CostExport.quantity(out, line.quantity())
        .append(",\"pricing_unit\":\"")
        .append(service.unit())
        .append("\"},\"price\":{");
    out.append("\"effective_price\":");
    CostExport.rate(out, line.contractedRate())
        .append(",\"tier_start_amount\":0,\"unit\":\"")
        .append(service.unit());
    out.append("\",\"list_price\":");
    CostExport.rate(out, line.listRate()).append("},\"cost\":");
    CostExport.cost(out, line.contractedCost()).append(",\"cost_at_list\":");
    CostExport.cost(out, line.listCost())
        .append(defect == Defect.NO_CURRENCY ? "" : ",\"currency\":\"USD\"")
        .append(",\"currency_conversion_rate\":1,\"credits\":[");
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
    CostExport.cost(out, amount).append('}');
  }

  private static String costType(Charge charge) {
    return switch (charge) {
      case TAX -> "tax";
      case CREDIT, REFUND, NEGATION -> "adjustment";
      default -> "regular";
    };
  }
}
