package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How files are spread over tasks. */
class FileIntakeTest {
  private static LandedFile file(String path, long bytes) {
    return new LandedFile("a", path, "e", bytes, Instant.EPOCH);
  }

  private static long bytes(List<LandedFile> files) {
    return files.stream().mapToLong(LandedFile::bytes).sum();
  }

  @Test
  void fewFilesGetATaskEach() {
    List<LandedFile> files = List.of(file("a", 1), file("b", 1));
    assertEquals(2, FileIntake.bins(files, 8).size());
  }

  @Test
  void manySmallFilesShareTasksEvenly() {
    List<LandedFile> files = IntStream.range(0, 1000).mapToObj(i -> file("f" + i, 100)).toList();
    List<List<LandedFile>> bins = FileIntake.bins(files, 4);
    assertEquals(4, bins.size());
    assertTrue(bins.stream().allMatch(bin -> bin.size() == 250), bins.toString());
  }

  @Test
  void aTaskReadsAbout64Megabytes() {
    List<LandedFile> files = IntStream.range(0, 20).mapToObj(i -> file("f" + i, 64 << 20)).toList();
    List<List<LandedFile>> bins = FileIntake.bins(files, 2);
    assertTrue(bins.size() >= 20, bins.size() + " tasks");
    assertEquals(20L * (64 << 20), bins.stream().mapToLong(FileIntakeTest::bytes).sum());
  }

  @Test
  void packedFilesWeighWhatTheyUnpackTo() {
    List<LandedFile> files =
        List.of(file("a.csv.gz", 10 << 20), file("b.csv", 30 << 20), file("c.csv", 30 << 20));
    List<List<LandedFile>> bins = FileIntake.bins(files, 2);
    assertEquals(
        List.of("a.csv.gz"),
        bins.stream()
            .filter(bin -> bin.stream().anyMatch(file -> file.path().endsWith(".gz")))
            .findFirst()
            .orElseThrow()
            .stream()
            .map(LandedFile::path)
            .toList());
  }
}
