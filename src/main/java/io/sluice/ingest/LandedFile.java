package io.sluice.ingest;

import java.io.Serializable;
import java.time.Instant;

/**
 * A raw file as the landing folder lists it.
 *
 * @param arrival the arrival of the contract it came by
 * @param path below the landing root
 * @param etag the store's mark of its content; where it has none, size and time
 */
public record LandedFile(String arrival, String path, String etag, long bytes, Instant modifiedAt)
    implements Serializable {}
