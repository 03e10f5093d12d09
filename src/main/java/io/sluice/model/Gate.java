package io.sluice.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether a challenger may become champion: what was measured on the holdout, and every reason why
 * not.
 *
 * @param against what it was held against
 * @param difference by how much it is better, in merit
 * @param reasons empty if it passed
 */
public record Gate(String against, Scores.Difference difference, List<String> reasons) {

  public boolean passed() {
    return reasons.isEmpty();
  }

  /**
   * Holds a challenger against a baseline (the champion, or what takes no model) on the same rows.
   *
   * <p>It must be better by more than the margin with 95 % confidence, and no segment with enough
   * positives may be worse by more than the tolerance.
   */
  public static Gate judge(Model model, Scores challenger, Scores baseline, String against) {
    GatePolicy policy = model.policy();
    Scores.Difference difference = challenger.over(baseline, model.task());
    double unit = unit(model, baseline);
    List<String> reasons = new ArrayList<>();
    if (!(difference.low() > policy.margin() * unit)) {
      reasons.add(
          String.format(
              Locale.ROOT,
              "not better than %s by more than %.4f with 95 %% confidence: the difference is %.4f,"
                  + " at least %.4f",
              against,
              policy.margin() * unit,
              difference.value(),
              difference.low()));
    }
    var others = baseline.bySegment();
    challenger
        .bySegment()
        .forEach(
            (segment, mine) -> {
              Scores theirs = others.get(segment);
              boolean enough =
                  model.task() == Model.Task.CLASSIFICATION
                      ? mine.positives() >= policy.fewestPositives()
                      : mine.size() >= policy.fewestPositives();
              double worse = theirs.merit(model.task()) - mine.merit(model.task());
              double tolerated = policy.segmentTolerance() * unit(model, theirs);
              if (enough && worse > tolerated) {
                reasons.add(
                    String.format(
                        Locale.ROOT,
                        "segment %s is worse than %s by %.4f; %.4f is tolerated",
                        segment,
                        against,
                        worse,
                        tolerated));
              }
            });
    return new Gate(against, difference, List.copyOf(reasons));
  }

  /** What margin and tolerance are shares of: for a regression, the error to be beaten. */
  private static double unit(Model model, Scores baseline) {
    return model.task() == Model.Task.CLASSIFICATION ? 1 : baseline.absoluteError();
  }
}
