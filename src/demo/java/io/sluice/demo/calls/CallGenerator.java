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
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
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
 * are defective, each in one way ({@link CallDefect}). Every {@value #TRUNCATED_EVERY}th day, from
 * the second on, the upload of one hour breaks off: its gzip file is cut, and the whole hour
 * follows as {@code hour-HH-retry.jsonl.gz}. Every {@value #EMPTY_EVERY}th day, from the first on,
 * has an empty file. From the third day on records carry the field {@code channel}.
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
  private static final long DAY_SECONDS = 86_400;
  private static final long HOUR_SECONDS = 3_600;

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
  private final CallRecords records;
  private final CallFeedback feedback;
  private final CallTruth books = new CallTruth();
  private final TreeMap<LocalDate, List<CallDelivery>> pending = new TreeMap<>();
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
    this.records = new CallRecords(seed, firstDay);
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
      feedback.see(call, CallRecords.callId(call));
    }
    List<CallDelivery> arrivals =
        pending.containsKey(day) ? pending.remove(day) : new ArrayList<>();
    write(day, arrivals, landing);
    books.resolve(day, arrivals);
    feedback.arrive(day, landing);
  }

  @Override
  public Map<String, Truth> truth() {
    return Map.of(SOURCE, books.truth, CallFeedback.SOURCE, feedback.truth());
  }

  /** Plans every record that will ever be sent of a call. */
  private void schedule(Call call) {
    SplittableRandom random = Chance.random(seed, "records", call.number());
    List<CallVersion> versions = versions(call, random);
    List<CallVersion> sent = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    for (CallVersion version : versions) {
      sent.add(version);
      times.add(version.updatedAt() + random.nextInt(300));
    }
    if (random.nextDouble() < LATE_SHARE) {
      sent.add(
          new CallVersion(
              call, call.endedAt(), call.status(), call.holdSeconds() / 2, CallVersion.NO_ANSWER));
      times.add(times.get(0) + random.nextLong(600, 40 * HOUR_SECONDS));
    }
    if (random.nextDouble() < DUPLICATE_SHARE) {
      int again = random.nextInt(versions.size());
      sent.add(versions.get(again));
      times.add(times.get(again) + random.nextLong(60, 36 * HOUR_SECONDS));
    }
    LocalDate lastDay = day(times.stream().mapToLong(Long::longValue).max().orElseThrow());
    for (int i = 0; i < sent.size(); i++) {
      CallDelivery delivery = new CallDelivery(sent.get(i), times.get(i), defect(random), lastDay);
      pending.computeIfAbsent(day(delivery.at()), d -> new ArrayList<>()).add(delivery);
    }
  }

  private static List<CallVersion> versions(Call call, SplittableRandom random) {
    long updatedAt = call.endedAt() + 5 + random.nextInt(115);
    boolean surveyed = call.answered() && random.nextDouble() < SURVEY_SHARE;
    boolean prompt = surveyed && random.nextDouble() < PROMPT_SURVEY_SHARE;
    boolean corrected = call.answered() && random.nextDouble() < CORRECTION_SHARE;
    int satisfaction = satisfaction(call, random);
    List<CallVersion> versions = new ArrayList<>(2);
    CallVersion newest =
        new CallVersion(
            call,
            updatedAt,
            call.status(),
            call.holdSeconds(),
            prompt ? satisfaction : CallVersion.NO_ANSWER);
    versions.add(newest);
    if (corrected) {
      int measured = newest.holdSeconds() + random.nextInt(-60, 120);
      Status status =
          newest.status() == Status.COMPLETED && random.nextDouble() < RECLASSIFIED_SHARE
              ? Status.ESCALATED
              : newest.status();
      newest =
          new CallVersion(
              call,
              updatedAt + random.nextLong(HOUR_SECONDS, 20 * HOUR_SECONDS),
              status,
              Math.max(0, Math.min(call.handleSeconds(), measured)),
              newest.satisfaction());
      versions.add(newest);
    }
    if (surveyed && !prompt) {
      versions.add(
          new CallVersion(
              call,
              updatedAt + random.nextLong(DAY_SECONDS, 3 * DAY_SECONDS),
              newest.status(),
              newest.holdSeconds(),
              satisfaction));
    }
    return versions;
  }

  static int satisfaction(Call call, SplittableRandom random) {
    double feeling = call.sentiment().ordinal() - 1;
    double answer = 3.2 + 1.1 * feeling + 0.85 * random.nextGaussian();
    return (int) Math.max(1, Math.min(5, Math.round(answer)));
  }

  private static CallDefect defect(SplittableRandom random) {
    double at = random.nextDouble();
    for (CallDefect defect : CallDefect.values()) {
      if (defect != CallDefect.NONE) {
        if (at < defect.share) {
          return defect;
        }
        at -= defect.share;
      }
    }
    return CallDefect.NONE;
  }

  /** Writes a day's files, each hour's records in the order they arrived. */
  private void write(LocalDate day, List<CallDelivery> arrivals, Landing landing)
      throws IOException {
    arrivals.sort(
        Comparator.comparingLong(CallDelivery::at)
            .thenComparingLong(d -> d.version().call().number())
            .thenComparingLong(d -> d.version().updatedAt()));
    SplittableRandom random = Chance.random(seed, "files", day.toEpochDay());
    long age = day.toEpochDay() - firstDay.toEpochDay();
    Map<Integer, List<CallDelivery>> hours = new TreeMap<>();
    for (CallDelivery delivery : arrivals) {
      int hour = (int) (Math.floorMod(delivery.at(), DAY_SECONDS) / HOUR_SECONDS);
      hours.computeIfAbsent(hour, h -> new ArrayList<>()).add(delivery);
    }
    int broken = age % TRUNCATED_EVERY == 1 && !hours.isEmpty() ? random.nextInt(hours.size()) : -1;
    for (Map.Entry<Integer, List<CallDelivery>> hour : hours.entrySet()) {
      String path = String.format(Locale.ROOT, "%s/%s/hour-%02d", SOURCE, day, hour.getKey());
      boolean compressed = random.nextDouble() < COMPRESSED_SHARE;
      if (broken-- == 0) {
        writeTruncated(path + ".jsonl.gz", day, hour.getValue(), landing);
        writeCompressed(path + "-retry.jsonl.gz", day, hour.getValue(), landing);
      } else if (compressed) {
        writeCompressed(path + ".jsonl.gz", day, hour.getValue(), landing);
      } else {
        try (OutputStream out = landing.create(path + ".jsonl")) {
          records.write(day, hour.getValue(), out);
        }
      }
      books.truth.files++;
      books.truth.records += hour.getValue().size();
    }
    if (age % EMPTY_EVERY == 0) {
      landing
          .create(String.format(Locale.ROOT, "%s/%s/hour-03-restart.jsonl", SOURCE, day))
          .close();
      books.truth.files++;
    }
  }

  private void writeCompressed(String path, LocalDate day, List<CallDelivery> hour, Landing landing)
      throws IOException {
    try (OutputStream out = new QuickGzip(landing.create(path))) {
      records.write(day, hour, out);
    }
  }

  private void writeTruncated(String path, LocalDate day, List<CallDelivery> hour, Landing landing)
      throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    try (OutputStream out = new QuickGzip(whole)) {
      records.write(day, hour.subList(0, Math.min(TRUNCATED_LINES, hour.size())), out);
    }
    try (OutputStream out = landing.create(path)) {
      out.write(whole.toByteArray(), 0, whole.size() * 3 / 5);
    }
    books.truth.unreadableFiles.put(path, "truncated gzip");
  }

  private static LocalDate day(long epochSecond) {
    return LocalDate.ofEpochDay(Math.floorDiv(epochSecond, DAY_SECONDS));
  }
}
