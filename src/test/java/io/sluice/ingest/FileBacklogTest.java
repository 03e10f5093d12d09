package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Files are looked for once in a run and handed out in batches. */
class FileBacklogTest {
  private final List<Long> looks = new ArrayList<>();

  private static LandedFile file(int number, long bytes) {
    return new LandedFile("a", "a/" + number, "e", bytes, Instant.EPOCH);
  }

  private FileBacklog backlog(int maxFiles, long maxBytes, LandedFile... files) {
    return new FileBacklog(
        ingested -> {
          looks.add(ingested);
          return List.of(files);
        },
        maxFiles,
        maxBytes);
  }

  private static LandedFile[] files(int count) {
    return IntStream.range(0, count).mapToObj(i -> file(i, 10)).toArray(LandedFile[]::new);
  }

  @Test
  void aRunOfManyCommitsLooksOnce() {
    FileBacklog backlog = backlog(2, 1000, files(5));
    List<Integer> sizes = new ArrayList<>();
    long ingested = 7;
    List<LandedFile> next = backlog.next(ingested);
    while (!next.isEmpty()) {
      sizes.add(next.size());
      backlog.published(next, ++ingested);
      next = backlog.next(ingested);
    }
    assertEquals(List.of(2, 2, 1), sizes);
    assertEquals(List.of(7L), looks);
  }

  @Test
  void looksAgainWhenAnotherDriverHasCommitted() {
    FileBacklog backlog = backlog(2, 1000, files(5));
    backlog.published(backlog.next(-1), 0);
    assertEquals(List.of(file(0, 10), file(1, 10)), backlog.next(1));
    assertEquals(List.of(-1L, 1L), looks);
  }

  @Test
  void whatWasNotPublishedIsHandedOutAgain() {
    FileBacklog backlog = backlog(2, 1000, files(3));
    assertEquals(backlog.next(-1), backlog.next(-1));
    assertEquals(List.of(-1L), looks);
  }

  @Test
  void aBatchIsBoundedByItsBytesAndHoldsOneFileAtLeast() {
    FileBacklog backlog = backlog(10, 25, file(0, 100), file(1, 10), file(2, 10), file(3, 10));
    List<LandedFile> first = backlog.next(-1);
    assertEquals(List.of(file(0, 100)), first);
    backlog.published(first, 0);
    assertEquals(List.of(file(1, 10), file(2, 10)), backlog.next(0));
  }
}
