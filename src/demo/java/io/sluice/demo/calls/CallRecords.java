package io.sluice.demo.calls;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.demo.calls.CallCentre.Call;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Writes records of calls as JSON lines, whole or with their one defect. */
final class CallRecords {
  private static final int DAYS_BEFORE_CHANNEL = 2;

  private final long seed;
  private final LocalDate firstDay;
  private final Conversation conversation;
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(8192);

  /**
   * @param firstDay from the third day on records carry the field {@code channel}
   */
  CallRecords(long seed, LocalDate firstDay) {
    this.seed = seed;
    this.firstDay = firstDay;
    this.conversation = new Conversation(seed);
  }

  /** Writes the records that arrive on a day, in their order. */
  void write(LocalDate day, List<CallDelivery> deliveries, OutputStream out) throws IOException {
    for (CallDelivery delivery : deliveries) {
      // What is broken, and how, must not change when a truncated hour is sent again.
      SplittableRandom random =
          Chance.random(seed, "breaks", delivery.at() ^ delivery.version().call().number() << 32);
      buffer.reset();
      try (JsonGenerator json = JsonLines.next(buffer)) {
        write(day, delivery, json, random);
      }
      byte[] line = buffer.toByteArray();
      if (delivery.defect() == CallDefect.BROKEN_LINE) {
        line = broken(line, random);
      }
      out.write(line);
      out.write('\n');
    }
  }

  private void write(
      LocalDate day, CallDelivery delivery, JsonGenerator json, SplittableRandom random)
      throws IOException {
    CallVersion version = delivery.version();
    CallDefect defect = delivery.defect();
    Call call = version.call();
    json.writeStartObject();
    json.writeStringField("call_id", callId(call));
    json.writeObjectFieldStart("agent");
    if (defect != CallDefect.NO_AGENT) {
      json.writeStringField("id", call.agent().id());
    } else if (random.nextBoolean()) {
      json.writeNullField("id");
    }
    json.writeStringField("team", call.agent().team());
    json.writeEndObject();
    json.writeFieldName("caller");
    conversation.writeCaller(call.caller(), json);
    json.writeStringField("queue", call.queue().code);
    json.writeStringField("started_at", JsonLines.time(call.startedAt()));
    if (call.answered()) {
      json.writeStringField("answered_at", JsonLines.time(call.answeredAt()));
    } else {
      json.writeNullField("answered_at");
    }
    json.writeStringField(
        "ended_at",
        JsonLines.time(
            defect == CallDefect.ENDED_BEFORE_STARTED
                ? call.startedAt() - 1 - random.nextInt(7_200)
                : call.endedAt()));
    json.writeStringField(
        "status", defect == CallDefect.UNKNOWN_STATUS ? "abandoned" : version.status().code);
    if (defect == CallDefect.HOLD_NOT_A_NUMBER) {
      json.writeStringField("hold_seconds", "abc");
    } else {
      json.writeNumberField("hold_seconds", version.holdSeconds());
    }
    json.writeFieldName("transcript");
    if (call.answered()) {
      conversation.writeTranscript(call, json);
    } else {
      json.writeNull();
    }
    if (defect == CallDefect.SATISFACTION_OUT_OF_RANGE) {
      json.writeNumberField("satisfaction", 9);
    } else if (version.satisfaction() == CallVersion.NO_ANSWER) {
      json.writeNullField("satisfaction");
    } else {
      json.writeNumberField("satisfaction", version.satisfaction());
    }
    json.writeStringField("updated_at", JsonLines.time(version.updatedAt()));
    if (day.toEpochDay() - firstDay.toEpochDay() >= DAYS_BEFORE_CHANNEL) {
      json.writeStringField("channel", channel(call));
    }
    json.writeEndObject();
  }

  /** The line without the colon after {@code queue}, or cut off: no JSON in either case. */
  private static byte[] broken(byte[] line, SplittableRandom random) {
    if (random.nextInt(3) == 0) {
      String text = new String(line, StandardCharsets.UTF_8);
      return text.replaceFirst("\"queue\":", "\"queue\"").getBytes(StandardCharsets.UTF_8);
    }
    return Arrays.copyOf(line, 1 + random.nextInt(line.length - 1));
  }

  static String callId(Call call) {
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
}
