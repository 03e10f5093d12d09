package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.Readings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that the store does not give now are tried again, and are told of, and hold up no others.
 */
class UnreadableFilesTest {
  private static final Set<String> FORBIDDEN = ConcurrentHashMap.newKeySet();
  private static final Set<String> CUT_OFF = ConcurrentHashMap.newKeySet();

  @TempDir private Path folder;

  /** A file system that does not give some files, or not to their end. */
  public static final class FaultyFileSystem extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("faulty:///");
    }

    @Override
    public FileStatus[] listStatus(org.apache.hadoop.fs.Path path) throws IOException {
      return Stream.of(super.listStatus(path))
          .map(FaultyFileSystem::plain)
          .toArray(FileStatus[]::new);
    }

    @Override
    public FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
      return plain(super.getFileStatus(path));
    }

    /** Without looking for permissions, which Hadoop does by paths of its own scheme only. */
    private static FileStatus plain(FileStatus status) {
      return new FileStatus(
          status.getLen(),
          status.isDirectory(),
          1,
          status.getBlockSize(),
          status.getModificationTime(),
          status.getPath());
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path path, int buffer) throws IOException {
      if (FORBIDDEN.contains(path.getName())) {
        throw new AccessDeniedException(path.getName(), null, "InvalidObjectState");
      }
      FSDataInputStream in = super.open(path, buffer);
      if (CUT_OFF.contains(path.getName())) {
        try (InputStream whole = in) {
          byte[] half = whole.readNBytes((int) (getFileStatus(path).getLen() / 2));
          return new FSDataInputStream(new FailingStream(half));
        }
      }
      return in;
    }
  }

  /** Gives some bytes, and then fails. */
  private static final class FailingStream extends FSInputStream {
    private final byte[] bytes;
    private int position;

    FailingStream(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() throws IOException {
      if (position == bytes.length) {
        throw new IOException("connection reset");
      }
      return bytes[position++] & 0xFF;
    }

    @Override
    public void seek(long to) {
      position = (int) to;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public boolean seekToNewSource(long target) {
      return false;
    }
  }

  @BeforeEach
  void mend() {
    FORBIDDEN.clear();
    CUT_OFF.clear();
  }

  private RunContext open(Map<String, String> overrides) {
    LocalSpark.withoutS3()
        .sparkContext()
        .hadoopConfiguration()
        .set("fs.faulty.impl", FaultyFileSystem.class.getName());
    Map<String, String> all = new HashMap<>(overrides);
    all.put("landing.root", "faulty://" + folder.resolve("landing"));
    return LocalLake.open(folder, Readings.CONTRACTS, all);
  }

  private void land(String name, String... meters) throws IOException {
    Path file = folder.resolve("landing/readings").resolve(name);
    Files.createDirectories(file.getParent());
    StringBuilder content = new StringBuilder(Readings.HEADER);
    for (String meter : meters) {
      content.append(meter).append(",2026-03-01,1,kwh,2026-03-01T10:00:00Z\n");
    }
    Files.writeString(file, content);
  }

  private static RowCounts ingest(RunContext context) {
    return new Ingest(context, "readings").run().rowCounts();
  }

  private static List<String> files(RunContext context) {
    return Lines.of(
        context
            .lake()
            .ops("files")
            .read()
            .selectExpr("replace(file, 'readings/', '')", "outcome", "records", "batch")
            .orderBy("file", "batch"));
  }

  private static List<String> meters(RunContext context) {
    return Lines.of(
        context
            .lake()
            .bronze("readings")
            .read()
            .selectExpr("substring_index(cast(raw as string), ',', 1) as meter")
            .orderBy("meter"));
  }

  @Test
  void oneThatCannotBeReadHoldsUpNoneAndIsTriedAgain() throws Exception {
    RunContext context = open(Map.of());
    land("a.csv", "M1");
    land("archived.csv", "M2", "M3");
    land("c.csv", "M4");
    FORBIDDEN.add("archived.csv");
    assertEquals(new RowCounts(2, 2, 0, 0, 0), ingest(context));
    List<String> first =
        List.of("a.csv|ingested|1|0", "archived.csv|unreadable|0|0", "c.csv|ingested|1|0");
    assertEquals(first, files(context));
    assertEquals(
        List.of("cannot be read now: archived.csv: InvalidObjectState"),
        Lines.of(
            context.lake().ops("files").read().where("outcome = 'unreadable'").select("problem")));
    assertEquals(
        List.of("bronze.readings|files_readable|warning|failed|1.0"),
        Lines.of(
            context
                .lake()
                .ops("check_results")
                .read()
                .select("table", "check", "severity", "outcome", "value")));

    // As long as nothing changes nothing is written, and a dry run still tells of it.
    long version = context.lake().ops("files").version();
    assertSame(RunResult.NOTHING_NEW, new Ingest(context, "readings").run());
    assertEquals(version, context.lake().ops("files").version());
    assertEquals(List.of("readings/archived.csv"), new Ingest(context, "readings").waiting());

    // Others go on, and it stands there once.
    land("d.csv", "M5");
    assertEquals(1, ingest(context).accepted());
    assertEquals(
        List.of(first.get(0), first.get(1), first.get(2), "d.csv|ingested|1|1"), files(context));

    FORBIDDEN.clear();
    assertEquals(2, ingest(context).accepted());
    assertEquals(
        List.of(first.get(0), "archived.csv|ingested|2|2", first.get(2), "d.csv|ingested|1|1"),
        files(context));
    assertEquals(List.of("M1", "M2", "M3", "M4", "M5"), meters(context));
    assertSame(RunResult.NOTHING_NEW, new Ingest(context, "readings").run());
  }

  @Test
  void thoseThatCannotBeReadKeepNoneBehindThemWaiting() throws Exception {
    RunContext context = open(Map.of("ingest.files-per-commit", "1"));
    for (String name : List.of("1.csv", "2.csv", "3.csv")) {
      land(name, "M1");
      FORBIDDEN.add(name);
    }
    assertEquals(RowCounts.EMPTY, ingest(context));
    List<String> unread =
        List.of("1.csv|unreadable|0|0", "2.csv|unreadable|0|1", "3.csv|unreadable|0|2");
    assertEquals(unread, files(context));
    assertSame(RunResult.NOTHING_NEW, new Ingest(context, "readings").run());
    land("4.csv", "M4");
    FORBIDDEN.remove("3.csv");
    assertEquals(2, ingest(context).accepted());
    assertEquals(
        List.of(unread.get(0), unread.get(1), "3.csv|ingested|1|4", "4.csv|ingested|1|3"),
        files(context));
  }

  @Test
  void anotherVersionTakesThePlaceOfOneThatCouldNotBeRead() throws Exception {
    RunContext context = open(Map.of());
    land("a.csv", "M1");
    FORBIDDEN.add("a.csv");
    assertEquals(RowCounts.EMPTY, ingest(context));
    land("a.csv", "M2", "M3");
    assertEquals(RowCounts.EMPTY, ingest(context));
    assertEquals(List.of("a.csv|unreadable|0|1"), files(context));
    FORBIDDEN.clear();
    assertEquals(2, ingest(context).accepted());
    assertEquals(List.of("a.csv|ingested|2|2"), files(context));
  }

  @Test
  void whatBrokeHalfwayLeavesNoRowsBehind() throws Exception {
    RunContext context = open(Map.of());
    String[] many = new String[20_000];
    Arrays.fill(many, "M7");
    land("cut.csv", many);
    land("whole.csv", "M1", "M2");
    CUT_OFF.add("cut.csv");
    assertEquals(2, ingest(context).accepted());
    assertEquals(List.of("M1", "M2"), meters(context));
    assertEquals(List.of("cut.csv|unreadable|0|0", "whole.csv|ingested|2|0"), files(context));
    assertTrue(
        Lines.of(
                context
                    .lake()
                    .ops("files")
                    .read()
                    .where("outcome = 'unreadable'")
                    .select("problem"))
            .get(0)
            .contains("connection reset"));
    CUT_OFF.clear();
    assertEquals(20_000, ingest(context).accepted());
  }
}
