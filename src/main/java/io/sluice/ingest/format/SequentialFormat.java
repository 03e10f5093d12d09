package io.sluice.ingest.format;

import java.io.IOException;
import java.io.InputStream;

/**
 * A format of files whose records follow one another, so that a file is read from its first byte to
 * its last in bounded memory. {@link RecordReader} finds the records of those that are text.
 */
public interface SequentialFormat extends FileFormat {
  /**
   * Opens a file, packed or not.
   *
   * @param wanted what the contract reads of the file's records
   * @param name the file's path, whose ending tells whether it is packed
   * @param content closed when the records are, and when this fails
   * @throws UnreadableFileException if the file is not one of this format
   */
  FileRecords open(WantedFields wanted, String name, InputStream content) throws IOException;

  @Override
  default FileRecords open(WantedFields wanted, FileContent content) throws IOException {
    return open(wanted, content.name(), content.stream());
  }
}
