package io.sluice.ingest.format;

import io.sluice.ingest.format.protobuf.ProtobufRecords;
import java.util.Set;

/**
 * Protobuf on topics, each record behind a {@link RegistryFrame} and the indexes of its message.
 */
public final class ProtobufFormat implements RecordFormat {
  @Override
  public String name() {
    return "protobuf";
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
    return new ProtobufRecords(wanted.writerSchemas(), wanted.plain());
  }
}
