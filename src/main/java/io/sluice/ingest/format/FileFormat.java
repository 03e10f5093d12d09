package io.sluice.ingest.format;

import java.io.IOException;

/** A format of files, each of which holds records. */
public interface FileFormat extends RecordFormat {
  /**
   * Opens a file.
   *
   * @param wanted what the contract reads of the file's records
   * @param content closed when the records are, and when this fails
   * @throws UnreadableFileException if the file is not one of this format
   */
  FileRecords open(WantedFields wanted, FileContent content) throws IOException;
}
