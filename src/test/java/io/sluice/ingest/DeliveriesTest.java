package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.contract.Arrival;
import io.sluice.contract.Delivery;
import io.sluice.contract.Delivery.Of;
import io.sluice.testing.Arrivals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
  private static final Instant DAY = Instant.parse("2026-03-01T00:00:00Z");

  private final List<LandedFile> listed = new ArrayList<>();
  private final Map<String, String> manifests = new HashMap<>();
  private Instant now = DAY.plusSeconds(1_000_000);

  private void land(String path, long second) {
    listed.removeIf(file -> file.path().equals(path));
    listed.add(new LandedFile("bills", path, "e" + second, 1, DAY.plusSeconds(second)));
  }

  private void manifest(String path, long second, String content) {
    land(path, second);
    manifests.put(path, content);
  }

  /** Each complete file with its delivery and the second it was complete at; what waits behind. */
  private List<String> sorted(Delivery delivery) {
    Arrival arrival = Arrivals.with(delivery);
    Deliveries deliveries =
        Deliveries.of(
            arrival,
            listed,
            now,
            (file, path) ->
                Manifest.parts(manifests.get(file.path()).getBytes(StandardCharsets.UTF_8), path));
    List<String> sorted = new ArrayList<>();
    deliveries.complete().stream()
        .map(
            file ->
                file.path()
                    + " of "
                    + file.delivery()
                    + " at "
                    + Duration.between(DAY, file.modifiedAt()).toSeconds())
        .sorted()
        .forEach(sorted::add);
    deliveries.waiting().forEach(one -> sorted.add("WAITS " + one.name() + ": " + one.why()));
    return sorted;
  }

  private static Delivery byManifest(Duration quiet) {
    return new Delivery(Of.FOLDER, "*-Manifest.json", "reportKeys", null, quiet);
  }

  @Test
  void eachFileByItself() {
    land("bills/a.csv", 1);
    land("bills/b/c.csv", 2);
    assertEquals(
        List.of("bills/a.csv of bills/a.csv at 1", "bills/b/c.csv of bills/b/c.csv at 2"),
        sorted(Delivery.BY_FILE));
  }

  @Test
  void aManifestWaitsForAllItsParts() {
    manifest(
        "bills/20261101-20261201/cur-Manifest.json",
        9,
        "{\"reportKeys\":[\"prefix/cur/20261101-20261201/asm2/cur-1.csv.gz\","
            + "\"prefix/cur/20261101-20261201/asm2/cur-2.csv.gz\"]}");
    land("bills/20261101-20261201/asm1/cur-1.csv.gz", 1);
    land("bills/20261101-20261201/asm1/cur-2.csv.gz", 1);
    land("bills/20261101-20261201/asm2/cur-1.csv.gz", 5);
    assertEquals(
        List.of(
            "WAITS bills/20261101-20261201/cur-Manifest.json: 1 of the 2 parts that it names are"
                + " missing, first prefix/cur/20261101-20261201/asm2/cur-2.csv.gz",
            "WAITS bills/20261101-20261201/asm1: no manifest names its files"),
        sorted(byManifest(null)));

    land("bills/20261101-20261201/asm2/cur-2.csv.gz", 6);
    // The same beside the parts: a copy, not another delivery.
    manifest(
        "bills/20261101-20261201/asm2/cur-Manifest.json",
        10,
        "{\"reportKeys\":[\"cur-1.csv.gz\",\"cur-2.csv.gz\"]}");
    String name = " of bills/20261101-20261201/cur-Manifest.json at 9";
    assertEquals(
        List.of(
            "bills/20261101-20261201/asm2/cur-1.csv.gz" + name,
            "bills/20261101-20261201/asm2/cur-2.csv.gz" + name,
            "WAITS bills/20261101-20261201/asm1: no manifest names its files"),
        sorted(byManifest(null)));
  }

  @Test
  void aPartOfAManifestIsNotTakenForItsFoldersDelivery() {
    manifest("bills/asm2/cur-Manifest.json", 9, "{\"reportKeys\":[\"1.csv\",\"2.csv\"]}");
    land("bills/asm2/1.csv", 1);
    land("bills/asm3/1.csv", 2);
    assertEquals(
        List.of(
            "bills/asm3/1.csv of bills/asm3 at 2",
            "WAITS bills/asm2/cur-Manifest.json: 1 of the 2 parts that it names are missing, first"
                + " 2.csv"),
        sorted(byManifest(Duration.ZERO)));
  }

  @Test
  void aManifestInAnotherFolderNamesPartsByTheirWholePath() {
    manifest(
        "bills/metadata/BILLING_PERIOD=2026-11/x-Manifest.json",
        3,
        "{\"reportKeys\":[\"s3://bucket/any/bills/data/BILLING_PERIOD=2026-11/run/x-1.parquet\"]}");
    land("bills/data/BILLING_PERIOD=2026-11/run/x-1.parquet", 4);
    assertEquals(
        List.of(
            "bills/data/BILLING_PERIOD=2026-11/run/x-1.parquet of"
                + " bills/metadata/BILLING_PERIOD=2026-11/x-Manifest.json at 4"),
        sorted(byManifest(null)));
  }

  @Test
  void aManifestThatSaysNothingWaits() {
    manifest("bills/a/x-Manifest.json", 3, "{\"reportKeys\":[]}");
    manifest("bills/b/x-Manifest.json", 3, "not json");
    assertEquals(2, sorted(byManifest(null)).size());
    assertEquals(
        List.of(), sorted(byManifest(null)).stream().filter(s -> !s.startsWith("WAITS")).toList());
  }

  @Test
  void aMarkerMakesAllBelowItComplete() {
    Delivery delivery = new Delivery(Of.FOLDER, null, null, "_SUCCESS", null);
    land("bills/1/region=eu/a.csv", 1);
    land("bills/1/region=us/b.csv", 2);
    land("bills/2/c.csv", 1);
    land("bills/1/_SUCCESS", 5);
    assertEquals(
        List.of(
            "bills/1/region=eu/a.csv of bills/1 at 5",
            "bills/1/region=us/b.csv of bills/1 at 5",
            "WAITS bills/2: it has no marker _SUCCESS"),
        sorted(delivery));

    land("bills/1/region=eu/a.csv", 6);
    assertEquals(
        List.of(
            "WAITS bills/1: bills/1/region=eu/a.csv is newer than the marker _SUCCESS",
            "WAITS bills/2: it has no marker _SUCCESS"),
        sorted(delivery));
  }

  @Test
  void aQuietFolderIsComplete() {
    Delivery delivery = new Delivery(Of.FOLDER, null, null, null, Duration.ofMinutes(15));
    land("bills/1/a.csv", 0);
    land("bills/1/b.csv", 100);
    now = DAY.plusSeconds(999);
    assertEquals(
        List.of("WAITS bills/1: it changed 899 s ago, and its quiet time is 900 s"),
        sorted(delivery));
    now = DAY.plusSeconds(1000);
    assertEquals(
        List.of("bills/1/a.csv of bills/1 at 100", "bills/1/b.csv of bills/1 at 100"),
        sorted(delivery));
  }

  @Test
  void partsAreFoundInsideOfArrays() throws IOException {
    byte[] azure =
        "{\"blobs\":[{\"blobName\":\"a\"},{\"blobName\":\"b\"}]}".getBytes(StandardCharsets.UTF_8);
    assertEquals(List.of("a", "b"), Manifest.parts(azure, "blobs.blobName"));
    assertEquals(List.of("a", "b"), Manifest.parts(azure, "dataFiles|blobs.blobName"));
    assertThrows(IOException.class, () -> Manifest.parts(azure, "dataFiles|reportKeys"));
    assertThrows(IOException.class, () -> Manifest.parts(azure, "blobs"));
    assertThrows(IOException.class, () -> Manifest.parts(azure, "reportKeys"));
  }
}
