package io.sluice;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.sluice.calls.CallGenerator;
import io.sluice.cloudcosts.CloudCostGenerator;
import io.sluice.generate.Landing;
import io.sluice.generate.SourceGenerator;
import io.sluice.generate.Truth;
import io.sluice.landing.LandingFolder;
import io.sluice.purchaseorders.PurchaseOrderGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes raw files of every shipped source to the landing folder, day after day, and the truth
 * about them to a file.
 *
 * <p>The same seed, first day and scale make the same bytes. Memory holds the recent days that
 * corrections may still reach.
 */
final class Generate {
  private final Landing landing;
  private final List<SourceGenerator> generators;
  private LocalDate next;

  /**
   * @param scale 1 for 2,000 orders, 2,000 calls and 100 machines a day
   */
  Generate(LandingFolder folder, long seed, LocalDate first, double scale) {
    this.landing = folder::create;
    this.next = first;
    int many = (int) Math.max(1, Math.round(2000 * scale));
    int machines = (int) Math.max(10, Math.round(100 * scale));
    this.generators =
        List.of(
            new PurchaseOrderGenerator(seed, first, many),
            new CallGenerator(seed, first, many),
            new CloudCostGenerator(seed, first, machines));
  }

  /**
   * Makes the days after those made already; writes no files for the first {@code skip} of them.
   */
  void days(int skip, int days, Path truth) {
    for (int i = 0; i < skip; i++) {
      day(Landing.NOWHERE);
    }
    for (int i = 0; i < days; i++) {
      day(landing);
    }
    write(truth);
  }

  private void day(Landing where) {
    try {
      for (SourceGenerator generator : generators) {
        generator.arrive(next, where);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    next = next.plusDays(1);
  }

  /** What the lake must hold once every day made so far is processed, by source. */
  SortedMap<String, Truth> truth() {
    SortedMap<String, Truth> all = new TreeMap<>();
    generators.forEach(generator -> all.putAll(generator.truth()));
    return all;
  }

  private void write(Path file) {
    try {
      if (file.toAbsolutePath().getParent() != null) {
        Files.createDirectories(file.toAbsolutePath().getParent());
      }
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValue(file.toFile(), truth());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The truth that a run of this program wrote. */
  static Map<String, Truth> read(Path file) throws IOException {
    return new ObjectMapper()
        .readValue(file.toFile(), new TypeReference<TreeMap<String, Truth>>() {});
  }
}
