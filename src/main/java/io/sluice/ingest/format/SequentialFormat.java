package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * A format of files whose records follow one another, so that a file is read from its first byte to
 * its last in bounded memory. {@link RecordReader} finds the records of those that are text.
 */
public interface SequentialFormat extends RecordFormat {
  /**
   * Opens a file, packed or not.
   *
   * @param columns the raw columns that the contract reads
   * @param name the file's path, whose ending tells whether it is packed
   * @param content closed when the records are, and when this fails
   * @throws UnreadableFileException if the file is not one of this format
   */
  FileRecords open(Arrival arrival, List<String> columns, String name, InputStream content)
      throws IOException;
}
