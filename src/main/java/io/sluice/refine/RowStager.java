package io.sluice.refine;

import java.util.Optional;

/**
 * Writes the rows of one batch into the files of transactions, valid ones into silver's and broken
 * ones into quarantine's, and counts them. It publishes nothing.
 */
interface RowStager {
  /**
   * @return empty if this way cannot decide the batch; what it has written then is never published
   */
  Optional<Staged> stage(RefineTargets targets);
}
