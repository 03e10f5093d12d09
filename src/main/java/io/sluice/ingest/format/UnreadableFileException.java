package io.sluice.ingest.format;

import java.io.IOException;

/** A file that cannot be read whole; its message says why. */
public final class UnreadableFileException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnreadableFileException(String message) {
    super(message);
  }
}
