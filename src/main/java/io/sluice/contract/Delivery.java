package io.sluice.contract;

import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;

/**
 * Which landed files belong together, and when all of them are there.
 *
 * @param of whether each file is a delivery, or all files of a folder are
 * @param manifest a glob over the names of the files that list a delivery's parts; null for none
 * @param parts the path of members in a manifest that holds the parts' names, such as {@code
 *     blobs.blobName}; arrays are walked; of several, with a bar between them, the first that is
 *     there
 * @param marker the name of the file whose presence says that its folder is complete; null for none
 * @param quiet how long nothing in a folder must have changed for it to be complete by itself; null
 *     if it never is
 */
public record Delivery(Of of, String manifest, String parts, String marker, Duration quiet)
    implements Serializable {

  /** What makes a delivery. */
  public enum Of {
    /** Each file. */
    FILE,
    /** The files that a folder holds, or that a manifest names. */
    FOLDER
  }

  /** Each file by itself. */
  public static final Delivery BY_FILE = new Delivery(Of.FILE, null, null, null, null);

  /** Whether several files belong together. */
  public boolean isFolder() {
    return of == Of.FOLDER;
  }

  /** How long a folder must have been as it is; empty if that does not make it complete. */
  public Optional<Duration> quietTime() {
    return Optional.ofNullable(quiet);
  }
}
