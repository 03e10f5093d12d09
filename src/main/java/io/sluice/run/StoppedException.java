package io.sluice.run;

import io.sluice.quality.CheckResult;
import java.util.List;
import java.util.stream.Collectors;

/** A check stopped a run before anything was published; exit code 3. */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoppedException(String table, List<CheckResult> stopping, String advice) {
    super(
        table
            + " is unchanged: "
            + stopping.stream().map(CheckResult::sentence).collect(Collectors.joining("; "))
            + ". "
            + advice);
  }
}
