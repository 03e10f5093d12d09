package io.sluice.demo.cloudcosts;

import io.sluice.demo.cloudcosts.CostLine.Day;
import io.sluice.demo.cloudcosts.Fleet.Machine;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * What a collector observes of one machine in one hour, in one version; also makes a day's hours
 * and writes one as a JSON line.
 *
 * @param cpu mean CPU in 1/100 per cent
 * @param memory mean memory in 1/100 per cent; -1 when no agent reports it
 * @param updatedAt when the collector wrote it, UTC, ISO-8601
 */
record MachineHour(
    Machine machine,
    Day day,
    int hour,
    int cpu,
    int memory,
    long network,
    long disk,
    String updatedAt) {

  MachineHour updatedAt(String time) {
    return new MachineHour(machine, day, hour, cpu, memory, network, disk, time);
  }

  /** The hour measured again: another counter of bytes. */
  MachineHour recounted(String time) {
    return new MachineHour(machine, day, hour, cpu, memory, network + network / 16 + 1, disk, time);
  }

  /** A rule that a defective observation breaks, and how often one is broken. */
  enum Defect {
    /** The record is cut off: 0.1% of all hours. */
    MALFORMED("/record", 0.001),
    /** The collector writes what its library prints for no value: 0.05%. */
    CPU_NOT_A_NUMBER("cpu_percent/type", 0.0005),
    /** A counter wrapped: 0.05%. */
    CPU_OUT_OF_RANGE("cpu_percent/range", 0.0005),
    /** The machine is not named: 0.05%. */
    NO_RESOURCE("resource_id/required", 0.0005),
    /** A counter was reset: 0.05%. */
    NETWORK_NEGATIVE("network_bytes/range", 0.0005),
    /** The hour does not begin on the hour: 0.05%. */
    OFF_THE_HOUR("/on_the_hour", 0.0005);

    final String reason;
    final double share;

    Defect(String reason, double share) {
      this.reason = reason;
      this.share = share;
    }
  }

  /** Chance that the agent of a machine reports nothing in an hour. */
  private static final double SILENT = 0.004;

  /** Observes the hours a machine runs on a day, in order. */
  static void observe(
      long seed, Machine machine, Day day, String updatedAt, Consumer<MachineHour> sink) {
    if (day.index < machine.firstDay() || day.index > machine.lastDay()) {
      return;
    }
    SplittableRandom random =
        new SplittableRandom(
            Fleet.mix(
                seed ^ Fleet.mix(machine.resource().ordinal() * 100_003L + day.date.toEpochDay())));
    double load = 0.85 + 0.3 * random.nextDouble();
    int burst = random.nextDouble() < 0.25 ? random.nextInt(24) : -1;
    int batchStart = (int) (machine.temper() * 20);
    int batchHours = batchHours(machine, day);
    boolean agent = machine.resource().provider() != Fleet.Provider.AZURE || machine.temper() > 0.2;
    for (int hour = 0; hour < 24; hour++) {
      double noise = random.nextDouble();
      double second = random.nextDouble();
      if (!machine.runs(day, hour) || random.nextDouble() < SILENT) {
        continue;
      }
      boolean working = hour >= batchStart && hour < batchStart + batchHours;
      double cpu =
          Math.min(99.99, cpu(machine, day, hour, load, noise, second, burst == hour, working));
      double memory = memory(machine, cpu, second);
      long network = (long) (cpu * cpu * 900_000 * (0.3 + noise) + 2_000_000 * second);
      long disk = (long) (cpu * 40_000_000 * (0.2 + second) + 500_000 * noise);
      sink.accept(
          new MachineHour(
              machine,
              day,
              hour,
              Math.max(1, (int) (cpu * 100)),
              agent ? (int) (memory * 100) : -1,
              network,
              disk,
              updatedAt));
    }
  }

  /** A third of the batch machines works one long day a week, the others some hours every day. */
  private static int batchHours(Machine machine, Day day) {
    if (machine.temper() < 1.0 / 3) {
      boolean theDay = day.date.getDayOfWeek().getValue() == 1 + (int) (machine.temper() * 20.999);
      return theDay ? 14 : 0;
    }
    return 1 + (int) (machine.temper() * 4);
  }

  private static double cpu(
      Machine machine,
      Day day,
      int hour,
      double load,
      double noise,
      double second,
      boolean burst,
      boolean working) {
    boolean weekend = Fleet.weekend(day);
    double daylight = 0.5 - 0.5 * StrictMath.cos((hour - 3) * StrictMath.PI / 12);
    double idle = 0.6 + 2.2 * machine.temper() + 1.2 * noise;
    return switch (machine.profile()) {
      case IDLE -> burst ? 8 + 70 * second * second : hour == 2 ? idle + 9 * second : idle;
      case WEEKEND_IDLE ->
          weekend ? idle + (burst ? 12 * second : 0) : 3 + (45 * daylight + 12 * noise) * load;
      case BATCH -> working ? 82 + 18 * noise : idle + (burst ? 4 * second : 0);
      case OFFICE -> 4 + 40 * noise * noise * load + (burst ? 40 * second : 0);
      case MEMORY_BOUND -> 1.5 + 9 * machine.temper() * load + 3 * daylight + 2 * noise;
      case SERVING ->
          6
              + (18 + 40 * machine.temper()) * daylight * load * (weekend ? 0.55 : 1)
              + 9 * noise
              + (burst ? 20 * second : 0);
    };
  }

  private static double memory(Machine machine, double cpu, double noise) {
    double base =
        switch (machine.profile()) {
          case IDLE -> 12 + 20 * machine.temper();
          case MEMORY_BOUND -> 74 + 16 * machine.temper();
          default -> 25 + 30 * machine.temper();
        };
    return Math.min(99.5, base + 0.2 * cpu + 3 * noise);
  }

  /**
   * Appends one record with its line break; from the third day on the collector tells its version.
   */
  void append(StringBuilder out, Day arrival, Defect defect) {
    final int start = out.length();
    out.append("{\"resource_id\":");
    if (defect == Defect.NO_RESOURCE) {
      out.append("null");
    } else {
      out.append('"').append(machine.resource().id()).append('"');
    }
    out.append(",\"provider\":\"");
    out.append(machine.resource().provider().name().toLowerCase(Locale.ROOT))
        .append("\",\"observed_at\":\"");
    out.append(day.iso).append('T').append((char) ('0' + hour / 10));
    out.append((char) ('0' + hour % 10))
        .append(defect == Defect.OFF_THE_HOUR ? ":17:23Z" : ":00:00Z");
    out.append("\",\"cpu_percent\":");
    if (defect == Defect.CPU_NOT_A_NUMBER) {
      out.append("\"NaN%\"");
    } else {
      CostExport.number(out, defect == Defect.CPU_OUT_OF_RANGE ? cpu + 42_949L : cpu, 2);
    }
    if (memory >= 0) {
      CostExport.number(out.append(",\"memory_percent\":"), memory, 2);
    }
    out.append(",\"network_bytes\":")
        .append(defect == Defect.NETWORK_NEGATIVE ? -1 - network : network);
    out.append(",\"disk_bytes\":").append(disk);
    if (arrival.index >= 2) {
      out.append(",\"agent_version\":\"7.")
          .append(50 + machine.resource().ordinal() % 4)
          .append("\"");
    }
    out.append(",\"updated_at\":\"").append(updatedAt).append("\"}");
    if (defect == Defect.MALFORMED) {
      out.setLength(start + (out.length() - start) * 3 / 5);
    }
    out.append('\n');
  }
}
