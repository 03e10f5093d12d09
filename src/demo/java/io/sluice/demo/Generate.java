package io.sluice.demo;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.sluice.demo.calls.CallGenerator;
import io.sluice.demo.cloudcosts.CloudCostGenerator;
import io.sluice.demo.purchaseorders.PurchaseOrderGenerator;
import io.sluice.ingest.LandingFolder;
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
public final class Generate {
  private final Landing landing;
  private final PurchaseOrderGenerator orders;
  private final List<SourceGenerator> generators;
  private final LocalDate firstOrders;
  private LocalDate next;

  /**
   * @param scale 1 for 2,000 orders, 2,000 calls and 100 machines a day
   */
  public Generate(LandingFolder folder, long seed, LocalDate first, double scale) {
    this(folder, seed, first, scale, 2000, 0);
  }

  /**
   * The same with another number of orders a day, and with orders of days before all else: what
   * models learn from has a past.
   *
   * @param history how many days of orders {@link #history} makes
   */
  public Generate(
      LandingFolder folder, long seed, LocalDate first, double scale, int orders, int history) {
    this.landing = folder::create;
    this.next = first;
    this.firstOrders = first.minusDays(history);
    this.orders = new PurchaseOrderGenerator(seed, firstOrders, scaled(orders, scale, 1));
    this.generators =
        List.of(
            this.orders,
            new CallGenerator(seed, first, scaled(2000, scale, 1)),
            new CloudCostGenerator(seed, first, scaled(100, scale, 10)));
  }

  private static int scaled(int number, double scale, int least) {
    return (int) Math.max(least, Math.round(number * scale));
  }

  /** Lands the orders, vendors and outcomes of the days before the first; call it first. */
  void history() {
    firstOrders
        .datesUntil(next)
        .forEach(
            day -> {
              try {
                orders.arrive(day, landing);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /**
   * Makes the days after those made already; writes no files for the first {@code skip} of them.
   */
  public void days(int skip, int days, Path truth) {
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
  public SortedMap<String, Truth> truth() {
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

  /** The truth that a run of this command wrote. */
  public static Map<String, Truth> read(Path file) throws IOException {
    return new ObjectMapper()
        .readValue(file.toFile(), new TypeReference<TreeMap<String, Truth>>() {});
  }
}
