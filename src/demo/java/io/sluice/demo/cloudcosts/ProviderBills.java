package io.sluice.demo.cloudcosts;

import io.sluice.demo.Landing;
import io.sluice.demo.cloudcosts.CostLine.Day;
import io.sluice.demo.cloudcosts.Fleet.Provider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Writes one provider's files of {@code cloud_costs}, day after day. */
final class ProviderBills {
  private static final int LINES_PER_FILE = 100_000;

  private final long seed;
  private final Fleet fleet;
  private final CostBooks books;
  private final Provider provider;
  private final CostExport export;
  private final TreeMap<LocalDate, List<Sending<CostLine>>> later = new TreeMap<>();

  ProviderBills(long seed, Fleet fleet, CostBooks books, Provider provider) {
    this.seed = seed;
    this.fleet = fleet;
    this.books = books;
    this.provider = provider;
    this.export =
        switch (provider) {
          case AWS -> new AwsExport();
          case AZURE -> new AzureExport();
          case GCP -> new GcpExport();
          case ORACLE -> new FocusExport();
        };
  }

  /** Writes what falls due of earlier days' lines, then the day's own. */
  void arrive(Day day, Landing landing) throws IOException {
    SplittableRandom random = CloudCostGenerator.random(seed, "charge", provider.ordinal(), day);
    try (CostFiles files = new CostFiles(day, landing)) {
      List<Sending<CostLine>> due = later.remove(day.date);
      for (Sending<CostLine> sending : due == null ? List.<Sending<CostLine>>of() : due) {
        files.send(sending);
      }
      new DayCharges(fleet, provider, day, random, files::plan).charge();
    }
  }

  /**
   * The files of a provider on a day of arrival: plans each line's fate, writes it and books it.
   */
  private final class CostFiles implements AutoCloseable {
    private final Day day;
    private final Landing landing;
    private final SplittableRandom random;
    private final List<CostLine> cutOff = new ArrayList<>();
    private final TextFile file = new TextFile();
    private int part;
    private int lines;

    CostFiles(Day day, Landing landing) {
      this.day = day;
      this.landing = landing;
      this.random = CloudCostGenerator.random(seed, "fate", provider.ordinal(), day);
    }

    /**
     * Decides what becomes of a new line, sends what of it arrives today and keeps the rest for its
     * day.
     */
    void plan(CostLine line) throws IOException {
      if (provider == Provider.AWS && day.index % 4 == 1 && line.resource().ordinal() % 11 == 5) {
        cutOff.add(line);
        later(1, Sending.first(line));
        return;
      }
      double u = random.nextDouble();
      for (CostLine.Defect defect : export.defects()) {
        u -= defect.share;
        if (u < 0) {
          write(line, defect);
          books.costs.addQuarantined(defect.reason);
          if (random.nextDouble() < 0.3) {
            later(1, Sending.first(line.exportedAt(assembledAfter(1))));
          }
          return;
        }
      }
      if ((u -= CloudCostGenerator.STRAGGLER) < 0) {
        int days = 1 + random.nextInt(2);
        later(days, Sending.first(line.exportedAt(assembledAfter(days))));
        return;
      }
      send(Sending.first(line));
      if ((u -= CloudCostGenerator.DUPLICATE) < 0) {
        int days = Math.max(0, random.nextInt(6) - 2);
        Sending<CostLine> again = Sending.again(line);
        if (days == 0) {
          send(again);
        } else {
          later(days, again);
        }
        return;
      }
      if (provider == Provider.ORACLE) {
        return;
      }
      CostLine older = line.metered(900, day.firstAssembledAt);
      if ((u -= CloudCostGenerator.BOTH_AT_ONCE) < 0) {
        send(Sending.older(older));
      } else if ((u -= CloudCostGenerator.SUPERSEDED) < 0) {
        later(1 + random.nextInt(4), Sending.older(older));
      } else if (u < CloudCostGenerator.RESTATED) {
        int days = 1 + random.nextInt(3);
        String time = assembledAfter(days);
        long permille = 850 + random.nextInt(300);
        CostLine restated =
            random.nextDouble() < 0.4 ? line.metered(permille, time) : line.priced(permille, time);
        later(days, Sending.replacing(line, restated));
        if (random.nextDouble() < 0.1) {
          later(days + 1, Sending.older(line));
        }
      }
    }

    void send(Sending<CostLine> sending) throws IOException {
      write(sending.line(), null);
      switch (sending.effect()) {
        case NEW -> books.book(sending.line(), 1);
        case REPLACES -> {
          books.book(sending.replaced(), -1);
          books.book(sending.line(), 1);
        }
        case DUPLICATE -> books.costs.duplicates++;
        case SUPERSEDED -> books.costs.superseded++;
      }
    }

    private String assembledAfter(int days) {
      return day.date.plusDays(days + 1) + "T03:14:15Z";
    }

    private void later(int days, Sending<CostLine> sending) {
      later.computeIfAbsent(day.date.plusDays(days), d -> new ArrayList<>()).add(sending);
    }

    private void write(CostLine line, CostLine.Defect defect) throws IOException {
      if (lines % LINES_PER_FILE == 0) {
        file.close();
        part++;
        file.open(landing, export.path(day, part));
        file.text.append(export.header(day));
        books.costs.files++;
      }
      lines++;
      export.append(file.text, line, fleet.machineOf(line.resource()), day, defect);
      file.flushIfFull();
      books.costs.records++;
    }

    @Override
    public void close() throws IOException {
      file.close();
      if (!cutOff.isEmpty()) {
        String path = export.path(day, part + 1);
        StringBuilder text = new StringBuilder(export.header(day));
        for (CostLine line : cutOff) {
          export.append(text, line, fleet.machineOf(line.resource()), day, null);
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        try (OutputStream gzip = new TextFile.FastGzip(whole)) {
          gzip.write(text.toString().getBytes(StandardCharsets.UTF_8));
        }
        try (OutputStream out = landing.create(path)) {
          out.write(whole.toByteArray(), 0, whole.size() * 3 / 5);
        }
        books.costs.unreadableFiles.put(path, "gzip stream cut off");
      }
    }
  }
}
