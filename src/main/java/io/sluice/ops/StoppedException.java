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
            + stopping.stream().map(Verdict::sentence).collect(Collectors.joining("; "))
            + ". "
            + advice);
  }
}
