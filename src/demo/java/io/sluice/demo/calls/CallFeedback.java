package io.sluice.demo.calls;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.demo.Landing;
import io.sluice.demo.Truth;
import io.sluice.demo.calls.CallCentre.Call;
import java.io.IOException;
import java.io.OutputStream;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Makes the source {@code call_feedback}: what callers answer to "was this helpful?", written to
 * {@code call_feedback/<day>.jsonl}, one JSON object a line.
 *
 * <p>{@value #ANSWERED_SHARE} of the answered calls are answered for, most within three hours, all
 * within two days. {@value #REPEATED_SHARE} of the records are written twice, and each file of
 * {@value #FEWEST_WITH_DEFECT} records or more holds one more that lacks the answer.
 */
final class CallFeedback {
  static final String SOURCE = "call_feedback";
  private static final double ANSWERED_SHARE = 0.2;
  private static final double REPEATED_SHARE = 0.03;
  private static final int FEWEST_WITH_DEFECT = 4;

  private record Answer(String call, long at, boolean helpful) {}

  private final long seed;
  private final Map<Long, List<Answer>> due = new TreeMap<>();
  private final Truth truth = new Truth();

  CallFeedback(long seed) {
    this.seed = seed;
  }

  /** Decides whether and when the caller answers. */
  void see(Call call, String id) {
    SplittableRandom random = Chance.random(seed, SOURCE, call.number());
    if (call.answered() && random.nextDouble() < ANSWERED_SHARE) {
      long hours = random.nextDouble() < 0.8 ? 3 : 47;
      long at = call.endedAt() + random.nextLong(60, hours * 3_600);
      // One who would be dissatisfied in the survey says no.
      boolean helpful = CallGenerator.satisfaction(call, random) > 2;
      due.computeIfAbsent(Math.floorDiv(at, 86_400L), day -> new ArrayList<>())
          .add(new Answer(id, at, helpful));
    }
  }

  void arrive(LocalDate day, Landing landing) throws IOException {
    long number = day.toEpochDay();
    List<Answer> answers = due.containsKey(number) ? due.remove(number) : List.of();
    SplittableRandom random = Chance.random(seed, "answers", number);
    try (OutputStream out = landing.create(SOURCE + "/" + day + ".jsonl")) {
      for (Answer answer : answers) {
        write(answer, answer.helpful, out);
        truth.addRow(day.toString());
        if (random.nextDouble() < REPEATED_SHARE) {
          write(answer, answer.helpful, out);
          truth.duplicates++;
        }
      }
      if (answers.size() >= FEWEST_WITH_DEFECT) {
        write(answers.get(0), null, out);
        truth.addQuarantined("helpful/required");
      }
    }
    truth.files++;
  }

  /**
   * @param helpful null for a record that lacks the answer
   */
  private void write(Answer answer, Boolean helpful, OutputStream out) throws IOException {
    JsonGenerator json = JsonLines.next(out);
    json.writeStartObject();
    json.writeStringField("call_id", answer.call);
    json.writeObjectField("helpful", helpful);
    json.writeStringField("given_at", JsonLines.time(answer.at));
    json.writeEndObject();
    JsonLines.end(json, out);
    truth.records++;
  }

  Truth truth() {
    return truth;
  }
}
