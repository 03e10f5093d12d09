package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.contract.Arrival;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the landing folder lists. */
class LandingFolderTest {
  private static final Arrival ARRIVAL =
      new Arrival("files", "csv", "orders/", ',', '"', List.of(), 1000, 1000, Map.of());

  @TempDir private Path root;

  private LandingFolder folder() {
    return new LandingFolder(root.toUri().toString(), new Configuration(false));
  }

  private void land(String path, String time) throws Exception {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "abc");
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse(time)));
  }

  @Test
  void listsWhatHasArrivedOldestFirst() throws Exception {
    land("orders/b.csv", "2026-03-01T10:00:00Z");
    land("orders/deep/a [1].csv", "2026-03-01T09:00:00Z");
    land("orders/a.csv", "2026-03-01T10:00:00Z");
    land("orders/_temporary/c.csv", "2026-03-01T08:00:00Z");
    land("orders/.hidden.csv", "2026-03-01T08:00:00Z");
    land("others/d.csv", "2026-03-01T08:00:00Z");
    List<LandedFile> files = folder().list(ARRIVAL);
    assertEquals(
        List.of("orders/deep/a [1].csv", "orders/a.csv", "orders/b.csv"),
        files.stream().map(LandedFile::path).toList());
    Instant time = Instant.parse("2026-03-01T09:00:00Z");
    assertEquals(
        new LandedFile("files", "orders/deep/a [1].csv", "3@" + time.toEpochMilli(), 3, time),
        files.get(0));
  }

  @Test
  void aFolderThatIsNotThereIsEmpty() throws Exception {
    assertEquals(List.of(), folder().list(ARRIVAL));
  }

  @Test
  void opensWhatItLists() throws Exception {
    land("orders/a.csv", "2026-03-01T10:00:00Z");
    try (var in = folder().open("orders/a.csv")) {
      assertEquals("abc", new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
