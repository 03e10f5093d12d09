package io.sluice.report;

import io.sluice.quality.Check.Severity;
import io.sluice.report.ReportPage.CheckHistory;
import io.sluice.report.ReportPage.Column;
import io.sluice.report.ReportPage.Gold;
import io.sluice.report.ReportPage.Part;
import io.sluice.report.ReportPage.PastRun;
import io.sluice.report.ReportPage.Point;
import io.sluice.report.ReportPage.Reason;
import io.sluice.report.ReportPage.Sample;
import io.sluice.report.ReportPage.Source;
import io.sluice.report.ReportPage.TableState;
import io.sluice.report.ReportPage.UnreadFile;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Pages of made-up lakes: a busy one, an empty one, and one whose data is hostile. */
final class ExamplePages {
  static final Instant NOW = Instant.parse("2026-11-22T06:12:40Z");
  private static final String HOSTILE =
      "</style></svg><script>alert('1')</script><img src=x onerror=\"alert(2)\"> & \u202Egnp\u0000";

  private ExamplePages() {}

  static RowCounts balanced() {
    return new RowCounts(100, 90, 5, 3, 2);
  }

  static Source source(String id, RowCounts all, PastRun last) {
    return new Source(
        id,
        id,
        List.of(id + "/"),
        List.of(),
        all,
        last,
        0L,
        Period.ofDays(1),
        NOW,
        null,
        List.of());
  }

  static ReportPage lake(List<Source> sources, List<PastRun> runs) {
    List<TableState> tables =
        sources.stream().map(source -> table("silver", source.id(), null, 90)).toList();
    return new ReportPage(
        "test",
        "1",
        NOW,
        90,
        sources,
        List.of(),
        runs,
        runs.size(),
        runs,
        List.of(),
        List.of(),
        tables,
        List.of(),
        0.05);
  }

  static ReportPage empty() {
    Source source =
        new Source(
            "calls",
            "Calls",
            List.of("calls/"),
            List.of(),
            RowCounts.EMPTY,
            null,
            0L,
            Period.ofDays(1),
            null,
            null,
            List.of());
    return new ReportPage(
        "test",
        "1",
        NOW,
        90,
        List.of(source),
        List.of(new Gold("agent_daily", List.of("calls"))),
        List.of(),
        0,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(ExampleModels.model("idle_machines", null, List.of(), List.of())),
        0.05);
  }

  static ReportPage hostile() {
    PastRun run =
        new PastRun(
            new Run(HOSTILE, HOSTILE, HOSTILE, NOW),
            NOW,
            Run.Outcome.CRASHED,
            RowCounts.EMPTY,
            null,
            HOSTILE);
    Source source =
        new Source(
            HOSTILE,
            HOSTILE,
            List.of(HOSTILE),
            List.of(HOSTILE),
            balanced(),
            run,
            null,
            Period.ofDays(1),
            NOW,
            null,
            List.of(
                new Reason(
                    HOSTILE,
                    HOSTILE,
                    1,
                    List.of(new Sample(HOSTILE, 1, List.of(HOSTILE), HOSTILE + "\ud83d")))));
    TableState table =
        new TableState(
            "silver",
            HOSTILE,
            HOSTILE,
            1,
            1,
            HOSTILE,
            List.of(new Part(HOSTILE, 1)),
            List.of(new Column(HOSTILE, HOSTILE, HOSTILE)));
    return new ReportPage(
        HOSTILE,
        HOSTILE,
        NOW,
        90,
        List.of(source),
        List.of(new Gold(HOSTILE, List.of(HOSTILE))),
        List.of(run),
        1,
        List.of(run),
        List.of(new UnreadFile(HOSTILE, HOSTILE, NOW, 1, HOSTILE)),
        List.of(
            new CheckHistory(
                HOSTILE,
                HOSTILE,
                Severity.ERROR,
                HOSTILE,
                List.of(new Point(NOW, false, Double.NaN, HOSTILE)))),
        List.of(table),
        List.of(
            ExampleModels.model(
                HOSTILE,
                1,
                List.of(ExampleModels.version(1, 0.5, HOSTILE)),
                List.of(new ModelState.Move(NOW, HOSTILE, 1, null, HOSTILE)))),
        0.05);
  }

