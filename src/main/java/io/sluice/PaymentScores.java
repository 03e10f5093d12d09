package io.sluice;

import static org.apache.spark.sql.functions.col;

import io.sluice.landing.RowFunction;
import io.sluice.model.Model;
import io.sluice.model.Registry;
import io.sluice.model.Scorer;
import io.sluice.transactions.PaymentAnomaly;
import io.sluice.transactions.PaymentFeatures;
import io.sluice.transactions.SpendingWindows.Payment;
import io.sluice.transactions.SpendingWindows.Standing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.unsafe.types.UTF8String;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says how likely payments are fraud, by the champion that {@link PaymentAnomaly} has at the
 * moment; nothing if it has none.
 *
 * <p>Features and pipeline are compiled once for each champion and run over the payments at hand,
 * without a job. Cost: a look at the moves every ten seconds; each payment once.
 */
final class PaymentScores {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final Duration LOOKED = Duration.ofSeconds(10);

  private final Workplace place;
  private final Model model = new PaymentAnomaly();
  private final Registry registry;
  private Optional<RowFunction> champion = Optional.empty();
  private long moves = -1;
  private Instant lookAt = Instant.EPOCH;

  PaymentScores(Workplace place) {
    this.place = place;
    this.registry = new Registry(place.spark(), place.lake(), Clock.systemUTC());
  }

  /** Takes up a champion that has been promoted meanwhile; says whether there is one. */
  boolean look() {
    if (!Instant.now().isBefore(lookAt)) {
      long now = registry.movesTable().version();
      if (now != moves) {
        Optional<Integer> version = registry.state(model.name()).champion();
        champion = version.map(number -> compiled(registry.versions(model.name()).get(number - 1)));
        moves = now;
        LOG.info("{}: champion {}", model.name(), version.map(String::valueOf).orElse("none"));
      }
      lookAt = Instant.now().plus(LOOKED);
    }
    return champion.isPresent();
  }

  private RowFunction compiled(Registry.Version version) {
    Registry.Loaded loaded = registry.load(version);
    return RowFunction.of(
            place.spark(),
            PaymentFeatures.STANDING,
            rows ->
                Scorer.scored(loaded.pipeline(), PaymentFeatures.of(rows), "_score")
                    .select(col("_score")))
        .orElseThrow(
            () -> new IllegalStateException(model.name() + ": more than one pass over a row"));
  }

  /** The score of each payment, given where its user stands with it. */
  Map<Payment, Double> scores(LinkedHashMap<Payment, Standing> payments) {
    List<InternalRow> rows = new ArrayList<>(payments.size());
    payments.forEach(
        (payment, standing) ->
            rows.add(
                new GenericInternalRow(
                    new Object[] {
                      UTF8String.fromString(payment.transaction()),
                      (int) Math.floorDiv(payment.time(), 86_400_000_000L),
                      payment.time(),
                      payment.cents(),
                      standing.countMinute(),
                      standing.centsMinute(),
                      standing.countFive(),
                      standing.centsFive()
                    })));
    List<InternalRow> scored = champion.orElseThrow().apply(rows);
    Map<Payment, Double> scores = new LinkedHashMap<>();
    int at = 0;
    for (Payment payment : payments.keySet()) {
      scores.put(payment, scored.get(at++).getDouble(0));
    }
    return scores;
  }
}
