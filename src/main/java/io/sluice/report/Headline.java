package io.sluice.report;

import static io.sluice.report.Text.count;
import static io.sluice.report.Text.number;

import io.sluice.quality.Check.Severity;
import io.sluice.run.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A page's state in one sentence, and how bad it is. */
record Headline(ReportPage page) {
  private static final Set<String> MODEL_COMMANDS = Set.of("train", "promote", "score");

  /** ok, warn or bad. */
  String kind() {
    if (!troubles().isEmpty()) {
      return "bad";
    }
    return concerns().isEmpty() && missing() == 0 ? "ok" : "warn";
  }

  /** The overall state, such as "All 12 tables published, 1 source stopped by a check". */
  String state() {
    return String.join("", parts());
  }

  /** The same, clause by clause. */
  List<String> parts() {
    if (page.tables().isEmpty() && page.latest().isEmpty()) {
      return List.of("Nothing has run yet");
    }
    List<String> parts = new ArrayList<>(List.of(published()));
    serving().ifPresent(parts::add);
    parts.addAll(troubles());
    parts.addAll(concerns());
    parts.replaceAll(part -> part.equals(parts.get(parts.size() - 1)) ? part : part + ", ");
    return parts;
  }

  /** What is said of the models; nothing if none serves. */
  private Optional<String> serving() {
    List<ModelState> models = page.models();
    long serving = models.stream().filter(model -> model.champion() != null).count();
    return serving == 0
        ? Optional.empty()
        : Optional.of(number(serving) + " of " + count(models.size(), "model") + " serving");
  }

  private String published() {
    int wanted = page.sources().size() + page.marts().size();
    return missing() == 0
        ? "All " + count(wanted, "table") + " published"
        : number(wanted - missing()) + " of " + count(wanted, "table") + " published";
  }

  private long missing() {
    return page.sources().stream()
            .filter(source -> page.table("silver", source.id()).isEmpty())
            .count()
        + page.marts().stream().filter(mart -> page.table("gold", mart.name()).isEmpty()).count();
  }

  /** What keeps data from being right or new. */
  private List<String> troubles() {
    Map<String, Long> stopped =
        page.latest().stream()
            .filter(past -> past.outcome() == Run.Outcome.STOPPED)
            .collect(Collectors.groupingBy(this::kind, TreeMap::new, Collectors.counting()));
    List<String> troubles = new ArrayList<>();
    stopped.forEach((kind, runs) -> troubles.add(count(runs, kind) + " stopped by a check"));
    long crashed =
        page.latest().stream().filter(past -> past.outcome() == Run.Outcome.CRASHED).count();
    if (crashed > 0) {
      troubles.add(count(crashed, "command") + " crashed");
    }
    page.sources().stream()
        .filter(source -> !source.balances())
        .forEach(source -> troubles.add("rows of " + source.id() + " do not add up"));
    return troubles;
  }

  private String kind(ReportPage.PastRun past) {
    if (MODEL_COMMANDS.contains(past.run().command())) {
      return "model";
    }
    return page.sources().stream().anyMatch(source -> source.id().equals(past.run().subject()))
        ? "source"
        : "mart";
  }

  private List<String> concerns() {
    List<String> concerns = new ArrayList<>();
    long overdue = page.sources().stream().filter(source -> source.isOverdue(page.now())).count();
    if (overdue > 0) {
      concerns.add(count(overdue, "source") + " overdue");
    }
    if (!page.unread().isEmpty()) {
      concerns.add(count(page.unread().size(), "file") + " unreadable");
    }
    long warnings =
        page.checks().stream()
            .filter(check -> check.severity() == Severity.WARNING && !check.last().passed())
            .count();
    if (warnings > 0) {
      concerns.add(count(warnings, "check") + " with a warning");
    }
    return concerns;
  }
}
