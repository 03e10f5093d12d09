package io.sluice.demo;

import java.io.IOException;
import java.time.LocalDate;
import java.util.Map;

/**
 * Makes the raw files of a domain's sources, day after day, and keeps the truth about them.
 *
 * <p>Deterministic: the same seed, first day and size give the same bytes and the same truth. Days
 * are made in order, each once; a day's files hold corrections, duplicates and superseded versions
 * of earlier days' records.
 */
public interface SourceGenerator {

  /**
   * Writes the files that arrive on {@code day}: the first day, or the one after the day made last.
   */
  void arrive(LocalDate day, Landing landing) throws IOException;

  /** What the lake must hold once all days made so far are processed; by source. */
  Map<String, Truth> truth();
}
