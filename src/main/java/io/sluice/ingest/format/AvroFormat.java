package io.sluice.ingest.format;

import static org.apache.spark.sql.functions.conv;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.when;

import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataTypes;

/**
 * Avro on topics, as Confluent's serializers write it: a zero byte, four bytes of the number that
 * the registry gave to the writer's schema, data.
 */
public final class AvroFormat implements RecordFormat {
  /** The bytes before the data. */
  static final int PREFIX = 5;

  @Override
  public String name() {
    return "avro";
  }

  @Override
  public Set<Way> ways() {
    return Set.of(Way.TOPIC);
  }

  @Override
  public boolean needsWriterSchemas() {
    return true;
  }

  @Override
  public FieldReader fields(WantedFields wanted) {
    return new AvroRecords(wanted.writerSchemas(), wanted.plain());
  }

  /** The number of the schema that a record says it was written by; null for no Avro record. */
  public static Column schemaNumber(Column record) {
    return when(
        length(record).geq(PREFIX).and(substring(record, 1, 1).equalTo(new byte[] {0})),
        conv(hex(substring(record, 2, 4)), 16, 10)
            .cast(DataTypes.LongType)
            .cast(DataTypes.IntegerType));
  }
}
