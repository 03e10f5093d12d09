package io.sluice.ingest;

import java.io.Serializable;
import java.time.Instant;

/**
 * A raw file as the landing folder lists it.
 *
 * @param arrival the arrival of the contract it came by
 * @param path below the landing root
 * @param etag the store's mark of its content; where it has none, size and time
 * @param modifiedAt when it arrived; of a file of a delivery, when the delivery was complete
 * @param delivery the delivery that it is part of; null for a source whose deliveries replace
 *     nothing
 */
public record LandedFile(
    String arrival, String path, String etag, long bytes, Instant modifiedAt, String delivery)
    implements Serializable {

  /** A file that is read whatever others there are. */
  public LandedFile(String arrival, String path, String etag, long bytes, Instant modifiedAt) {
    this(arrival, path, etag, bytes, modifiedAt, null);
  }

  /** The same file as part of a delivery. */
  LandedFile of(String name, Instant completeAt) {
    return new LandedFile(arrival, path, etag, bytes, completeAt, name);
  }

  /** What must be read together with it: its delivery at a time, else the file alone. */
  String unit() {
    return delivery == null ? path : delivery + "\n" + modifiedAt;
  }
}
