package io.sluice.demo.calls;

import io.sluice.demo.Truth;
import io.sluice.demo.calls.CallCentre.Call;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps the truth about the records sent: what silver and gold must hold of them when each day is
 * processed by itself, as the contract words it.
 */
final class CallTruth {
  private static final int ANSWERED_WITHIN_SECONDS = 20;

  /** What is counted, the files included. */
  final Truth truth = new Truth();

  private final Map<Long, CallVersion> kept = new HashMap<>();

  /** Adds a day's records to the truth, as one batch. */
  void resolve(LocalDate day, List<CallDelivery> arrivals) {
    List<CallDelivery> valid = new ArrayList<>(arrivals.size());
    for (CallDelivery delivery : arrivals) {
      if (delivery.defect() == CallDefect.NONE) {
        valid.add(delivery);
      } else {
        truth.addQuarantined(delivery.defect().reason);
      }
    }
    valid.sort(
        Comparator.<CallDelivery>comparingLong(d -> d.version().call().number())
            .thenComparing(
                Comparator.<CallDelivery>comparingLong(d -> d.version().updatedAt()).reversed()));
    for (int from = 0, to = 0; from < valid.size(); from = to) {
      CallVersion newest = valid.get(from).version();
      Call call = newest.call();
      CallVersion before = kept.get(call.number());
      boolean accepted = before == null || newest.updatedAt() > before.updatedAt();
      CallVersion after = accepted ? newest : before;
      for (to = from; to < valid.size() && valid.get(to).version().call() == call; to++) {
        long updatedAt = valid.get(to).version().updatedAt();
        if (updatedAt < after.updatedAt()) {
          truth.superseded++;
        } else if (!accepted || to > from) {
          truth.duplicates++;
        }
      }
      if (accepted) {
        replace(before, after);
      }
      if (valid.get(from).lastDay().isAfter(day)) {
        kept.put(call.number(), after);
      } else {
        kept.remove(call.number());
      }
    }
  }

  private void replace(CallVersion before, CallVersion after) {
    Call call = after.call();
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
        truth.addLabel("sentiment", CallRecords.callId(call), call.sentiment().code);
      }
    }
    BigDecimal hold =
        BigDecimal.valueOf(after.holdSeconds() - (before == null ? 0 : before.holdSeconds()));
    truth.addSum("hold_seconds", day, hold);
    truth.addGold("agent_daily", "hold_seconds", ofAgent, hold);
  }
}
