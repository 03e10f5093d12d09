package io.sluice.demo.cloudcosts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.demo.Landing;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** A second, plain reading of what the generator of cloud costs writes. */
final class Readings {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Readings() {}

  /** Files in memory, by path. */
  static final class Memory implements Landing {
    final SortedMap<String, byte[]> files = new TreeMap<>();

    @Override
    public OutputStream create(String path) {
      return new ByteArrayOutputStream() {
        @Override
        public void close() {
          files.put(path, toByteArray());
        }
      };
    }
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  static List<String> lines(byte[] bytes, String path) throws IOException {
    try (InputStream raw = new ByteArrayInputStream(bytes);
        InputStream in = path.endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  /**
   * A record in one version; {@code first} and {@code second} are its measures. The key of a bill's
   * line is its account and month.
   */
  record Version(
      String key,
      String day,
      String time,
      String resource,
      String group,
      BigDecimal first,
      BigDecimal second) {}

  /** Thrown by a reading for the rule a record breaks. */
  static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    Broken(String reason) {
      super(reason);
    }
  }

  /** The exports, read as their providers document them. */
  enum Reading {
    aws(true) {
      @Override
      Version read(Map<String, String> row) throws Broken {
        String type = row.get("lineItem/LineItemType");
        required(row, "bill/PayerAccountId", "BillingAccountId");
        required(row, "bill/BillingPeriodStartDate", "BillingPeriodStart");
        check(!type.equals("Goodwill"), "ChargeCategory/enum");
        inOrder(row.get("lineItem/UsageStartDate"), row.get("lineItem/UsageEndDate"));
        BigDecimal cost = number(row.get("lineItem/UnblendedCost"));
        boolean committed = type.equals("SavingsPlanCoveredUsage");
        boolean plan = type.equals("SavingsPlanRecurringFee") || type.equals("SavingsPlanNegation");
        String service = row.get("product/ProductName");
        return new Version(
            "aws|" + row.get("bill/PayerAccountId") + row.get("bill/BillingPeriodStartDate"),
            row.get("lineItem/UsageStartDate").substring(0, 10),
            "",
            row.get("lineItem/ResourceId"),
            group(
                "AWS",
                service,
                row.get("resourceTags/user:team").trim().toLowerCase(java.util.Locale.ROOT)),
            committed || type.equals("SavingsPlanNegation") ? BigDecimal.ZERO : cost,
            committed
                ? number(row.get("savingsPlan/SavingsPlanEffectiveCost"))
                : plan ? BigDecimal.ZERO : cost);
      }
    },
    azure(true) {
      @Override
      Version read(Map<String, String> row) throws Broken {
        required(row, "BillingPeriodStartDate", "BillingPeriodStart");
        required(row, "BillingCurrencyCode", "BillingCurrency");
        check(!row.get("ChargeType").equals("Unassigned"), "ChargeCategory/enum");
        String[] date = row.get("Date").split("/");
        String tags = row.get("Tags");
        return new Version(
            "azure|" + row.get("BillingAccountId") + row.get("BillingPeriodStartDate"),
            date[2] + "-" + date[0] + "-" + date[1],
            "",
            lower(row.get("ResourceId")),
            group(
                "Microsoft",
                row.get("MeterCategory"),
                tags.isEmpty() ? "" : json("{" + tags + "}").path("team").asText()),
            number(row.get("CostInBillingCurrency")),
            row.get("ReservationId").isEmpty()
                ? number(row.get("CostInBillingCurrency"))
                : row.get("ChargeType").equals("Purchase")
                    ? BigDecimal.ZERO
                    : number(row.get("Quantity")).multiply(number(row.get("EffectivePrice"))));
      }
    },
    gcp(false) {
      @Override
      Version read(Map<String, String> row) throws Broken {
        JsonNode line = json(row.get(""));
        check(line.has("currency"), "BillingCurrency/required");
        check(!line.path("cost_type").asText().equals("goodwill"), "ChargeCategory/enum");
        inOrder(line.path("usage_start_time").asText(), line.path("usage_end_time").asText());
        BigDecimal cost = new BigDecimal(line.path("cost").asText());
        for (JsonNode credit : line.path("credits")) {
          cost = cost.add(new BigDecimal(credit.path("amount").asText()));
        }
        String team = "";
        for (JsonNode label : line.path("labels")) {
          team = label.path("key").asText().equals("team") ? label.path("value").asText() : team;
        }
        String resource = line.path("resource").path("global_name").asText();
        return new Version(
            "gcp|" + line.path("invoice").path("month").asText(),
            line.path("usage_start_time").asText().substring(0, 10),
            line.path("export_time").asText(),
            resource,
            group("Google Cloud", line.path("service").path("description").asText(), team),
            cost,
            cost);
      }
    },
    focus(true) {
      @Override
      Version read(Map<String, String> row) throws Broken {
        check(!row.get("BilledCost").equals("N/A"), "BilledCost/type");
        check(!row.get("BillingPeriodStart").equals("NULL"), "BillingPeriodStart/required");
        check(!row.get("ChargeCategory").equals("Gift"), "ChargeCategory/enum");
        inOrder(row.get("ChargePeriodStart"), row.get("ChargePeriodEnd"));
        String tags = row.get("Tags");
        return new Version(
            "focus|" + row.get("BillingPeriodStart"),
            row.get("ChargePeriodStart").substring(0, 10),
            row.get("ChargePeriodEnd"),
            row.get("ResourceId"),
            group(
                "Oracle",
                row.get("ServiceName").replace("NULL", ""),
                tags.equals("NULL") ? "" : json(tags).path("team").asText()),
            number(row.get("BilledCost")),
            number(row.get("EffectiveCost")));
      }
    },
    metrics(false) {
      @Override
      Version read(Map<String, String> row) throws Broken {
        JsonNode hour = json(row.get(""));
        check(hour.path("cpu_percent").isNumber(), "cpu_percent/type");
        check(hour.path("cpu_percent").asDouble() <= 100, "cpu_percent/range");
        check(!hour.path("resource_id").isNull(), "resource_id/required");
        check(hour.path("network_bytes").asLong() >= 0, "network_bytes/range");
        String at = hour.path("observed_at").asText();
        check(at.endsWith(":00:00Z"), "/on_the_hour");
        String resource = hour.path("resource_id").asText();
        return new Version(
            resource + "|" + at,
            at.substring(0, 10),
            hour.path("updated_at").asText(),
            resource,
            "",
            hour.path("network_bytes").decimalValue(),
            hour.path("cpu_percent").decimalValue());
      }
    };

    final boolean csv;

    Reading(boolean csv) {
      this.csv = csv;
    }

    abstract Version read(Map<String, String> row) throws Broken;

    Map<String, String> row(List<String> header, String line) throws Broken {
      if (!csv) {
        return Map.of("", line);
      }
      List<String> values = fields(line);
      check(values.size() == header.size(), "/record");
      Map<String, String> row = new HashMap<>();
      for (int i = 0; i < header.size(); i++) {
        row.put(header.get(i), values.get(i));
      }
      return row;
    }
  }

  static void check(boolean kept, String reason) throws Broken {
    if (!kept) {
      throw new Broken(reason);
    }
  }

  static void required(Map<String, String> row, String column, String field) throws Broken {
    check(!row.get(column).isEmpty(), field + "/required");
  }

  static void inOrder(String start, String end) throws Broken {
    check(end.compareTo(start) > 0, "/charge_period_in_order");
  }

  static BigDecimal number(String text) throws Broken {
    check(!text.equals("N/A"), "BilledCost/type");
    return new BigDecimal(text);
  }

  static JsonNode json(String text) throws Broken {
    try {
      return JSON.reader()
          .with(com.fasterxml.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .readTree(text);
    } catch (IOException e) {
      throw new Broken("/record");
    }
  }

  static String lower(String text) {
    return text.toLowerCase(java.util.Locale.ROOT);
  }

  static String group(String provider, String service, String team) {
    return provider
        + "|"
        + (service.isEmpty() ? "Unknown service" : service)
        + "|"
        + (team.isEmpty() ? "unallocated" : team);
  }

  static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        if (quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
          field.append('"');
          i++;
        } else {
          quoted = !quoted;
        }
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
