package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.contract.Arrival;
import io.sluice.contract.Delivery;
import io.sluice.ingest.format.FileContent;
import java.io.FileNotFoundException;
import java.io.IOException;
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
      new Arrival(
          "files",
          "csv",
          "orders/",
          Arrival.Text.of(',', '"'),
          List.of(),
          1000,
          1000,
          Map.of(),
          null,
          null,
          Arrival.Envelope.NONE,
          Delivery.BY_FILE);

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
    for (String name :
        List.of("a.csv", "[1].csv", "*", "{a,b}", "#", "100%", "%20", "a b ", "?", "\\")) {
      land("orders/" + name, "2026-03-01T10:00:00Z");
    }
    List<LandedFile> files = folder().list(ARRIVAL);
    assertEquals(10, files.size());
    for (LandedFile file : files) {
      try (FileContent content = folder().open(file)) {
        assertEquals(file.path(), content.name());
        assertEquals(3, content.length());
        assertEquals(
            "abc",
            new String(content.stream().readAllBytes(), StandardCharsets.UTF_8),
            file.path());
      }
    }
  }

  @Test
  void doesNotOpenAnotherVersionThanItHasListed() throws Exception {
    land("orders/a.csv", "2026-03-01T10:00:00Z");
    LandedFile listed = folder().list(ARRIVAL).get(0);
    land("orders/a.csv", "2026-03-01T10:00:01Z");
    IOException changed = assertThrows(IOException.class, () -> folder().open(listed));
    assertEquals("it has changed since it was listed", changed.getMessage());
    Files.delete(root.resolve("orders/a.csv"));
    assertThrows(FileNotFoundException.class, () -> folder().open(listed));
  }
}
