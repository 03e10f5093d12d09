package io.sluice.table.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.execution.streaming.CheckpointFileManager.CancellableFSDataOutputStream;
import org.apache.spark.sql.execution.streaming.FileSystemBasedCheckpointFileManager;

/**
 * Writes a small file whole or not at all: by one PUT where the store can give up a PUT, as S3A
 * can, and else by renaming, as Spark does everywhere.
 *
 * <p>Delta writes the checksum of each commit this way. A rename is no rename on S3: it took a
 * dozen requests, more than all the rest of a commit. An existing file that is not to be
 * overwritten is left alone by the store itself ({@code If-None-Match: *}).
 */
public final class OnePutCheckpointFileManager extends FileSystemBasedCheckpointFileManager {

  /** As Spark calls it. */
  public OnePutCheckpointFileManager(Path path, Configuration conf) {
    super(path, conf);
  }

  @Override
  public CancellableFSDataOutputStream createAtomic(Path path, boolean overwrite) {
    try {
      if (!fs().hasPathCapability(path, CommonPathCapabilities.ABORTABLE_STREAM)) {
        return super.createAtomic(path, overwrite);
      }
      FSDataOutputStream put =
          overwrite ? fs().create(path, true) : ConditionalPutLogStore.createIfAbsent(fs(), path);
      return new CancellableFSDataOutputStream(put) {
        @Override
        public void cancel() {
          put.abort();
        }
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
