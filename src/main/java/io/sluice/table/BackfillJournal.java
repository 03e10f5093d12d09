package io.sluice.table;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What long work notes for whoever goes on with it: small texts in a folder beside the layers, each
 * written whole or not at all.
 */
public final class BackfillJournal {
  private final Path folder;
  private final Configuration conf;

  BackfillJournal(Path folder, Configuration conf) {
    this.folder = folder;
    this.conf = conf;
  }

  /** A note, if it has been written. */
  public Optional<String> read(String name) {
    try (FSDataInputStream in = fs().open(new Path(folder, name))) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void write(String name, String text) {
    try (FSDataOutputStream out = fs().create(new Path(folder, name), true)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Forgets all notes of the folder. */
  public void clear() {
    try {
      fs().delete(folder, true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FileSystem fs() throws IOException {
    return folder.getFileSystem(conf);
  }
}
