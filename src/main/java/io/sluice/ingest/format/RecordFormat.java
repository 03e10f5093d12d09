package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import io.sluice.contract.ArrivalFormat;
import io.sluice.contract.ArrivalFormats;

/**
 * A format of records: takes a record's bytes apart into the columns that a contract reads.
 *
 * <p>A format is added by one class that implements this (or {@link SequentialFormat}, if it
 * arrives in files that are read from their first byte to their last, or {@link FileFormat}, if it
 * arrives in others) and its name in {@code META-INF/services/io.sluice.contract.ArrivalFormat};
 * contracts name it behind {@code format:}. Instances hold no state: the same one serves all
 * sources and threads.
 */
public interface RecordFormat extends ArrivalFormat {
  /** What takes the records of one arrival apart; for one thread. */
  FieldReader fields(WantedFields wanted);

  /** The format of an arrival. */
  static RecordFormat of(Arrival arrival) {
    ArrivalFormat format = ArrivalFormats.get(arrival.format());
    if (format instanceof RecordFormat records) {
      return records;
    }
    throw new IllegalStateException(
        format.getClass().getName() + " is registered as a format and is no RecordFormat");
  }
}
