package io.sluice.ingest;

import java.io.Serializable;

/**
 * The bronze commit that rows belong to.
 *
 * @param number counted from 0
 * @param runId the run that makes it
 */
public record IngestBatch(long number, String runId) implements Serializable {}
