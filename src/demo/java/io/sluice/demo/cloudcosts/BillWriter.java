package io.sluice.demo.cloudcosts;

import io.sluice.demo.Landing;
import io.sluice.demo.cloudcosts.BillingMonth.Entry;
import io.sluice.demo.cloudcosts.CostLine.Day;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes one provider's deliveries: a month's lines in files, and the manifest that names them. */
final class BillWriter {
  private static final int MOST_LINES = 100_000;
  private static final int FEWEST_FILES = 2;

  private final Fleet fleet;
  private final CostExport export;

  BillWriter(Fleet fleet, CostExport export) {
    this.fleet = fleet;
    this.export = export;
  }

  /**
   * What a delivery holds.
   *
   * @param paths of its files, the manifest left aside
   * @param valid its lines with nothing wrong
   * @param quarantined its other lines, by the reason
   */
  record Delivery(
      BillingMonth month,
      List<String> paths,
      long records,
      List<CostLine> valid,
      Map<String, Long> quarantined) {}

  /**
   * Writes a month as it stands.
   *
   * @param last where the last file is put, which may be kept back or cut off
   */
  Delivery write(BillingMonth month, Day day, String run, Landing landing, Landing last)
      throws IOException {
    List<Entry> entries = month.entries();
    int files = Math.max(FEWEST_FILES, (entries.size() + MOST_LINES - 1) / MOST_LINES);
    String folder = export.folder(month.month, run);
    List<String> names = new ArrayList<>();
    Map<String, Long> quarantined = new TreeMap<>();
    List<CostLine> valid = new ArrayList<>(entries.size());
    for (int part = 0; part < files; part++) {
      List<Entry> some =
          entries.subList(
              (int) ((long) entries.size() * part / files),
              (int) ((long) entries.size() * (part + 1) / files));
      names.add(export.file(part + 1));
      file(some, day, folder + export.file(part + 1), part + 1 < files ? landing : last);
      for (Entry entry : some) {
        if (entry.defect() == null) {
          valid.add(entry.line());
        } else {
          quarantined.merge(entry.defect().reason, 1L, Long::sum);
        }
      }
    }
    var manifest = export.manifest(month.month, run, names);
    if (manifest.isPresent()) {
      try (OutputStream out = landing.create(folder + manifest.get().name())) {
        out.write(manifest.get().content().getBytes(StandardCharsets.UTF_8));
      }
    }
    return new Delivery(
        month,
        names.stream().map(name -> folder + name).toList(),
        entries.size(),
        valid,
        quarantined);
  }

  private void file(List<Entry> entries, Day day, String path, Landing landing) throws IOException {
    if (landing == Landing.NOWHERE) {
      return;
    }
    TextFile file = new TextFile();
    file.open(landing, path);
    file.text.append(export.header(day));
    for (Entry entry : entries) {
      CostLine line = entry.line();
      export.append(file.text, line, fleet.machineOf(line.resource()), day, entry.defect());
      file.flushIfFull();
    }
    file.close();
  }

  /** Puts files as they would stand if their end were lost. */
  static Landing cutOff(Landing landing) {
    return landing == Landing.NOWHERE
        ? landing
        : path ->
            new ByteArrayOutputStream() {
              @Override
              public void close() throws IOException {
                try (OutputStream out = landing.create(path)) {
                  out.write(buf, 0, count * 3 / 5);
                }
              }
            };
  }

  /** Keeps files back, by their paths. */
  static Landing keptBack(Map<String, byte[]> files) {
    return path ->
        new ByteArrayOutputStream() {
          @Override
          public void close() {
            files.put(path, toByteArray());
          }
        };
  }
}
