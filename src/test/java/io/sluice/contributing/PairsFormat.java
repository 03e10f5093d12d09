package io.sluice.contributing;

import io.sluice.ingest.format.BrokenRecordException;
import io.sluice.ingest.format.FieldReader;
import io.sluice.ingest.format.FieldSink;
import io.sluice.ingest.format.FileRecords;
import io.sluice.ingest.format.RecordReader;
import io.sluice.ingest.format.SequentialFormat;
import io.sluice.ingest.format.Utf8;
import io.sluice.ingest.format.WantedFields;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.spark.unsafe.types.UTF8String;

/** A newcomer's format: lines of {@code name=value}, parted by {@code |}. */
public final class PairsFormat implements SequentialFormat {
  @Override
  public String name() {
    return "pairs";
  }

  @Override
  public Set<Way> ways() {
    return Set.of(Way.FILES);
  }

  @Override
  public FileRecords open(WantedFields wanted, String name, InputStream content)
      throws IOException {
    return RecordReader.ofLines(wanted.arrival(), name, content);
  }

  @Override
  public FieldReader fields(WantedFields wanted) {
    return PairsFormat::read;
  }

  private static void read(byte[] record, UTF8String header, FieldSink sink)
      throws BrokenRecordException {
    Utf8.check(record);
    for (String pair : new String(record, StandardCharsets.UTF_8).split("\\|")) {
      int mark = pair.indexOf('=');
      if (mark < 0) {
        throw BrokenRecordException.whole("a pair without =");
      }
      sink.put(pair.substring(0, mark), UTF8String.fromString(pair.substring(mark + 1)));
    }
  }
}