  /**
   * A lake of three sources and four marts after some weeks: one mart stopped, one source overdue.
   */
  static ReportPage busy() {
    List<PastRun> runs = runs();
    return new ReportPage(
        "prod",
        "0.1.0",
        NOW,
        90,
        sources(),
        List.of(
            new Gold("vendor_daily", List.of("purchase_orders", "vendors")),
            new Gold("spend_daily", List.of("purchase_orders")),
            new Gold("agent_daily", List.of("calls")),
            new Gold("queue_daily", List.of("calls"))),
        runs,
        412,
        runs.subList(0, 8),
        List.of(
            new UnreadFile(
                "calls",
                "calls/2026/11/19/calls-0400.json.gz",
                NOW.minus(Duration.ofDays(3)),
                48_213_004,
                "truncated gzip, cut off after 91,226,112 unpacked bytes")),
        checks(),
        tables(),
        ExampleModels.models(),
        0.05);
  }

  static PastRun run(
      String command, String subject, int hoursAgo, Run.Outcome outcome, String message) {
    Instant start = NOW.minus(Duration.ofMinutes(60L * hoursAgo + 7));
    boolean done = outcome == Run.Outcome.DONE;
    return new PastRun(
        new Run(command + subject + hoursAgo, command, subject, start),
        start.plusSeconds(41 + subject.length() * 13L),
        outcome,
        done ? new RowCounts(42_810, 42_377, 190, 201, 42) : RowCounts.EMPTY,
        done ? 311L : null,
        message);
  }

  private static List<PastRun> runs() {
    List<PastRun> runs = new ArrayList<>();
    runs.add(
        run(
            "build",
            "spend_daily",
            0,
            Run.Outcome.STOPPED,
            "gold.spend_daily is unchanged: check spend_positive failed: Sum \"spend\" >= 0,"
                + " measured -18204.5. Gold still shows what it did before; look at the silver"
                + " tables [purchase_orders]."));
    for (int day = 0; day < 4; day++) {
      for (String source : List.of("vendors", "purchase_orders", "calls")) {
        runs.add(run("refine", source, 24 * day, Run.Outcome.DONE, null));
        runs.add(run("ingest", source, 24 * day, Run.Outcome.DONE, null));
      }
    }
    runs.add(run("ingest", "vendors", 124, Run.Outcome.DONE, null));
    runs.add(
        run("ingest", "calls", 100, Run.Outcome.CRASHED, "java.io.IOException: connection reset"));
    return runs;
  }

  private static List<Source> sources() {
    PastRun last = run("refine", "any", 0, Run.Outcome.DONE, null);
    return List.of(
        new Source(
            "vendors",
            "Vendors",
            List.of("vendors/"),
            List.of(),
            new RowCounts(8_412, 8_102, 12, 190, 108),
            last,
            0L,
            Period.ofDays(1),
            NOW.minus(Duration.ofHours(75)),
            null,
            List.of(
                new Reason(
                    "iban_country",
                    "enum",
                    9,
                    List.of(
                        new Sample(
                            "vendors/2026-11-18.csv",
                            18,
                            List.of("iban_country/enum: must be one of [AT, CH, DE]"),
                            "V-00017,Meier & Söhne,XX,2026-11-01T08:00:00Z" + "x".repeat(400)))),
                new Reason("", "record", 3, List.of()))),
        new Source(
            "purchase_orders",
            "Purchase orders",
            List.of("purchase_orders/"),
            List.of("vendors"),
            new RowCounts(1_284_310, 1_270_004, 6_120, 7_904, 282),
            last,
            4_120L,
            Period.ofDays(1),
            NOW.minus(Duration.ofHours(4)),
            "bank_account is restricted; buyer_id, customer_id are confidential.",
            List.of(
                new Reason(
                    "currency",
                    "enum",
                    3_412,
                    List.of(
                        new Sample(
                            "purchase_orders/2026/11/20/orders-07.csv",
                            1_402,
                            List.of("currency/enum", "/amount_adds_up"),
                            "PO-1,DE89370400440532013000"),
                        new Sample(
                            "purchase_orders/2026/11/20/orders-07.csv",
                            1_977,
                            List.of("currency/enum"),
                            null))),
                new Reason("", "amount_adds_up", 1_804, List.of()),
                new Reason("vendor_id", "reference", 904, List.of()))),
        new Source(
            "calls",
            "Calls",
            List.of("calls/", "calls-archive/"),
            List.of(),
            new RowCounts(402_118, 401_777, 0, 300, 41),
            last,
            0L,
            Period.ofDays(7),
            NOW.minus(Duration.ofHours(6)),
            "caller_id, caller_name are restricted.",
            List.of()));
  }

