package io.sluice.report;

import static io.sluice.report.Text.count;
import static io.sluice.report.Text.minute;

import io.sluice.report.ReportPage.Badge;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is known of a model.
 *
 * @param ranks whether it says yes or no by a score; else it foretells a number
 * @param champion the version that serves; null if none does
 * @param challenger the version scored beside it; null if none is
 * @param waitsFor what must be there before a first version can be trained
 * @param scored its newest run that scored; null if there is none
 * @param atBest what no model can exceed, where the data is generated; by its name
 */
record ModelState(
    String name,
    String description,
    String owner,
    boolean ranks,
    Integer champion,
    Integer challenger,
    int canaryPercent,
    String waitsFor,
    ReportPage.PastRun scored,
    SortedMap<String, String> atBest,
    List<Version> versions,
    List<Move> moves,
    List<Drift> drift) {
  private static final int IMPORTANCES = 12;
  private static final int DRIFTED = 8;

  Optional<Version> version(Integer wanted) {
    return versions.stream()
        .filter(version -> wanted != null && version.number() == wanted)
        .findFirst();
  }

  String merit() {
    return ranks ? "Area under precision over recall" : "Error";
  }

  /** The figure that {@link #merit} of no model can exceed, if it is known. */
  Optional<Double> bestMerit() {
    return Optional.ofNullable(atBest.get("PR-AUC of confirmed"))
        .filter(best -> ranks)
        .map(Double::valueOf);
  }

  /** The version that the details are of: the one that serves, else the newest. */
  Optional<Version> shown() {
    return version(champion).or(() -> versions.stream().max(Comparator.comparing(Version::number)));
  }

  /** The versions whose curves are drawn: the one shown, and its challenger. */
  List<Version> drawn() {
    List<Version> drawn = new ArrayList<>();
    shown().ifPresent(drawn::add);
    version(challenger).filter(version -> !drawn.contains(version)).ifPresent(drawn::add);
    return drawn;
  }

  List<Version> newestFirst() {
    return versions.stream().sorted(Comparator.comparing(Version::number).reversed()).toList();
  }

  List<Badge> badges() {
    List<Badge> badges = new ArrayList<>();
    badges.add(
        champion == null
            ? new Badge("plain", "nothing serves")
            : new Badge("ok", "version " + champion + " serves"));
    if (challenger != null) {
      String does =
          canaryPercent > 0 ? " serves " + canaryPercent + " of 100 buckets" : " in the shadow";
      badges.add(new Badge("plain", "version " + challenger + does));
    }
    return badges;
  }

  /** When, and how many rows, it scored last. */
  String lastScored() {
    return scored == null
        ? "–"
        : count(scored.rowCounts().read(), "row") + ", " + minute(scored.run().startedAt());
  }

  /** The figures that are shown of each segment. */
  List<String> segmentFigures() {
    return ranks
        ? List.of("rows", "positives", "average_precision", "precision", "recall", "cost_per_row")
        : List.of("rows", "absolute_error");
  }

  Drift newestDrift() {
    return drift.get(drift.size() - 1);
  }

  /** The share of inputs that drift, batch by batch; above the alarm, a failure. */
  List<ReportPage.Point> driftPoints(double alarm) {
    return drift.stream()
        .map(batch -> new ReportPage.Point(batch.at(), batch.share() <= alarm, batch.share(), ""))
        .toList();
  }

  /**
   * A trained version.
   *
   * @param merit on its holdout, with its 90 % interval; of a number, the error
   * @param reasons why the gate does not let it be promoted; empty if it does
   * @param trials the candidates tried and what each achieved
   * @param precisionOverRecall pairs, recall first; empty for a number
   * @param calibration pairs of mean score and share of positives; empty for a number
   * @param facts what else its card says, by name
   */
  record Version(
      int number,
      Instant trainedAt,
      String candidate,
      double merit,
      double low,
      double high,
      List<String> reasons,
      List<String> against,
      List<String> trials,
      SortedMap<String, Double> metrics,
      SortedMap<String, SortedMap<String, Double>> segments,
      List<double[]> precisionOverRecall,
      List<double[]> calibration,
      Map<String, Double> importances,
      SortedMap<String, String> facts) {

    Badge gate() {
      return reasons.isEmpty() ? new Badge("ok", "passed") : new Badge("warn", "refused");
    }

    /** What the gate said, a sentence a line. */
    String said() {
      return Stream.concat(reasons.stream(), against.stream()).collect(Collectors.joining("\n"));
    }

    /** The inputs that weigh most, with what each weighs. */
    List<Map.Entry<String, Double>> heaviest() {
      return importances.entrySet().stream()
          .sorted(Comparator.comparing(one -> -Math.abs(one.getValue())))
          .limit(IMPORTANCES)
          .toList();
    }

    /** What the heaviest input weighs, without its sign. */
    double weight() {
      return importances.values().stream().mapToDouble(Math::abs).max().orElse(1);
    }
  }

  /** A change of champion or challenger, and why. */
  record Move(Instant at, String kind, Integer champion, Integer challenger, String reason) {

    Badge badge() {
      boolean back = kind.equals("rollback") || kind.equals("withdraw");
      return new Badge(back ? "warn" : "plain", kind);
    }
  }

  /** How far one batch's inputs, and score, were from those that a version learned from. */
  record Drift(Instant at, int version, List<Input> inputs) {
    double share() {
      return (double) drifted() / Math.max(1, inputs.size());
    }

    long drifted() {
      return inputs.stream().filter(Input::drifted).count();
    }

    /** The inputs that are furthest from what was learned. */
    List<Input> furthest() {
      return inputs.stream()
          .sorted(Comparator.comparing(Input::psi).reversed())
          .limit(DRIFTED)
          .toList();
    }
  }

  /** One input, or the score, of a batch. */
  record Input(String name, double psi, double ks, boolean drifted) {
    Badge badge() {
      return drifted ? new Badge("warn", "drifts") : new Badge("ok", "as learned");
    }
  }
}
