package io.sluice.ingest.format;

import io.sluice.ingest.format.parquet.ParquetRecords;
import java.io.IOException;
import java.util.Set;

/**
 * Parquet files. Parquet has no bytes of its own for a record, so each becomes one JSON object, and
 * is taken apart as one.
 */
public final class ParquetFormat implements FileFormat {
  @Override
  public String name() {
    return "parquet";
  }

  @Override
  public Set<Way> ways() {
    return Set.of(Way.FILES);
  }

  @Override
  public FileRecords open(WantedFields wanted, FileContent content) throws IOException {
    return ParquetRecords.open(wanted.arrival(), content);
  }

  @Override
  public FieldReader fields(WantedFields wanted) {
    return new JsonFields();
  }
}
