package io.sluice.quality;

/**
 * Judges the rows that a commit would add, before anyone can see them.
 *
 * @param name unique within its table
 * @param severity whether a failure stops the commit or is only recorded
 * @param dqdl one DQDL rule, run by Deequ
 */
public record Check(String name, Severity severity, String dqdl) {

  /** What a failure does. */
  public enum Severity {
    /** Nothing is published; exit code 3. */
    ERROR,
    /** The check result is recorded, the rows are published. */
    WARNING
  }

  public static Check error(String name, String dqdl) {
    return new Check(name, Severity.ERROR, dqdl);
  }

  public static Check warning(String name, String dqdl) {
    return new Check(name, Severity.WARNING, dqdl);
  }
}