  private static List<CheckHistory> checks() {
    return List.of(
        history(
            "silver.purchase_orders", "rows", Severity.ERROR, "RowCount > 0", 42_000, 3_000, -1),
        history(
            "silver.purchase_orders",
            "mean_price",
            Severity.ERROR,
            "Mean \"unit_price\" between 0.01 and 60000",
            812.4,
            90,
            20),
        history(
            "silver.purchase_orders",
            "region_mostly_known",
            Severity.WARNING,
            "Completeness \"region\" > 0.9",
            0.93,
            0.02,
            39),
        history(
            "silver.calls",
            "quarantine_limit",
            Severity.ERROR,
            "share of quarantined rows <= 0.2",
            0.0004,
            0.0002,
            -1),
        new CheckHistory(
            "silver.calls",
            "every_row_accounted_for",
            Severity.ERROR,
            "read = accepted + quarantined + duplicate + superseded + deleted",
            List.of(new Point(NOW, true, null, ""))));
  }

  private static CheckHistory history(
      String table,
      String check,
      Severity severity,
      String rule,
      double mean,
      double spread,
      int fails) {
    SplittableRandom random = new SplittableRandom(check.hashCode());
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      boolean passed = i != fails;
      double value = mean + random.nextDouble(-spread, spread) * (passed ? 1 : 3);
      points.add(
          new Point(
              NOW.minus(Duration.ofDays(39 - i)),
              passed,
              check.equals("rows") ? Math.rint(value) : value,
              passed ? "" : "Value: " + value + " does not meet the constraint requirement!"));
    }
    return new CheckHistory(table, check, severity, rule, points);
  }

  private static List<TableState> tables() {
    List<TableState> tables = new ArrayList<>();
    tables.add(table("bronze", "vendors", "arrived_on", 93));
    tables.add(table("bronze", "purchase_orders", "arrived_on", 14_270));
    tables.add(table("bronze", "calls", "arrived_on", 4_468));
    tables.add(table("silver", "vendors", null, 3_190));
    tables.add(table("silver", "purchase_orders", "order_date", 14_000));
    tables.add(table("silver", "calls", "call_date", 4_400));
    tables.add(table("quarantine", "vendors", null, 12));
    tables.add(table("quarantine", "purchase_orders", null, 6_120));
    tables.add(table("gold", "vendor_daily", "day", 900));
    tables.add(table("gold", "spend_daily", "day", 160));
    tables.add(table("gold", "agent_daily", "day", 120));
    return tables;
  }

  private static TableState table(String layer, String name, String partitionedBy, int daily) {
    SplittableRandom random = new SplittableRandom(name.hashCode());
    List<Part> parts = new ArrayList<>();
    for (int day = 0; day < 90 && partitionedBy != null; day++) {
      LocalDate date = LocalDate.of(2026, 8, 24).plusDays(day);
      double share = date.getDayOfWeek().getValue() > 5 ? 0.3 : 1.2;
      parts.add(new Part(date.toString(), (long) (daily * (share + random.nextDouble(0.2)))));
    }
    if (partitionedBy == null) {
      parts.add(new Part(null, daily));
    }
    return new TableState(
        layer,
        name,
        "One row per order line, in its newest version.",
        311,
        48_213_004,
        partitionedBy,
        parts,
        List.of(
            new Column("order_id", "string", "The order's number, given by the purchasing system."),
            new Column("amount", "decimal(18,2)", "Price of the line without tax."),
            new Column("_extra", "map<string,string>", "")));
  }
}
