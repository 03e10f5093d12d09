package io.sluice.refine;

import io.sluice.table.TableTransaction;
import java.util.Optional;

/**
 * What a batch's rows are written into, none of it visible before {@link RefineCommit} publishes
 * it.
 *
 * @param silver takes the valid rows
 * @param quarantine takes the broken ones
 * @param deletions takes the keys whose rows have ended; empty if the source remembers none
 */
record RefineTargets(
    TableTransaction silver, TableTransaction quarantine, Optional<Deletions> deletions) {}
