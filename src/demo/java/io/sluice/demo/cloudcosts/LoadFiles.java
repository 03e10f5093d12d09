package io.sluice.demo.cloudcosts;

import io.sluice.demo.Landing;
import io.sluice.demo.cloudcosts.CostLine.Day;
import io.sluice.demo.cloudcosts.Fleet.Machine;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Writes the machines' hourly load, {@code machine_metrics}, day after day. */
final class LoadFiles {
  private final long seed;
  private final Fleet fleet;
  private final CostBooks books;
  private final TreeMap<LocalDate, List<Sending<MachineHour>>> later = new TreeMap<>();

  LoadFiles(long seed, Fleet fleet, CostBooks books) {
    this.seed = seed;
    this.fleet = fleet;
    this.books = books;
  }

  /** Writes what falls due of earlier days' hours, then the day's own. */
  void arrive(Day day, Landing landing) throws IOException {
    SplittableRandom random = CloudCostGenerator.random(seed, "hours", 0, day);
    TextFile file = new TextFile();
    file.open(landing, CloudCostGenerator.METRICS + "/" + day.iso + "/metrics.jsonl.gz");
    books.metrics.files++;
    List<Sending<MachineHour>> due = later.remove(day.date);
    for (Sending<MachineHour> sending : due == null ? List.<Sending<MachineHour>>of() : due) {
      send(file, day, sending);
    }
    List<MachineHour> hours = new ArrayList<>(24);
    for (Machine machine : fleet.machines()) {
      MachineHour.observe(seed, machine, day, day.assembledAt, hours::add);
      for (MachineHour hour : hours) {
        plan(file, day, hour, random);
      }
      hours.clear();
    }
    file.close();
  }

  private void plan(TextFile file, Day day, MachineHour hour, SplittableRandom random)
      throws IOException {
    double u = random.nextDouble();
    for (MachineHour.Defect defect : MachineHour.Defect.values()) {
      u -= defect.share;
      if (u < 0) {
        write(file, day, hour, defect);
        books.metrics.addQuarantined(defect.reason);
        return;
      }
    }
    int days = 1 + random.nextInt(3);
    String time = day.date.plusDays(days + 1) + "T03:14:15Z";
    if ((u -= CloudCostGenerator.HOURS_STRAGGLING) < 0) {
      later(day, days, Sending.first(hour.updatedAt(time)));
      return;
    }
    send(file, day, Sending.first(hour));
    if ((u -= CloudCostGenerator.HOURS_DUPLICATE) < 0) {
      Sending<MachineHour> again = Sending.again(hour);
      if (random.nextBoolean()) {
        send(file, day, again);
      } else {
        later(day, days, again);
      }
    } else if (u < CloudCostGenerator.HOURS_RESTATED) {
      later(day, days, Sending.replacing(hour, hour.recounted(time)));
      if (random.nextDouble() < 0.2) {
        later(day, days + 1, Sending.older(hour));
      }
    }
  }

  private void later(Day day, int days, Sending<MachineHour> sending) {
    later.computeIfAbsent(day.date.plusDays(days), d -> new ArrayList<>()).add(sending);
  }

  private void send(TextFile file, Day day, Sending<MachineHour> sending) throws IOException {
    write(file, day, sending.line(), null);
    switch (sending.effect()) {
      case NEW -> books.book(sending.line(), 1);
      case REPLACES -> {
        books.book(sending.replaced(), -1);
        books.book(sending.line(), 1);
      }
      case DUPLICATE -> books.metrics.duplicates++;
      case SUPERSEDED -> books.metrics.superseded++;
    }
  }

  private void write(TextFile file, Day day, MachineHour hour, MachineHour.Defect defect)
      throws IOException {
    hour.append(file.text, day, defect);
    file.flushIfFull();
    books.metrics.records++;
  }
}
