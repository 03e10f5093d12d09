package io.sluice.ingest.format;

import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/** JSON objects in UTF-8: one on each line of a file, or one in each record of a topic. */
public final class JsonLinesFormat implements SequentialFormat {
  @Override
  public String name() {
    return "json";
  }

  @Override
  public Set<Way> ways() {
    return Set.of(Way.FILES, Way.TOPIC);
  }

  @Override
  public FileRecords open(WantedFields wanted, String name, InputStream content)
      throws IOException {
    return RecordReader.ofLines(wanted.arrival(), name, content);
  }

  @Override
  public FieldReader fields(WantedFields wanted) {
    return new JsonFields();
  }
}
