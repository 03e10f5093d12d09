package io.sluice.table.store;

import io.delta.storage.HadoopFileSystemLogStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.s3a.Listing;
import org.apache.hadoop.fs.s3a.S3AFileStatus;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import org.apache.hadoop.fs.s3a.S3ListRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;

/**
 * Writes Delta commits to S3 with a conditional PUT ({@code If-None-Match: *}), so that of several
 * drivers that try one version exactly one wins.
 *
 * <p>A commit whose answer is lost is resolved by reading the object back: every Delta commit
 * carries a transaction id of its own, so equal bytes mean that the PUT was ours. Needs Hadoop
 * 3.4.2 or later and a store that honours the condition; {@link #isHonoured} tells.
 *
 * <p>Cost: one PUT for a commit, one GET more when an answer is lost or the version is taken; one
 * LIST to see what is new.
 */
public final class ConditionalPutLogStore extends HadoopFileSystemLogStore {

  public ConditionalPutLogStore(Configuration conf) {
    super(conf);
  }

  @Override
  public void write(Path path, Iterator<String> actions, Boolean overwrite, Configuration conf)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    actions.forEachRemaining(line -> lines.append(line).append('\n'));
    byte[] content = lines.toString().getBytes(StandardCharsets.UTF_8);
    FileSystem fs = path.getFileSystem(conf);
    if (overwrite) {
      try (FSDataOutputStream out = fs.create(path, true)) {
        out.write(content);
      }
    } else {
      putIfAbsent(fs, path, content);
    }
  }

  /**
   * Creates {@code path} with {@code content}, unless it exists.
   *
   * @throws FileAlreadyExistsException if the path holds other content
   */
  public static void putIfAbsent(FileSystem fs, Path path, byte[] content) throws IOException {
    try (FSDataOutputStream out = createIfAbsent(fs, path)) {
      out.write(content);
    } catch (IOException e) {
      // Refused (412, 409), or the answer never came: only the object itself tells which.
      byte[] found = readIfExists(fs, path, content.length, e);
      if (found == null) {
        throw e;
      }
      if (!Arrays.equals(found, content)) {
        FileAlreadyExistsException taken = new FileAlreadyExistsException(path.toString());
        taken.initCause(e);
        throw taken;
      }
    }
  }

  /**
   * Whether the store refuses a second writer of one path: writes an object into a folder, tries to
   * write it again, and deletes it.
   */
  public static boolean isHonoured(FileSystem fs, Path folder) throws IOException {
    Path path = new Path(folder, UUID.randomUUID().toString());
    putIfAbsent(fs, path, "first".getBytes(StandardCharsets.UTF_8));
    try {
      putIfAbsent(fs, path, "second".getBytes(StandardCharsets.UTF_8));
      return false;
    } catch (FileAlreadyExistsException refused) {
      return true;
    } finally {
      fs.delete(path, false);
    }
  }

  /** A file that the store refuses when it is closed, if there is one of that name by then. */
  static FSDataOutputStream createIfAbsent(FileSystem fs, Path path) throws IOException {
    FSDataOutputStreamBuilder<?, ?> builder = fs.createFile(path);
    builder.overwrite(true);
    builder.must(CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, true);
    return builder.build();
  }

  /**
   * The first bytes of a file, one more than {@code expected} at most; null if it does not exist.
   */
  private static byte[] readIfExists(FileSystem fs, Path path, int expected, IOException first)
      throws IOException {
    try (FSDataInputStream in = fs.open(path)) {
      return in.readNBytes(expected + 1);
    } catch (FileNotFoundException e) {
      return null;
    } catch (IOException e) {
      e.addSuppressed(first);
      throw e;
    }
  }

  /**
   * Files of a log from a name on, in order. S3 itself begins the listing there: it costs a request
   * for each thousand files found, however many stand before them.
   */
  @Override
  public Iterator<FileStatus> listFrom(Path path, Configuration conf) throws IOException {
    if (path.getFileSystem(conf) instanceof S3AFileSystem s3) {
      S3ListRequest all = s3.createListObjectsRequest(s3.pathToKey(path.getParent()) + "/", "/");
      // The first version of S3's listing, which S3A can be told to use, begins where it likes.
      if (!all.isV1()) {
        List<FileStatus> found = listed(s3, path, all.getV2());
        if (!found.isEmpty()) {
          return found.iterator();
        }
        // Whether the log is missing, or only has no later files, is not known yet.
      }
    }
    return super.listFrom(path, conf);
  }

  private static List<FileStatus> listed(S3AFileSystem s3, Path from, ListObjectsV2Request all)
      throws IOException {
    String key = s3.pathToKey(from);
    RemoteIterator<S3AFileStatus> listed =
        s3.getListing()
            .createFileStatusListingIterator(
                from.getParent(),
                // It begins behind this: a file of that very name belongs to it.
                S3ListRequest.v2(
                    all.toBuilder().startAfter(key.substring(0, key.length() - 1)).build()),
                file -> file.getName().compareTo(from.getName()) >= 0,
                new Listing.AcceptAllButSelfAndS3nDirs(from.getParent()),
                s3.getActiveAuditSpan());
    List<FileStatus> found = new ArrayList<>();
    while (listed.hasNext()) {
      found.add(listed.next());
    }
    found.sort(Comparator.comparing(file -> file.getPath().getName()));
    return found;
  }

  @Override
  public Boolean isPartialWriteVisible(Path path, Configuration conf) {
    return false;
  }
}
