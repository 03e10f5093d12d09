package io.sluice.demo.calls;

import io.sluice.calls.AgentDaily;
import io.sluice.calls.QueueDaily;
import io.sluice.demo.Landing;
import io.sluice.demo.SourceGenerator;
import io.sluice.demo.Truth;
import io.sluice.demo.calls.CallCentre.Call;
import io.sluice.demo.calls.CallCentre.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the source {@code calls}: writes {@code calls/<arrival day>/hour-HH.jsonl} (some {@code
 * .gz}), one nested JSON record per line, and the truth about them.
 *
 * <p>What arrives beside each call's first record:
 *
 * <ul>
 *   <li>{@value #SURVEY_SHARE} of the answered calls have a satisfaction survey; {@value
 *       #PROMPT_SURVEY_SHARE} of these are in the first record, for the others the whole record
 *       comes again 1 to 3 days later;
 *   <li>{@value #CORRECTION_SHARE} of the answered calls are corrected within 20 hours: the hold is
 *       measured again, some completed calls turn out escalated;
 *   <li>{@value #LATE_SHARE} of the calls have a preliminary record, older than the first, that
 *       comes up to 40 hours after it;
 *   <li>{@value #DUPLICATE_SHARE} of the calls have a record sent twice, up to 36 hours apart.
 * </ul>
 *
 * <p>A call that ends after midnight arrives on the day it ends. Stated shares of all records sent
 * are defective, each in one way ({@link Defect}). Every {@value #TRUNCATED_EVERY}th day, from the
 * second on, the upload of one hour breaks off: its gzip file is cut, and the whole hour follows as
 * {@code hour-HH-retry.jsonl.gz}. Every {@value #EMPTY_EVERY}th day, from the first on, has an
 * empty file. From the third day on records carry the field {@code channel}.
 *
 * <p>Truth: rows by {@code call_date}, the sum of {@code hold_seconds}, gold for {@link AgentDaily}
 * and {@link QueueDaily}, and for each answered call in silver the label {@code sentiment}. It is
 * computed here from the records sent, day by day, as the contract words it: the newest version of
 * a call wins.
 *
 * <p>Beside it, {@link CallFeedback}.
 *
 * <p>Memory: a day's calls, and those of the four days before that have a record still to come.
 */
public final class CallGenerator implements SourceGenerator {
  private static final String SOURCE = "calls";
  private static final double SURVEY_SHARE = 0.24;
  private static final double PROMPT_SURVEY_SHARE = 0.12;
  private static final double CORRECTION_SHARE = 0.02;
  private static final double RECLASSIFIED_SHARE = 0.3;
  private static final double LATE_SHARE = 0.006;
  private static final double DUPLICATE_SHARE = 0.01;
  private static final double COMPRESSED_SHARE = 0.3;
  private static final int TRUNCATED_EVERY = 4;
  private static final int TRUNCATED_LINES = 100;
  private static final int EMPTY_EVERY = 3;
  private static final int DAYS_BEFORE_CHANNEL = 2;
  private static final int ANSWERED_WITHIN_SECONDS = 20;
  private static final long DAY_SECONDS = 86_400;
  private static final long HOUR_SECONDS = 3_600;
  private static final int NO_ANSWER = 0;

  /**
   * The one thing wrong with a record: the reason it is quarantined for, and the share of the
   * records sent.
   */
  enum Defect {
    NONE(1, ""),
    /** The line is cut, or lacks a colon: not JSON. */
    BROKEN_LINE(0.0008, "/record"),
    UNKNOWN_STATUS(0.0008, "status/enum"),
    ENDED_BEFORE_STARTED(0.0006, "/ended_after_started"),
    NO_AGENT(0.0010, "agent_id/required"),
    SATISFACTION_OUT_OF_RANGE(0.0006, "satisfaction/range"),
    HOLD_NOT_A_NUMBER(0.0006, "hold_seconds/type");

    final double share;
    final String reason;

    Defect(double share, String reason) {
      this.share = share;
      this.reason = reason;
    }
  }

  /** A state of a call's record; all versions of a call differ in {@code updatedAt}. */
  private record Version(
      Call call, long updatedAt, Status status, int holdSeconds, int satisfaction) {}

  /**
   * A record sent.
   *
   * @param at when it arrives, in seconds since 1970
   * @param lastDay the day of the call's last record, after which its state need not be kept
   */
  private record Delivery(Version version, long at, Defect defect, LocalDate lastDay) {}

  /** At the default level, compressing costs more than making the records. */
  private static final class QuickGzip extends GZIPOutputStream {
    QuickGzip(OutputStream out) throws IOException {
      super(out, 1 << 16);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }

  private final long seed;
  private final LocalDate firstDay;
  private final CallCentre centre;
  private final Conversation conversation;
  private final CallFeedback feedback;
  private final Truth truth = new Truth();
  private final TreeMap<LocalDate, List<Delivery>> pending = new TreeMap<>();
  private final Map<Long, Version> kept = new HashMap<>();
  private final JsonLine line = new JsonLine();
  private LocalDate nextDay;
  private long nextNumber = 1;

  /**
   * A centre opened on {@code firstDay}.
   *
   * @param callsPerDay calls on an average day of the week
   */
  public CallGenerator(long seed, LocalDate firstDay, int callsPerDay) {
    if (callsPerDay < 1) {
      throw new IllegalArgumentException("callsPerDay must be at least 1, is " + callsPerDay);
    }
    this.seed = seed;
    this.firstDay = firstDay;
    this.nextDay = firstDay;
    this.centre = new CallCentre(seed, callsPerDay);
    this.conversation = new Conversation(seed);
    this.feedback = new CallFeedback(seed);
  }

  @Override
  public void arrive(LocalDate day, Landing landing) throws IOException {
    if (!day.equals(nextDay)) {
      throw new IllegalArgumentException(
          "days are made in order: expected " + nextDay + ", got " + day);
    }
    List<Call> calls = centre.calls(day, nextNumber);
    nextNumber += calls.size();
    nextDay = day.plusDays(1);
    for (Call call : calls) {
      schedule(call);
      feedback.see(call, callId(call));
    }
    List<Delivery> arrivals = pending.containsKey(day) ? pending.remove(day) : new ArrayList<>();
    write(day, arrivals, landing);
    resolve(day, arrivals);
    feedback.arrive(day, landing);
  }

  @Override
  public Map<String, Truth> truth() {
    return Map.of(SOURCE, truth, CallFeedback.SOURCE, feedback.truth());
  }

  /** Plans every record that will ever be sent of a call. */
  private void schedule(Call call) {
    SplittableRandom random = CallCentre.random(seed, "records", call.number());
    List<Version> versions = versions(call, random);
    List<Version> sent = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    for (Version version : versions) {
      sent.add(version);
      times.add(version.updatedAt + random.nextInt(300));
    }
    if (random.nextDouble() < LATE_SHARE) {
      sent.add(new Version(call, call.endedAt(), call.status(), call.holdSeconds() / 2, NO_ANSWER));
      times.add(times.get(0) + random.nextLong(600, 40 * HOUR_SECONDS));
    }
    if (random.nextDouble() < DUPLICATE_SHARE) {
      int again = random.nextInt(versions.size());
      sent.add(versions.get(again));
      times.add(times.get(again) + random.nextLong(60, 36 * HOUR_SECONDS));
    }
    LocalDate lastDay = day(times.stream().mapToLong(Long::longValue).max().orElseThrow());
    for (int i = 0; i < sent.size(); i++) {
      Delivery delivery = new Delivery(sent.get(i), times.get(i), defect(random), lastDay);
      pending.computeIfAbsent(day(delivery.at), d -> new ArrayList<>()).add(delivery);
    }
  }

  private static List<Version> versions(Call call, SplittableRandom random) {
    long updatedAt = call.endedAt() + 5 + random.nextInt(115);
    boolean surveyed = call.answered() && random.nextDouble() < SURVEY_SHARE;
    boolean prompt = surveyed && random.nextDouble() < PROMPT_SURVEY_SHARE;
    boolean corrected = call.answered() && random.nextDouble() < CORRECTION_SHARE;
    int satisfaction = satisfaction(call, random);
    List<Version> versions = new ArrayList<>(2);
    Version newest =
        new Version(
            call, updatedAt, call.status(), call.holdSeconds(), prompt ? satisfaction : NO_ANSWER);
    versions.add(newest);
    if (corrected) {
      int measured = newest.holdSeconds + random.nextInt(-60, 120);
      Status status =
          newest.status == Status.COMPLETED && random.nextDouble() < RECLASSIFIED_SHARE
              ? Status.ESCALATED
              : newest.status;
      newest =
          new Version(
              call,
              updatedAt + random.nextLong(HOUR_SECONDS, 20 * HOUR_SECONDS),
              status,
              Math.max(0, Math.min(call.handleSeconds(), measured)),
              newest.satisfaction);
      versions.add(newest);
    }
    if (surveyed && !prompt) {
      versions.add(
          new Version(
              call,
              updatedAt + random.nextLong(DAY_SECONDS, 3 * DAY_SECONDS),
              newest.status,
              newest.holdSeconds,
              satisfaction));
    }
    return versions;
  }

  static int satisfaction(Call call, SplittableRandom random) {
    double feeling = call.sentiment().ordinal() - 1;
    double answer = 3.2 + 1.1 * feeling + 0.85 * random.nextGaussian();
    return (int) Math.max(1, Math.min(5, Math.round(answer)));
  }

  private static Defect defect(SplittableRandom random) {
    double at = random.nextDouble();
    for (Defect defect : Defect.values()) {
      if (defect != Defect.NONE) {
        if (at < defect.share) {
          return defect;
        }
        at -= defect.share;
      }
    }
    return Defect.NONE;
  }

  /** Writes a day's files, each hour's records in the order they arrived. */
  private void write(LocalDate day, List<Delivery> arrivals, Landing landing) throws IOException {
    arrivals.sort(
        Comparator.comparingLong(Delivery::at)
            .thenComparingLong(d -> d.version.call.number())
            .thenComparingLong(d -> d.version.updatedAt));
    SplittableRandom random = CallCentre.random(seed, "files", day.toEpochDay());
    long age = day.toEpochDay() - firstDay.toEpochDay();
    Map<Integer, List<Delivery>> hours = new TreeMap<>();
    for (Delivery delivery : arrivals) {
      int hour = (int) (Math.floorMod(delivery.at, DAY_SECONDS) / HOUR_SECONDS);
      hours.computeIfAbsent(hour, h -> new ArrayList<>()).add(delivery);
    }
    int broken = age % TRUNCATED_EVERY == 1 && !hours.isEmpty() ? random.nextInt(hours.size()) : -1;
    for (Map.Entry<Integer, List<Delivery>> hour : hours.entrySet()) {
      String path = String.format(Locale.ROOT, "%s/%s/hour-%02d", SOURCE, day, hour.getKey());
      boolean compressed = random.nextDouble() < COMPRESSED_SHARE;
      if (broken-- == 0) {
        writeTruncated(path + ".jsonl.gz", day, hour.getValue(), landing);
        writeCompressed(path + "-retry.jsonl.gz", day, hour.getValue(), landing);
      } else if (compressed) {
        writeCompressed(path + ".jsonl.gz", day, hour.getValue(), landing);
      } else {
        try (OutputStream out = landing.create(path + ".jsonl")) {
          writeLines(day, hour.getValue(), out);
        }
      }
      truth.files++;
      truth.records += hour.getValue().size();
    }
    if (age % EMPTY_EVERY == 0) {
      landing
          .create(String.format(Locale.ROOT, "%s/%s/hour-03-restart.jsonl", SOURCE, day))
          .close();
      truth.files++;
    }
  }

  private void writeCompressed(String path, LocalDate day, List<Delivery> hour, Landing landing)
      throws IOException {
    try (OutputStream out = new QuickGzip(landing.create(path))) {
      writeLines(day, hour, out);
    }
  }

  private void writeTruncated(String path, LocalDate day, List<Delivery> hour, Landing landing)
      throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    try (OutputStream out = new QuickGzip(whole)) {
      writeLines(day, hour.subList(0, Math.min(TRUNCATED_LINES, hour.size())), out);
    }
    try (OutputStream out = landing.create(path)) {
      out.write(whole.toByteArray(), 0, whole.size() * 3 / 5);
    }
    truth.unreadableFiles.put(path, "truncated gzip");
  }

  private void writeLines(LocalDate day, List<Delivery> deliveries, OutputStream out)
      throws IOException {
    for (Delivery delivery : deliveries) {
      render(day, delivery);
      line.raw("\n").writeTo(out);
    }
  }

  private void render(LocalDate day, Delivery delivery) {
    Version version = delivery.version;
    Defect defect = delivery.defect;
    Call call = version.call;
    // What is broken, and how, must not change when a truncated hour is sent again.
    SplittableRandom random = CallCentre.random(seed, "breaks", delivery.at ^ call.number() << 32);
    line.clear().raw("{\"call_id\":\"").raw(callId(call)).raw("\",\"agent\":{");
    if (defect != Defect.NO_AGENT) {
      line.raw("\"id\":\"").raw(call.agent().id()).raw("\",");
    } else if (random.nextBoolean()) {
      line.raw("\"id\":null,");
    }
    line.raw("\"team\":\"").raw(call.agent().team()).raw("\"},\"caller\":");
    conversation.writeCaller(call.caller(), line);
    boolean lacksColon = defect == Defect.BROKEN_LINE && random.nextInt(3) == 0;
    line.raw(lacksColon ? ",\"queue\"\"" : ",\"queue\":\"").raw(call.queue().code);
    line.raw("\",\"started_at\":").time(call.startedAt()).raw(",\"answered_at\":");
    if (call.answered()) {
      line.time(call.answeredAt());
    } else {
      line.raw("null");
    }
    line.raw(",\"ended_at\":")
        .time(
            defect == Defect.ENDED_BEFORE_STARTED
                ? call.startedAt() - 1 - random.nextInt(7_200)
                : call.endedAt())
        .raw(",\"status\":\"")
        .raw(defect == Defect.UNKNOWN_STATUS ? "abandoned" : version.status.code)
        .raw("\",\"hold_seconds\":");
    if (defect == Defect.HOLD_NOT_A_NUMBER) {
      line.raw("\"abc\"");
    } else {
      line.digits(version.holdSeconds, 1);
    }
    line.raw(",\"transcript\":");
    if (call.answered()) {
      conversation.writeTranscript(call, line);
    } else {
      line.raw("null");
    }
    line.raw(",\"satisfaction\":");
    if (defect == Defect.SATISFACTION_OUT_OF_RANGE) {
      line.raw("9");
    } else if (version.satisfaction == NO_ANSWER) {
      line.raw("null");
    } else {
      line.digits(version.satisfaction, 1);
    }
    line.raw(",\"updated_at\":").time(version.updatedAt);
    if (day.toEpochDay() - firstDay.toEpochDay() >= DAYS_BEFORE_CHANNEL) {
      line.raw(",\"channel\":\"").raw(channel(call)).raw("\"");
    }
    line.raw("}");
    if (defect == Defect.BROKEN_LINE && !lacksColon) {
      line.cut(1 + random.nextInt(line.length() - 1));
    }
  }

  /** Adds a day's records to the truth, as one batch. */
  private void resolve(LocalDate day, List<Delivery> arrivals) {
    List<Delivery> valid = new ArrayList<>(arrivals.size());
    for (Delivery delivery : arrivals) {
      if (delivery.defect == Defect.NONE) {
        valid.add(delivery);
      } else {
        truth.addQuarantined(delivery.defect.reason);
      }
    }
    valid.sort(
        Comparator.<Delivery>comparingLong(d -> d.version.call.number())
            .thenComparing(
                Comparator.<Delivery>comparingLong(d -> d.version.updatedAt).reversed()));
    for (int from = 0, to = 0; from < valid.size(); from = to) {
      Version newest = valid.get(from).version;
      Call call = newest.call;
      Version before = kept.get(call.number());
      boolean accepted = before == null || newest.updatedAt > before.updatedAt;
      Version after = accepted ? newest : before;
      for (to = from; to < valid.size() && valid.get(to).version.call == call; to++) {
        long updatedAt = valid.get(to).version.updatedAt;
        if (updatedAt < after.updatedAt) {
          truth.superseded++;
        } else if (!accepted || to > from) {
          truth.duplicates++;
        }
      }
      if (accepted) {
        replace(before, after);
      }
      if (valid.get(from).lastDay.isAfter(day)) {
        kept.put(call.number(), after);
      } else {
        kept.remove(call.number());
      }
    }
  }

  private void replace(Version before, Version after) {
    Call call = after.call;
    String day = call.day().toString();
    String ofAgent = day + "|" + call.agent().id();
    if (before == null) {
      String ofQueue = day + "|" + call.queue().code;
      boolean soon =
          call.answered() && call.answeredAt() - call.startedAt() <= ANSWERED_WITHIN_SECONDS;
      truth.addRow(day);
      truth.addGold("agent_daily", "calls", ofAgent, BigDecimal.ONE);
      truth.addGold("queue_daily", "offered", ofQueue, BigDecimal.ONE);
      truth.addGold(
          "queue_daily", "answered_within_20s", ofQueue, soon ? BigDecimal.ONE : BigDecimal.ZERO);
      if (call.answered()) {
        truth.addLabel("sentiment", callId(call), call.sentiment().code);
      }
    }
    BigDecimal hold =
        BigDecimal.valueOf(after.holdSeconds - (before == null ? 0 : before.holdSeconds));
    truth.addSum("hold_seconds", day, hold);
    truth.addGold("agent_daily", "hold_seconds", ofAgent, hold);
  }

  private static String callId(Call call) {
    String number = Long.toString(call.number());
    return "CALL-" + "0".repeat(10 - number.length()) + number;
  }

  private static String channel(Call call) {
    return switch (Math.floorMod((int) call.words(), 10)) {
      case 0 -> "callback";
      case 1, 2, 3, 4 -> "mobile";
      default -> "landline";
    };
  }

  private static LocalDate day(long epochSecond) {
    return LocalDate.ofEpochDay(Math.floorDiv(epochSecond, DAY_SECONDS));
  }
}
