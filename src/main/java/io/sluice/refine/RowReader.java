package io.sluice.refine;

import io.sluice.engine.LocalRows.LocalRow;
import io.sluice.engine.NativeRow;
import io.sluice.engine.RowFunction;
import io.sluice.ingest.format.BrokenRecordException;
import io.sluice.ingest.format.RawRecord;
import io.sluice.ingest.format.RecordParser;
import io.sluice.ingest.format.WantedFields;
import io.sluice.refine.ChangeReader.Effect;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Turns stored records of one arrival into typed and judged rows.
 *
 * <p>Guarantee: nothing that a record holds makes it throw. Cost: one pass over the record, and
 * what the contract's expressions cost. Not for several threads at once.
 */
final class RowReader implements Serializable {
  private static final long serialVersionUID = 1L;

  private final RecordParser parser;
  private final RowOrigin origin;
  private final OtherColumns others;
  private final List<FieldValue> fields;
  private final JudgedRules rules;
  private final Deleting deleting;

  /**
   * How records that delete are read.
   *
   * @param changes tells which they are
   * @param identifying the places of the fields that a deletion must have
   * @param ordering of these, that of the ordering column: all that is read of a truncation
   */
  record Deleting(ChangeReader changes, Set<Integer> identifying, Set<Integer> ordering)
      implements Serializable {}

  /**
   * @param wanted what is read of an arrival's records
   * @param parser takes them apart into that
   * @param fields how the contract's fields are made of it, in their order
   * @param rules judge the row that they make
   * @param deleting null if no record deletes
   */
  RowReader(
      WantedFields wanted,
      RecordParser parser,
      List<FieldValue> fields,
      JudgedRules rules,
      Deleting deleting) {
    this.parser = parser;
    this.origin = new RowOrigin(wanted.arrival(), wanted.columns());
    this.others = new OtherColumns(wanted);
    this.fields = List.copyOf(fields);
    this.rules = rules;
    this.deleting = deleting;
  }

  /** Where a record came from. */
  record Place(UTF8String file, long position, long arrivedAt) {}

  /**
   * A record as a row: the contract's fields, {@code _extra} and {@code _reasons}; of a source
   * whose records delete {@code _deleted} too, which is null of a record that says nothing. A
   * truncation is a deletion without a key.
   *
   * @param problem why it could not be read whole; null if it could
   */
  NativeRow read(byte[] stored, UTF8String header, UTF8String problem, Place place) {
    Object[] row = new Object[fields.size() + (deleting == null ? 2 : 3)];
    if (deleting != null && ChangeReader.saysNothing(problem)) {
      return new NativeRow(row);
    }
    Findings findings = new Findings();
    RawRecord record = parser.parse(stored, header, problem);
    Effect effect = Effect.SET;
    BrokenRecordException broken = record.problem();
    if (deleting != null && broken != null && broken.tellsOfNoRow()) {
      return new NativeRow(row);
    }
    if (broken != null) {
      findings.addReason(broken.field(), broken.rule(), broken.getMessage());
    } else {
      UTF8String[] columns = record.values();
      origin.fill(columns, place);
      others.fill(columns, record);
      NativeRow input = new NativeRow((Object[]) columns);
      others.keep(record, findings);
      effect = deleting == null ? Effect.SET : deleting.changes.effect(input, findings);
      // What a row was need not have been told whole, and is not judged again.
      Findings unjudged = effect == Effect.SET ? findings : new Findings();
      for (int i = 0; i < fields.size(); i++) {
        if (effect == Effect.TRUNCATE && !deleting.ordering.contains(i)) {
          continue;
        }
        boolean isJudged = effect == Effect.SET || deleting.identifying.contains(i);
        row[i] = fields.get(i).read(record, columns, input, isJudged ? findings : unjudged);
      }
      if (effect == Effect.SET) {
        rules.judge(row, place, findings);
      }
    }
    row[fields.size()] = findings.extra();
    row[fields.size() + 1] = findings.reasons();
    if (deleting != null) {
      row[fields.size() + 2] = effect != Effect.SET;
    }
    return new NativeRow(row);
  }

  /**
   * The readers of all arrivals of a source, by name: what Spark's generated code calls with a
   * bronze row's arrival, raw, header, problem, file, position and arrived_at.
   */
  static final class ByArrival implements RowFunction {
    private static final long serialVersionUID = 1L;

    private final Map<String, RowReader> readers;
    private final int fields;
    private final int columns;
    private transient UTF8String lastName;
    private transient RowReader last;

    /**
     * @param columns the rows' columns, of which the first are the contract's fields
     */
    ByArrival(Map<String, RowReader> readers, int fields, int columns) {
      this.readers = readers;
      this.fields = fields;
      this.columns = columns;
    }

    @Override
    public NativeRow apply(LocalRow bronze) {
      UTF8String arrival = bronze.utf8(0);
      if (!arrival.equals(lastName)) {
        last = readers.get(arrival.toString());
        lastName = arrival.clone();
      }
      if (last == null) {
        return unknown(arrival);
      }
      return last.read(
          bronze.bytes(1),
          bronze.utf8(2),
          bronze.utf8(3),
          new Place(bronze.utf8(4), bronze.number(5), bronze.number(6)));
    }

    /** A record that arrived before its arrival was taken out of the contract. */
    private NativeRow unknown(UTF8String arrival) {
      Object[] row = new Object[columns];
      Findings findings = new Findings();
      findings.addReason("", "record", "the contract has no arrival " + arrival);
      row[fields + 1] = findings.reasons();
      return new NativeRow(row);
    }
  }
}
