package io.sluice.ops;

import io.sluice.quality.Verdict;
import java.util.List;
import java.util.stream.Collectors;

/** A check stopped a run before anything was published; exit code 3. */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoppedException(String table, List<Verdict> stopping, String advice) {
    super(
        table
            + " is unchanged: "
            + stopping.stream().map(StoppedException::line).collect(Collectors.joining("; "))
            + ". "
            + advice);
  }

  private static String line(Verdict verdict) {
    return "check "
        + verdict.check()
        + " failed: "
        + verdict.rule()
        + (verdict.value() == null ? "" : ", measured " + verdict.value())
        + (verdict.message().isEmpty() ? "" : " (" + verdict.message() + ")");
  }
}
