package io.sluice.quality;

/**
 * A condition on the rows that a commit adds; it is judged before a reader can see them.
 *
 * @param name unique within its table
 * @param severity whether a failure stops the commit or is recorded only
 */
public record Check(String name, Severity severity, Demand demand) {

  /** What a failure does. */
  public enum Severity {
    /** The commit is not published, and the command ends with exit code 3. */
    ERROR,
    /** The rows are published, and the check result is recorded. */
    WARNING
  }

  /** A check of one DQDL rule whose failure stops. */
  public static Check error(String name, String dqdl) {
    return new Check(name, Severity.ERROR, new Demand.DqdlRule(dqdl));
  }

  /** A check of one DQDL rule whose failure is recorded. */
  public static Check warning(String name, String dqdl) {
    return new Check(name, Severity.WARNING, new Demand.DqdlRule(dqdl));
  }
}
