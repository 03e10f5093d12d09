package io.sluice.demo;

import java.io.IOException;
import java.io.OutputStream;

/** Where raw files are put: a writer of files below the landing root. */
@FunctionalInterface
public interface Landing {

  /** Makes nothing: for passing over days whose files exist already. */
  Landing NOWHERE = path -> OutputStream.nullOutputStream();

  /**
   * Opens a new file, replacing one of the same name; it becomes visible when closed.
   *
   * @param path relative to the landing root, such as {@code purchase_orders/2026-11-01/part-0.csv}
   */
  OutputStream create(String path) throws IOException;
}
