package io.sluice.report;

import static io.sluice.report.Html.anchor;
import static io.sluice.report.Html.bytes;
import static io.sluice.report.Html.count;
import static io.sluice.report.Html.duration;
import static io.sluice.report.Html.each;
import static io.sluice.report.Html.minute;
import static io.sluice.report.Html.number;
import static io.sluice.report.Html.when;

import io.sluice.quality.Check.Severity;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is known of a lake at a moment, and the page that shows it: one HTML file that loads nothing
 * and runs no script.
 *
 * @param version Sluice's own
 * @param now what freshness is judged against
 * @param sources in the order in which they are refined
 * @param runs the newest, newest first
 * @param runCount how many runs there were in all
 * @param latest the newest run of each command and subject
 * @param unread landed files that could not be read and have not landed again since
 * @param driftAlarm the share of a model's inputs that may drift
 */
public record ReportPage(
    String environment,
    String version,
    Instant now,
    List<Source> sources,
    List<Gold> marts,
    List<PastRun> runs,
    long runCount,
    List<PastRun> latest,
    List<UnreadFile> unread,
    List<CheckHistory> checks,
    List<TableState> tables,
    List<ModelsPart.State> models,
    double driftAlarm) {
  private static final Set<String> MODEL_PROGRAMS = Set.of("train", "promote", "score");
  private static final int RUNS_OPEN = 25;
  private static final int RAW_SHOWN = 200;
  private static final int PARTITIONS_DRAWN = 60;

  /**
   * A source, what became of its rows, and what is wrong with them.
   *
   * @param all the account of every refine run
   * @param last the newest refine run that published; null if none did
   * @param waiting bronze rows that refine has not handled; null if that cannot be told
   * @param newestFile when its newest readable file arrived; null if none did
   * @param hidden why its records are not to be shown; null if they may be
   */
  public record Source(
      String id,
      String title,
      List<String> locations,
      List<String> references,
      RowCounts all,
      PastRun last,
      Long waiting,
      Period frequency,
      Instant newestFile,
      String hidden,
      List<Reason> reasons) {

    boolean isOverdue(Instant now) {
      return newestFile != null && now.isAfter(due());
    }

    Instant due() {
      return newestFile.atOffset(ZoneOffset.UTC).plus(frequency).toInstant();
    }

    boolean balances() {
      return all.balances() && (last == null || last.rowCounts().balances());
    }
  }

  /** Why rows are in quarantine; {@code field} is empty for a rule over the whole row. */
  public record Reason(String field, String rule, long rows, List<Sample> samples) {}

  /**
   * A quarantined row.
   *
   * @param raw the beginning of its record; null if it is not to be shown
   */
  public record Sample(String file, long position, List<String> reasons, String raw) {}

  /** A gold table as its mart states it. */
  public record Gold(String name, List<String> reads) {}

  /** A run and how it ended. */
  public record PastRun(
      Run run,
      Instant finishedAt,
      Run.Outcome outcome,
      RowCounts rowCounts,
      Long version,
      String message) {}

  /** A landed file that could not be read. */
  public record UnreadFile(
      String source, String file, Instant arrivedAt, long bytes, String problem) {}

  /** What a check said, oldest first. */
  public record CheckHistory(
      String table, String check, Severity severity, String rule, List<Point> points) {
    Point last() {
      return points.get(points.size() - 1);
    }
  }

  /** What a check said of one batch; {@code value} is null if nothing was measured. */
  public record Point(Instant at, boolean passed, Double value, String message) {}

  /**
   * A table as it stands.
   *
   * @param partitionedBy its first partition column; null if it has none
   * @param parts its rows by that column, in order; one part if it has none
   */
  public record TableState(
      String layer,
      String name,
      String description,
      long version,
      long bytes,
      String partitionedBy,
      List<Part> parts,
      List<Column> columns) {
    String fullName() {
      return layer + "." + name;
    }

    long rows() {
      return parts.stream().mapToLong(Part::rows).sum();
    }
  }

  /** The rows of one partition. */
  public record Part(String value, long rows) {}

  /** A column of a table; its description may be empty. */
  public record Column(String name, String type, String description) {}

  Optional<TableState> table(String layer, String name) {
    return tables.stream()
        .filter(table -> table.layer().equals(layer) && table.name().equals(name))
        .findFirst();
  }

  /** The page. */
  public String html() {
    // The policy: whatever a record tried to smuggle in, the browser would neither load nor run it.
    return Html.html(
                """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
                <title>Sluice report, {}, {} UTC</title>
                <style>{}</style>
                </head>
                <body>
                {}
                <main>{}</main>
                <footer>Written by sluice {} at {} UTC. All times are UTC.</footer>
                </body>
                </html>
                """,
                environment,
                minute(now),
                new Html(styleSheet()),
                header(),
                List.of(
                    accountsSection(),
                    runsSection(),
                    quarantineSection(),
                    unreadSection(),
                    checksSection(),
                    ModelsPart.section(models, driftAlarm),
                    lineageSection(),
                    freshnessSection(),
                    tablesSection()),
                version,
                minute(now))
            .markup()
        + "\n";
  }

  private static String styleSheet() {
    try (InputStream in = ReportPage.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Html header() {
    RowCounts all = sources.stream().map(Source::all).reduce(RowCounts.EMPTY, RowCounts::plus);
    return Html.html(
        """
        <header class="{}">
        <p class="eyebrow">Sluice report</p>
        <h1>{}</h1>
        <p class="meta"><span>environment <b>{}</b></span> <span><b>{}</b> UTC</span> <span>sluice <b>{}</b></span></p>
        <dl class="tiles">{}</dl>
        </header>
        <nav aria-label="Sections"><a href="#accounts">Rows</a><a href="#runs">Runs</a>
        <a href="#quarantine">Quarantine</a><a href="#files">Files</a><a href="#checks">Checks</a>
        <a href="#models">Models</a><a href="#lineage">Lineage</a><a href="#freshness">Freshness</a><a href="#tables">Tables</a></nav>
        """,
        troubles().isEmpty() ? concerns().isEmpty() && missing() == 0 ? "ok" : "warn" : "bad",
        each(stateParts(), part -> Html.html("<span>{}</span>", part)),
        environment,
        minute(now),
        version,
        List.of(
            tile("Rows read", number(all.read())),
            tile("Accepted", number(all.accepted())),
            tile("Quarantined", number(all.quarantined())),
            tile("Duplicate", number(all.duplicate())),
            tile("Superseded", number(all.superseded())),
            tile("Runs", number(runCount))));
  }

  static Html tile(String name, String value) {
    return Html.html("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
  }

  /** The overall state, such as "All 12 tables published, 1 source stopped by a check". */
  String state() {
    return String.join("", stateParts());
  }

  private List<String> stateParts() {
    if (tables.isEmpty() && runs.isEmpty()) {
      return List.of("Nothing has run yet");
    }
    List<String> parts = new ArrayList<>(List.of(published()));
    ModelsPart.state(models).ifPresent(parts::add);
    parts.addAll(troubles());
    parts.addAll(concerns());
    parts.replaceAll(part -> part.equals(parts.get(parts.size() - 1)) ? part : part + ", ");
    return parts;
  }

  private String published() {
    int wanted = sources.size() + marts.size();
    return missing() == 0
        ? "All " + count(wanted, "table") + " published"
        : number(wanted - missing()) + " of " + count(wanted, "table") + " published";
  }

  private long missing() {
    return sources.stream().filter(source -> table("silver", source.id()).isEmpty()).count()
        + marts.stream().filter(mart -> table("gold", mart.name()).isEmpty()).count();
  }

  /** What keeps data from being right or new. */
  private List<String> troubles() {
    Map<String, Long> stopped =
        latest.stream()
            .filter(past -> past.outcome() == Run.Outcome.STOPPED)
            .collect(Collectors.groupingBy(this::kind, TreeMap::new, Collectors.counting()));
    List<String> troubles = new ArrayList<>();
    stopped.forEach((kind, runs) -> troubles.add(count(runs, kind) + " stopped by a check"));
    long crashed = latest.stream().filter(past -> past.outcome() == Run.Outcome.CRASHED).count();
    if (crashed > 0) {
      troubles.add(count(crashed, "command") + " crashed");
    }
    sources.stream()
        .filter(source -> !source.balances())
        .forEach(source -> troubles.add("rows of " + source.id() + " do not add up"));
    return troubles;
  }

  private String kind(PastRun past) {
    if (MODEL_PROGRAMS.contains(past.run().command())) {
      return "model";
    }
    return sources.stream().anyMatch(source -> source.id().equals(past.run().subject()))
        ? "source"
        : "mart";
  }

  private List<String> concerns() {
    List<String> concerns = new ArrayList<>();
    long overdue = sources.stream().filter(source -> source.isOverdue(now)).count();
    if (overdue > 0) {
      concerns.add(count(overdue, "source") + " overdue");
    }
    if (!unread.isEmpty()) {
      concerns.add(count(unread.size(), "file") + " unreadable");
    }
    long warnings =
        checks.stream()
            .filter(check -> check.severity() == Severity.WARNING && !check.last().passed())
            .count();
    if (warnings > 0) {
      concerns.add(count(warnings, "check") + " with a warning");
    }
    return concerns;
  }

  static Html section(String id, String title, String lead, Object content) {
    return Html.html(
        """
        <section id="{}" aria-labelledby="{}-title"><h2 id="{}-title">{}</h2>
        <p class="lead">{}</p>
        {}</section>
        """,
        id,
        id,
        id,
        title,
        lead,
        content);
  }

  static Html empty(String text) {
    return Html.html("<p class=\"card empty\">{}</p>", text);
  }

  static Html badge(String kind, String text) {
    return Html.html("<span class=\"badge {}\">{}</span>", kind, text);
  }

  static Html bold(String text) {
    return Html.html("<b>{}</b>", text);
  }

  private static Html scroll(String label, Html content) {
    return Html.html(
        "<div class=\"card scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">{}</div>",
        label,
        content);
  }

  /** A row of a table, and what is said below it; null if nothing. */
  record Line(String note, Object... cells) {}

  /**
   * A table.
   *
   * @param heads the columns' headings; on a phone, where a row's cells flow, those without a mark
   *     are left out, those with a colon or hash stay. A hash marks numbers.
   */
  static Html table(String label, List<String> heads, Stream<Line> lines) {
    List<Html> columns =
        each(
            heads,
            head -> Html.html("<th scope=\"col\" class=\"{}\">{}</th>", kind(head), name(head)));
    return scroll(
        label,
        Html.html(
            "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
            columns,
            lines.map(line -> row(heads, line)).toList()));
  }

  private static Html row(List<String> heads, Line line) {
    List<Html> cells = new ArrayList<>();
    for (int i = 0; i < heads.size(); i++) {
      cells.add(
          Html.html(
              "<td class=\"{}\" data-head=\"{}\">{}</td>",
              kind(heads.get(i)),
              name(heads.get(i)),
              line.cells()[i]));
    }
    return Html.html(
        "<tr>{}</tr>{}",
        cells,
        when(
            line.note() != null,
            () ->
                Html.html(
                    "<tr class=\"note\"><td colspan=\"{}\"><div class=\"stay\">{}</div></td></tr>",
                    heads.size(),
                    line.note())));
  }

  private static String kind(String head) {
    return head.startsWith("#") ? "named n" : head.startsWith(":") ? "named" : "plain";
  }

  private static String name(String head) {
    return head.replaceFirst("^[#:]", "");
  }

  private Html accountsSection() {
    return section(
        "accounts",
        "Every row accounted for",
        "Of each source, over all runs: read = accepted + quarantined + duplicate + superseded.",
        sources.isEmpty()
            ? empty("There is no source.")
            : List.of(
                Html.html(
                    """
                    <p class="key"><span><i class="accepted"></i>accepted</span>
                    <span><i class="quarantined"></i>quarantined</span>
                    <span><i class="duplicate"></i>duplicate</span> <span><i class="superseded"></i>superseded</span></p>
                    """),
                each(sources, ReportPage::rowCounts)));
  }

  private static Html rowCounts(Source source) {
    RowCounts all = source.all();
    boolean nothing = all.equals(RowCounts.EMPTY);
    return Html.html(
        """
        <article class="card"><h3><span>{} <code>{}</code></span>{}</h3>
        {}{}<p class="small">{} {}</p></article>
        """,
        source.title(),
        source.id(),
        !source.balances()
            ? badge("bad", "✗ does not add up")
            : nothing ? badge("plain", "nothing read yet") : badge("ok", "✓ adds up"),
        when(!source.balances(), () -> alarm(all)),
        when(!nothing, () -> equation(all)),
        source.last() == null
            ? "Never published."
            : "Last published "
                + minute(source.last().finishedAt())
                + ": "
                + source.last().rowCounts()
                + ".",
        waiting(source));
  }

  private static Html equation(RowCounts all) {
    return Html.html(
        """
        {}<p class="equation"><span><b>{}</b> read</span> <span>{} <b>{}</b> accepted</span>
        <span>+ <b>{}</b> quarantined</span> <span>+ <b>{}</b> duplicate</span> <span>+ <b>{}</b> superseded</span></p>
        """,
        Charts.rowCounts(all),
        number(all.read()),
        all.balances() ? "=" : "≠",
        number(all.accepted()),
        number(all.quarantined()),
        number(all.duplicate()),
        number(all.superseded()));
  }

  private static Html alarm(RowCounts all) {
    return Html.html(
        """
        <p class="alarm">Rows are missing or counted twice: {} were read, {} have an outcome.
        Trust nothing of this source until it is found out why.</p>
        """,
        number(all.read()),
        number(all.accepted() + all.quarantined() + all.duplicate() + all.superseded()));
  }

  private static Html waiting(Source source) {
    if (source.waiting() == null) {
      return badge("warn", "how many wait in bronze cannot be told");
    }
    return when(
        source.waiting() > 0,
        () -> badge("warn", count(source.waiting(), "row") + " waiting in bronze"));
  }

  private Html runsSection() {
    List<PastRun> open = runs.subList(0, Math.min(RUNS_OPEN, runs.size()));
    List<PastRun> older = runs.subList(open.size(), runs.size());
    return section(
        "runs",
        "Runs",
        "Newest first; " + number(runs.size()) + " of " + count(runCount, "run") + ".",
        runs.isEmpty()
            ? empty("Nothing has run yet.")
            : List.of(
                runs("Newest runs", open),
                when(
                    !older.isEmpty(),
                    () ->
                        Html.html(
                            "<details><summary>{}</summary>{}</details>",
                            count(older.size(), "older run"),
                            runs("Older runs", older)))));
  }

  private static Html runs(String label, List<PastRun> runs) {
    return table(
        label,
        List.of(
            "Started", "Command", "Subject", "Outcome", "#Took", "#Read", "#Published", "#Version"),
        runs.stream()
            .map(
                past ->
                    new Line(
                        past.message(),
                        minute(past.run().startedAt()),
                        past.run().command(),
                        bold(past.run().subject()),
                        badge(kind(past.outcome()), words(past.outcome())),
                        duration(Duration.between(past.run().startedAt(), past.finishedAt())),
                        number(past.rowCounts().read()),
                        number(past.rowCounts().accepted()),
                        past.version() == null ? "–" : number(past.version()))));
  }

  private static String kind(Run.Outcome outcome) {
    return switch (outcome) {
      case DONE -> "ok";
      case STOPPED -> "warn";
      case CRASHED -> "bad";
    };
  }

  private static String words(Run.Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private Html quarantineSection() {
    List<Source> broken = sources.stream().filter(source -> !source.reasons().isEmpty()).toList();
    return section(
        "quarantine",
        "Quarantine",
        "Rows that broke a rule, kept whole. A row with several reasons counts under each.",
        broken.isEmpty() ? empty("No row is in quarantine.") : each(broken, this::reasons));
  }

  private Html reasons(Source source) {
    long most = source.reasons().stream().mapToLong(Reason::rows).max().orElse(1);
    long rows = table("quarantine", source.id()).map(TableState::rows).orElse(0L);
    return Html.html(
        "<article class=\"card\"><h3><span>{} <code>{}</code></span>{}</h3>{}{}</article>",
        source.title(),
        source.id(),
        badge("warn", count(rows, "row")),
        when(
            source.hidden() != null,
            () -> Html.html("<p class=\"hidden\">Records are not shown: {}</p>", source.hidden())),
        each(source.reasons(), reason -> reason(source, reason, most)));
  }

  private static Html reason(Source source, Reason reason, long most) {
    return Html.html(
        """
        <details class="reason"><summary><code>{}</code><span>{}</span>{}<b>{}</b></summary>
        <ul>{}</ul></details>
        """,
        reason.field().isEmpty() ? "whole row" : reason.field(),
        reason.rule(),
        Charts.share((double) reason.rows() / Math.max(1, most)),
        number(reason.rows()),
        each(reason.samples(), sample -> sample(source, sample)));
  }

  private static Html sample(Source source, Sample sample) {
    return Html.html(
        "<li><span class=\"where\">{}, position {}</span> <span class=\"small\">{}</span>{}</li>",
        sample.file(),
        number(sample.position()),
        String.join("; ", sample.reasons()),
        when(
            sample.raw() != null && source.hidden() == null,
            () -> Html.html("<pre>{}</pre>", Html.cut(sample.raw(), RAW_SHOWN))));
  }

  private Html unreadSection() {
    return section(
        "files",
        "Unreadable files",
        "Files quarantined whole: none of their records is in bronze. Land them again, fixed.",
        unread.isEmpty()
            ? empty("Every file could be read.")
            : table(
                "Unreadable files",
                List.of("Source", "File", ":Problem", ":Arrived", "#Size"),
                unread.stream()
                    .map(
                        file ->
                            new Line(
                                null,
                                bold(file.source()),
                                Html.html("<code>{}</code>", file.file()),
                                Html.html("<span class=\"wrap\">{}</span>", file.problem()),
                                minute(file.arrivedAt()),
                                bytes(file.bytes())))));
  }

  private Html checksSection() {
    Map<String, List<CheckHistory>> byTable =
        checks.stream()
            .collect(Collectors.groupingBy(CheckHistory::table, TreeMap::new, Collectors.toList()));
    return section(
        "checks",
        "Checks over time",
        "What each check measured, batch by batch; a red dot is a failure. An error stops, a"
            + " warning records.",
        checks.isEmpty()
            ? empty("No check has judged anything yet.")
            : each(byTable.keySet(), table -> checks(table, byTable.get(table))));
  }

  /** A table's checks, folded away unless one failed last time. */
  private static Html checks(String table, List<CheckHistory> checks) {
    long failed = checks.stream().filter(check -> !check.last().passed()).count();
    return Html.html(
        "<details{}><summary><code>{}</code> {}</summary>{}</details>",
        when(failed > 0, () -> new Html(" open=\"open\"")),
        table,
        failed == 0
            ? badge("ok", count(checks.size(), "check") + " passed")
            : badge("warn", number(failed) + " of " + count(checks.size(), "check") + " failed"),
        table(
            "Checks of " + table,
            List.of("Check", "Last", "Over time", "#Value", ":Severity", ":Demands"),
            checks.stream().map(ReportPage::check)));
  }

  private static Line check(CheckHistory check) {
    Point last = check.last();
    String kind = last.passed() ? "ok" : check.severity() == Severity.ERROR ? "bad" : "warn";
    return new Line(
        last.passed() ? null : last.message(),
        bold(check.check()),
        Html.html(
            "{} <span class=\"small when\">{}</span>",
            badge(kind, last.passed() ? "passed" : "failed"),
            minute(last.at())),
        Charts.sparkline(check.check(), check.points()),
        Html.value(last.value()),
        check.severity().name().toLowerCase(Locale.ROOT),
        Html.html("<code class=\"wrap\">{}</code>", check.rule()));
  }

  private Html lineageSection() {
    return section(
        "lineage",
        "Lineage",
        "From left to right, what is made of what. Dashed arrows: a rule looks into another"
            + " source's table.",
        sources.isEmpty() ? empty("There is no source.") : scroll("Lineage", Charts.lineage(this)));
  }

  private Html freshnessSection() {
    return section(
        "freshness",
        "Freshness",
        "When each source's newest readable file arrived, against what its contract expects.",
        sources.isEmpty()
            ? empty("There is no source.")
            : table(
                "Freshness",
                List.of("Source", "State", ":Newest file", ":Expected every"),
                sources.stream()
                    .map(
                        source ->
                            new Line(
                                null,
                                bold(source.id()),
                                freshness(source),
                                source.newestFile() == null ? "–" : minute(source.newestFile()),
                                Html.period(source.frequency())))));
  }

  private Html freshness(Source source) {
    if (source.newestFile() == null) {
      return badge("plain", "nothing has arrived");
    }
    return source.isOverdue(now)
        ? badge("warn", "overdue by " + duration(Duration.between(source.due(), now)))
        : badge("ok", "fresh");
  }

  private Html tablesSection() {
    Map<String, List<TableState>> byLayer =
        tables.stream()
            .collect(
                Collectors.groupingBy(TableState::layer, LinkedHashMap::new, Collectors.toList()));
    return section(
        "tables",
        "Tables",
        count(tables.size(), "table") + " that readers see.",
        each(
            byLayer.keySet(),
            layer ->
                Html.html(
                    "<h3>{}</h3><div class=\"cards\">{}</div>",
                    layer,
                    each(byLayer.get(layer), ReportPage::table))));
  }

  private static Html table(TableState table) {
    boolean partitioned = table.partitionedBy() != null && !table.parts().isEmpty();
    return Html.html(
        """
        <article class="card" id="{}"><h3><code>{}</code></h3><p class="small">{}</p>
        <dl class="facts">{}</dl>
        {}<details><summary>{}</summary><dl class="columns">{}</dl></details></article>
        """,
        anchor("table", table.fullName()),
        table.fullName(),
        table.description(),
        List.of(
            tile("Rows", number(table.rows())),
            tile("Version", number(table.version())),
            tile("Size", bytes(table.bytes())),
            tile("Partitions", partitioned ? number(table.parts().size()) : "–")),
        when(partitioned, () -> partitions(table)),
        count(table.columns().size(), "column"),
        each(
            table.columns(),
            column ->
                Html.html(
                    "<dt><code>{}</code> <small>{}</small></dt><dd>{}</dd>",
                    column.name(),
                    column.type(),
                    column.description())));
  }

  private static Html partitions(TableState table) {
    List<Part> parts = table.parts();
    List<Part> drawn = parts.subList(Math.max(0, parts.size() - PARTITIONS_DRAWN), parts.size());
    return Html.html(
        "{}<p class=\"axis small\"><span>{}</span><span>rows by {}</span><span>{}</span></p>",
        Charts.columns(table.fullName(), drawn),
        drawn.get(0).value(),
        table.partitionedBy(),
        drawn.get(drawn.size() - 1).value());
  }
}
