package io.sluice.ingest.format;

import java.util.Set;

/** Avro on topics, each record behind a {@link RegistryFrame}. */
public final class AvroFormat implements RecordFormat {
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
}
