package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import io.sluice.privacy.Cipher;
import java.io.Serializable;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Takes one stored record apart into the raw columns that a contract reads, all of them text.
 *
 * <p>Works on bytes, so that no text is decoded only to be encoded again. A record that cannot be
 * taken apart comes back with a problem, never as an exception. Not for several threads at once.
 */
public final class RecordParser implements Serializable {
  private static final long serialVersionUID = 1L;

  private final WantedFields wanted;
  private final Cipher cipher;
  private transient FieldReader reader;
  private transient FieldSink sink;

  /**
   * @param cipher opens the record, if the source keeps its records encrypted; else null
   */
  public RecordParser(WantedFields wanted, Cipher cipher) {
    this.wanted = wanted;
    this.cipher = cipher;
  }

  /**
   * Takes a record apart.
   *
   * @param header what stands with each record of its file, such as a CSV header line; null for
   *     none
   * @param problem why the record could not be read whole; null if it could
   */
  public RawRecord parse(byte[] stored, UTF8String header, UTF8String problem) {
    if (problem != null) {
      return RawRecord.broken(BrokenRecordException.whole(problem.toString()));
    }
    // A key that does not open the records is no fault of theirs: it stops the run.
    byte[] raw = cipher == null ? stored : cipher.open(stored);
    if (reader == null) {
      reader =
          wanted.arrival().envelope() == Arrival.Envelope.DEBEZIUM
              ? DebeziumFields.of(wanted, cipher)
              : RecordFormat.of(wanted.arrival()).fields(wanted);
      sink = new FieldSink(wanted);
    }
    sink.begin();
    try {
      reader.read(raw, header, sink);
      return sink.record();
    } catch (BrokenRecordException e) {
      return RawRecord.broken(e);
    } catch (RuntimeException | StackOverflowError e) {
      // A format's own mistake costs the record it trips over and not the batch; the message may
      // quote the record, which may hold protected values.
      return RawRecord.broken(
          BrokenRecordException.whole(
              "cannot be taken apart as "
                  + wanted.arrival().format()
                  + " ("
                  + e.getClass().getName()
                  + ")"));
    }
  }
}
