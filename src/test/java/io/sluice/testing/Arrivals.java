package io.sluice.testing;

import io.sluice.contract.Arrival;
import io.sluice.contract.Delivery;
import java.util.List;
import java.util.Map;

/** Arrivals of files in UTF-8, with commas and a header line where they are CSV. */
public final class Arrivals {
  private Arrivals() {}

  /** An arrival named {@code a}, in the folder {@code a/}. */
  public static Arrival of(
      String format, List<String> nullValues, int maxRecordBytes, long maxFileBytes) {
    return of(format, Arrival.Text.of(',', '"'), nullValues, maxRecordBytes, maxFileBytes);
  }

  /** The same for files that are written in another way. */
  public static Arrival of(
      String format,
      Arrival.Text text,
      List<String> nullValues,
      int maxRecordBytes,
      long maxFileBytes) {
    return new Arrival(
        "a",
        format,
        "a/",
        text,
        nullValues,
        maxRecordBytes,
        maxFileBytes,
        Map.of(),
        null,
        null,
        Arrival.Envelope.NONE,
        Delivery.BY_FILE);
  }

  /** An arrival of CSV in the folder {@code bills/}, whose files make up deliveries. */
  public static Arrival with(Delivery delivery) {
    return new Arrival(
        "bills",
        "csv",
        "bills/",
        Arrival.Text.of(',', '"'),
        List.of(""),
        1 << 20,
        1 << 30,
        Map.of(),
        null,
        null,
        Arrival.Envelope.NONE,
        delivery);
  }
}
