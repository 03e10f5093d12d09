package io.sluice.demo.cloudcosts;

import io.sluice.demo.cloudcosts.CostLine.Day;
import io.sluice.demo.cloudcosts.CostLine.Defect;
import io.sluice.demo.cloudcosts.Fleet.Machine;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes cost lines as text in the shape of one provider's export, whole or with one rule broken.
 */
sealed interface CostExport permits AwsExport, AzureExport, GcpExport, FocusExport {

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

  /** A file that names a delivery's others, and what stands in it. */
  record Manifest(String name, String content) {}

  /**
   * The folder of a delivery below the landing root, with a slash at its end.
   *
   * @param run what tells the month's deliveries apart, greater for each
   */
  String folder(YearMonth month, String run);

  /** The name of a delivery's file by its number, from 1. */
  String file(int part);

  /** The manifest of a delivery's files; empty if the provider writes none. */
  default Optional<Manifest> manifest(YearMonth month, String run, List<String> files) {
    return Optional.empty();
  }

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

  /** A date without dashes. */
  static String basic(LocalDate date) {
    return date.toString().replace("-", "");
  }

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

  static StringBuilder cost(StringBuilder out, long cost) {
    return number(out, cost, CostLine.COST_DECIMALS);
  }

  static StringBuilder rate(StringBuilder out, long rate) {
    return number(out, rate, CostLine.RATE_DECIMALS);
  }

  static StringBuilder quantity(StringBuilder out, long quantity) {
    return number(out, quantity, CostLine.QUANTITY_DECIMALS);
  }

  /**
   * The hour as an ISO-8601 instant, in UTC; 24 is the next day's midnight, -1 the hour before the
   * day.
   */
  static void instant(StringBuilder out, Day day, int hour) {
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

  static int firstHour(CostLine line) {
    return line.hour() == CostLine.WHOLE_DAY ? 0 : line.hour();
  }

  static int endHour(CostLine line, Defect defect) {
    if (defect == Defect.END_BEFORE_START) {
      return firstHour(line) - 1;
    }
    return line.hour() == CostLine.WHOLE_DAY ? 24 : line.hour() + 1;
  }

  /**
   * Ends a csv record, or cuts it off before its fifth column: no column that far is quoted with a
   * comma in it.
   */
  static void endCsv(StringBuilder out, int start, Defect defect, String lineBreak) {
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
  static String meter(CostLine line, Machine machine) {
    return machine == null || line.resource() == machine.companion()
        ? line.resource().service().meter()
        : machine.type();
  }
}
