package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;

/**
 * JSON objects: on the lines of a file or as the elements of its array, or one in each record of a
 * topic.
 */
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
    Arrival arrival = wanted.arrival();
    TextInput text = TextInput.open(arrival, name, content);
    try {
      return arrival.text().layout() == Arrival.Layout.ARRAY
          ? JsonArrayRecords.open(text, arrival.maxRecordBytes())
          : JsonLineRecords.open(text, arrival.maxRecordBytes());
    } catch (IOException | RuntimeException e) {
      text.close();
      throw e;
    }
  }

  @Override
  public FieldReader fields(WantedFields wanted) {
    return new JsonFields(wanted.arrival().text().encoding());
  }
}
