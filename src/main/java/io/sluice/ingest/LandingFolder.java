package io.sluice.ingest;

import io.sluice.contract.Arrival;
import io.sluice.ingest.format.FileContent;
import io.sluice.run.RunContext;
import io.sluice.settings.Key;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.util.functional.FutureIO;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The folder below which raw files arrive: lists them and opens them, on the driver and in tasks.
 */
public final class LandingFolder implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String root;
  private final SerializableConfiguration configuration;

  public LandingFolder(String root, Configuration configuration) {
    this.root = root.endsWith("/") ? root : root + "/";
    this.configuration = new SerializableConfiguration(configuration);
  }

  /** The landing folder that the settings name. */
  public static LandingFolder of(RunContext context) {
    return new LandingFolder(
        context.settings().get(Key.LANDING), context.spark().sparkContext().hadoopConfiguration());
  }

  /** The whole name of a path below this folder. */
  public String resolve(String path) {
    return root + path;
  }

  FileSystem fileSystem() throws IOException {
    return new Path(root).getFileSystem(configuration.value());
  }

  /**
   * Opens a file as it was listed. A store that can holds each request against this version.
   *
   * @throws IOException if it cannot be read now: it is archived or forbidden, gone, or another
   *     version has taken its place
   */
  FileContent open(LandedFile file) throws IOException {
    FileSystem fs = fileSystem();
    Path path = new Path(resolve(file.path()));
    FileStatus status = fs.getFileStatus(path);
    if (!plain(etag(status)).equals(plain(file.etag()))) {
      throw new IOException("it has changed since it was listed");
    }
    FSDataInputStream in = FutureIO.awaitFuture(fs.openFile(path).withFileStatus(status).build());
    return new FileContent(file.path(), status.getLen(), in);
  }

  /**
   * The content of a small file as it was listed.
   *
   * @throws IOException if it cannot be read now, or is larger than {@code most} bytes
   */
  byte[] read(LandedFile file, int most) throws IOException {
    if (file.bytes() > most) {
      throw new IOException("it has more than " + most + " bytes");
    }
    try (FSDataInputStream in = fileSystem().open(new Path(resolve(file.path())))) {
      return in.readNBytes(most);
    }
  }

  /** Opens a new file for writing, replacing one of the same name. */
  public OutputStream create(String path) throws IOException {
    return fileSystem().create(new Path(resolve(path)), true);
  }

  /**
   * The files of an arrival that hold records, oldest first; names that begin with {@code _} or
   * {@code .} at any depth are passed over.
   *
   * <p>Cost: one request for every 1,000 files that lie there.
   */
  public List<LandedFile> list(Arrival arrival) throws IOException {
    return listAll(arrival).stream().filter(file -> !isHidden(file.path())).toList();
  }

  /** The same with those that are passed over. */
  List<LandedFile> listAll(Arrival arrival) throws IOException {
    FileSystem fs = fileSystem();
    Path folder = new Path(resolve(arrival.location()));
    String prefix = fs.makeQualified(new Path(root)).toUri().getPath();
    List<LandedFile> files = new ArrayList<>();
    try {
      RemoteIterator<LocatedFileStatus> listed = fs.listFiles(folder, true);
      while (listed.hasNext()) {
        LocatedFileStatus status = listed.next();
        String path = status.getPath().toUri().getPath().substring(prefix.length());
        path = path.startsWith("/") ? path.substring(1) : path;
        files.add(
            new LandedFile(
                arrival.name(),
                path,
                etag(status),
                status.getLen(),
                Instant.ofEpochMilli(status.getModificationTime())));
      }
    } catch (FileNotFoundException e) {
      // Nothing has arrived yet.
      return List.of();
    }
    files.sort(Comparator.comparing(LandedFile::modifiedAt).thenComparing(LandedFile::path));
    return files;
  }

  /** Whether a name in a path says that it holds no records. */
  static boolean isHidden(String path) {
    for (String name : path.split("/")) {
      if (name.startsWith("_") || name.startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static String etag(FileStatus status) {
    String etag = status instanceof EtagSource source ? source.getEtag() : null;
    return etag != null ? etag : status.getLen() + "@" + status.getModificationTime();
  }

  /** Some stores quote their marks in a listing and not elsewhere, or the other way round. */
  private static String plain(String etag) {
    return etag.replace("\"", "");
  }
}
