package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Arrival;
import io.sluice.contract.SchemaPolicy;
import io.sluice.ingest.format.WantedFields;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.sql.Row;
import org.apache.spark.util.CollectionAccumulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rows of files, and that none stays open. */
class FileRowsTest {
  private static final AtomicInteger OPEN = new AtomicInteger();

  @TempDir private Path root;
  private final CollectionAccumulator<FileOutcome> outcomes = new CollectionAccumulator<>();

  /** A file system that counts its open files; of a file named {@code broken} it reads 4 bytes. */
  public static final class CountingFileSystem extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("counting:///");
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path path, int buffer) throws IOException {
      InputStream in = Files.newInputStream(Path.of(path.toUri().getPath()));
      OPEN.incrementAndGet();
      return new FSDataInputStream(new Counted(in, path.getName().startsWith("broken")));
    }
  }

  private static final class Counted extends FSInputStream {
    private final InputStream in;
    private final boolean isBroken;
    private boolean isClosed;
    private long at;

    Counted(InputStream in, boolean isBroken) {
      this.in = in;
      this.isBroken = isBroken;
    }

    @Override
    public int read() throws IOException {
      if (isBroken && at == 4) {
        throw new IOException("connection reset");
      }
      int read = in.read();
      at += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public void close() throws IOException {
      if (!isClosed) {
        isClosed = true;
        OPEN.decrementAndGet();
      }
      in.close();
    }

    @Override
    public void seek(long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long getPos() {
      return at;
    }

    @Override
    public boolean seekToNewSource(long position) {
      return false;
    }
  }

  @BeforeEach
  void reset() {
    OPEN.set(0);
  }

  private FileRows rows(String... files) throws IOException {
    Configuration configuration = new Configuration(false);
    configuration.set("fs.counting.impl", CountingFileSystem.class.getName());
    ArrayDeque<LandedFile> landed = new ArrayDeque<>();
    for (String file : files) {
      landed.add(new LandedFile("a", file, "e", 1, Instant.parse("2026-03-01T10:00:00Z")));
    }
    Arrival arrival = new Arrival("a", "csv", "a/", ',', '"', List.of(""), 1000, 1000, Map.of());
    return FileRows.of(
        new SequentialIntake.Reading(
            new LandingFolder("counting://" + root, configuration),
            Map.of("a", WantedFields.of(arrival, SchemaPolicy.DEFAULT, List.of("id", "x"))),
            null,
            new IngestBatch(3, "run"),
            outcomes),
        landed);
  }

  private static List<String> drain(FileRows rows) {
    List<String> lines = new ArrayList<>();
    while (rows.hasNext()) {
      Row row = rows.next();
      lines.add(
          new String((byte[]) row.get(0))
              + " "
              + row.getString(2)
              + " "
              + row.getLong(3)
              + " "
              + row.getString(4)
              + " "
              + row.getLong(8));
    }
    return lines;
  }

  private List<FileOutcome> outcomes() {
    List<FileOutcome> all = new ArrayList<>(outcomes.value());
    all.sort(Comparator.comparing(FileOutcome::path));
    return all;
  }

  @Test
  void eachFileGivesItsRowsAndItsOutcome() throws IOException {
    Files.writeString(root.resolve("1"), "id,x\n1,a\n2,b\n");
    Files.writeString(root.resolve("2"), "");
    Files.writeString(root.resolve("3"), "no header\n1,a\n");
    Files.write(root.resolve("4.gz"), new byte[] {0x1F, (byte) 0x8B, 8});
    Files.writeString(root.resolve("5"), "x,id\nc,3\n");
    assertEquals(
        List.of("1,a 1 2 id,x 3", "2,b 1 3 id,x 3", "c,3 5 2 x,id 3"),
        drain(rows("1", "2", "3", "4.gz", "5")));
    assertEquals(
        List.of(
            new FileOutcome("1", 2, "id,x", null),
            new FileOutcome("2", 0, "", null),
            new FileOutcome(
                "3",
                0,
                null,
                "its first line is no header: it names none of the contract's columns; further columns"
                    + " it lacks: id, x"),
            new FileOutcome("4.gz", 0, null, "truncated gzip, cut off after 0 unpacked bytes"),
            new FileOutcome("5", 1, "x,id", null)),
        outcomes());
    assertEquals(0, OPEN.get());
  }

  @Test
  void aFileThatCannotBeOpenedStaysClosed() throws IOException {
    Files.writeString(root.resolve("broken"), "id,x\n1,a\n");
    UncheckedIOException failed =
        assertThrows(UncheckedIOException.class, () -> drain(rows("broken")));
    assertTrue(failed.getMessage().startsWith("broken: "), failed.getMessage());
    assertEquals(0, OPEN.get());
    assertTrue(outcomes().isEmpty());
  }

  @Test
  void aFileThatIsGoneIsNamed() {
    UncheckedIOException failed =
        assertThrows(UncheckedIOException.class, () -> drain(rows("gone")));
    assertTrue(failed.getMessage().startsWith("gone: "), failed.getMessage());
  }

  @Test
  void whoStopsHalfwayClosesTheFile() throws IOException {
    Files.writeString(root.resolve("1"), "id,x\n1,a\n2,b\n");
    FileRows rows = rows("1");
    assertTrue(rows.hasNext());
    assertEquals(1, OPEN.get());
    rows.close();
    assertEquals(0, OPEN.get());
  }
}
