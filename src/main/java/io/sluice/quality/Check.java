package io.sluice.quality;

/**
 * A condition on the rows that a commit adds; it is judged before a reader can see them.
 *
 * @param name unique within its table
 * @param severity whether a failure stops the commit or is recorded only
 * @param dqdl one DQDL rule, run by Deequ
 */
public record Check(String name, Severity severity, String dqdl) {

  /** What a failure does. */
  public enum Severity {
    /** The commit is not published, and the command ends with exit code 3. */
    ERROR,
    /** The rows are published, and the check result is recorded. */
    WARNING
  }

  public static Check error(String name, String dqdl) {
    return new Check(name, Severity.ERROR, dqdl);
  }

  public static Check warning(String name, String dqdl) {
    return new Check(name, Severity.WARNING, dqdl);
  }
}
