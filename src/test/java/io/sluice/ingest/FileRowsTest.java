package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Arrival;
import io.sluice.contract.SchemaPolicy;
import io.sluice.ingest.FileOutcome.State;
import io.sluice.ingest.format.WantedFields;
import io.sluice.testing.Arrivals;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
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

  /** A file system that counts its open files, and fails in the way that a file's name says. */
  public static final class CountingFileSystem extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("counting:///");
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path path, int buffer) throws IOException {
      if (path.getName().equals("forbidden")) {
        throw new AccessDeniedException("403");
      }
      InputStream in = Files.newInputStream(Path.of(path.toUri().getPath()));
      OPEN.incrementAndGet();
      return new FSDataInputStream(new Counted(in, path.getName()));
    }
  }

  private static final class Counted extends FSInputStream {
    private final InputStream in;
    private final String name;
    private boolean isClosed;
    private long at;

    Counted(InputStream in, String name) {
      this.in = in;
      this.name = name;
    }

    @Override
    public int read() throws IOException {
      if (at == (name.equals("half") ? 150_000 : 4)) {
        switch (name) {
          case "broken", "half" -> throw new IOException("connection reset");
          case "reset.odd" -> throw new IllegalStateException("an error of the store's own");
          case "short" -> {
            return -1;
          }
          default -> {}
        }
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
    public void seek(long position) throws IOException {
      in.skip(position - at);
      at = position;
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

  private LandedFile landed(String name) {
    File file = root.resolve(name).toFile();
    return new LandedFile(
        name.endsWith(".odd") ? "b" : "a",
        name,
        file.length() + "@" + file.lastModified(),
        file.length(),
        Instant.parse("2026-03-01T10:00:00Z"));
  }

  private FileRows rows(String... names) {
    return rows(Stream.of(names).map(this::landed).toList());
  }

  private FileRows rows(List<LandedFile> files) {
    Configuration configuration = new Configuration(false);
    configuration.set("fs.counting.impl", CountingFileSystem.class.getName());
    Map<String, WantedFields> wanted = new HashMap<>();
    for (String[] one : new String[][] {{"a", "csv"}, {"b", "parquet"}}) {
      Arrival arrival = Arrivals.of(one[1], List.of(""), 1000, 1_000_000);
      wanted.put(one[0], WantedFields.of(arrival, SchemaPolicy.DEFAULT, List.of("id", "x")));
    }
    return FileRows.of(
        new FileIntake.Reading(
            new LandingFolder("counting://" + root, configuration),
            wanted,
            null,
            new IngestBatch(3, "run"),
            outcomes,
            null),
        new ArrayDeque<>(files));
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
    Files.writeString(root.resolve("5"), "\nx,id\n\n\nc,3\n");
    assertEquals(
        List.of("1,a 1 2 id,x 3", "2,b 1 3 id,x 3", "c,3 5 5 x,id 3"),
        drain(rows("1", "2", "3", "4.gz", "5")));
    assertEquals(
        List.of(
            FileOutcome.ingested("1", 2, 0, "id,x"),
            FileOutcome.ingested("2", 0, 0, ""),
            quarantined(
                "3",
                "its first line is no header: it names none of the contract's columns; further"
                    + " columns it lacks: id, x"),
            quarantined("4.gz", "truncated gzip, cut off after 0 unpacked bytes"),
            FileOutcome.ingested("5", 1, 3, "x,id")),
        outcomes());
    assertEquals(0, OPEN.get());
  }

  private static FileOutcome quarantined(String path, String problem) {
    return new FileOutcome(path, State.QUARANTINED, 0, 0, null, problem, null);
  }

  private static FileOutcome unreadable(String path, String problem) {
    return new FileOutcome(
        path, State.UNREADABLE, 0, 0, null, "cannot be read now: " + problem, null);
  }

  @Test
  void whatTheStoreDoesNotGiveHoldsUpNoOthers() throws IOException {
    for (String name : List.of("broken", "changed", "forbidden", "good", "short")) {
      Files.writeString(root.resolve(name), "id,x\n1,a\n");
    }
    Files.write(root.resolve("reset.odd"), new byte[100]);
    LandedFile changed = landed("changed");
    Files.writeString(root.resolve("changed"), "id,x\n1,a\n2,b\n");
    List<LandedFile> files = new ArrayList<>(List.of(changed, landed("gone")));
    for (String name : List.of("broken", "forbidden", "reset.odd", "short", "good")) {
      files.add(landed(name));
    }
    assertEquals(List.of("1,a good 2 id,x 3"), drain(rows(files)));
    List<FileOutcome> outcomes = outcomes();
    FileOutcome gone = outcomes.remove(3);
    assertEquals(State.UNREADABLE, gone.state());
    assertTrue(gone.problem().contains("does not exist"), gone.problem());
    assertEquals(
        List.of(
            unreadable("broken", "connection reset"),
            unreadable("changed", "it has changed since it was listed"),
            unreadable("forbidden", "403"),
            FileOutcome.ingested("good", 1, 0, "id,x"),
            unreadable("reset.odd", "an error of the store's own"),
            unreadable("short", "the store gave 4 bytes of a file of 9")),
        outcomes);
    assertEquals(0, OPEN.get());
  }

  @Test
  void whatBreaksHalfwaySaysHowManyRowsItHasGiven() throws IOException {
    Files.writeString(root.resolve("half"), "id,x\n" + "1,a\n".repeat(50_000));
    assertTrue(drain(rows("half")).size() > 10);
    FileOutcome half = outcomes().get(0);
    assertEquals(State.UNREADABLE, half.state());
    assertTrue(half.records() > 10, half.toString());
    assertEquals("id,x", half.header());
    assertEquals(0, OPEN.get());
  }

  @Test
  void whatAFormatDidNotExpectCostsTheFileAndSaysNothingOfItsContent() throws IOException {
    Files.write(root.resolve("1.odd"), new byte[100]);
    Files.writeString(root.resolve("2"), "id,x\n1,a\n");
    assertEquals(1, drain(rows("1.odd", "2")).size());
    assertEquals(
        List.of(
            quarantined("1.odd", "not a whole Parquet file: it does not end in PAR1"),
            FileOutcome.ingested("2", 1, 0, "id,x")),
        outcomes());
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
