package io.sluice.bench;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import org.apache.hadoop.util.Progressable;

/**
 * S3A that dies before a chosen write, and with it every write after it: as a driver that was
 * killed there.
 */
public final class CrashingS3A extends S3AFileSystem {
  private static final AtomicInteger LEFT = new AtomicInteger(Integer.MAX_VALUE);
  private static volatile String below = "none";

  /** Lets so many writes below a folder through, and none after them. */
  public static void dieAfter(int writes, String folder) {
    below = folder;
    LEFT.set(writes);
  }

  public static void live() {
    LEFT.set(Integer.MAX_VALUE);
  }

  private static void count(Path path) {
    if (path.toString().contains(below) && LEFT.getAndDecrement() <= 0) {
      throw new Killed(path);
    }
  }

  /** Thrown in place of every write once the driver counts as dead. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Killed(Path path) {
      super("killed before " + path);
    }
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    count(path);
    return super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public FSDataOutputStreamBuilder createFile(Path path) {
    count(path);
    return super.createFile(path);
  }
}
