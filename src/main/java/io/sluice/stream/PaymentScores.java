package io.sluice.stream;

import io.sluice.engine.CompiledRows;
import io.sluice.engine.LocalRows;
import io.sluice.model.Model;
import io.sluice.model.ModelRegistry;
import io.sluice.model.Score;
import io.sluice.model.Scorer;
import io.sluice.run.RunContext;
import io.sluice.transactions.PaymentAnomaly;
import io.sluice.transactions.PaymentFeatures;
import io.sluice.transactions.SpendingWindows.Payment;
import io.sluice.transactions.SpendingWindows.Standing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says how likely payments are fraud, by the version of {@link PaymentAnomaly} that serves them at
 * the moment: its champion, of the canary's payments its challenger; nothing if it has no champion.
 *
 * <p>Features and pipelines are compiled once for each move of the model and run over the payments
 * at hand, without a job. Cost: a look at the moves every ten seconds; each payment once, while a
 * canary serves twice at most. What a challenger says of the others is kept by {@link Score}, of
 * the same features.
 */
final class PaymentScores {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final Duration LOOKED = Duration.ofSeconds(10);

  private final RunContext context;
  private final Model model = new PaymentAnomaly();
  private final ModelRegistry registry;
  private Optional<CompiledRows> serving = Optional.empty();
  private long moves = -1;
  private Instant lookAt = Instant.EPOCH;

  PaymentScores(RunContext context) {
    this.context = context;
    this.registry = new ModelRegistry(context.spark(), context.lake(), Clock.systemUTC());
  }

  /** What a payment was given, and by which version. */
  record Served(int version, double score) {}

  /** Takes up what has been promoted or taken out meanwhile; says whether there is a champion. */
  boolean look() {
    if (!Instant.now().isBefore(lookAt)) {
      long now = registry.movesTable().version();
      if (now != moves) {
        ModelRegistry.State state = registry.state(model.name());
        serving = state.champion().map(champion -> compiled(champion, state));
        moves = now;
        LOG.info(
            "{}: champion {}, canary {}",
            model.name(),
            state.champion().map(String::valueOf).orElse("none"),
            state.canary().map(String::valueOf).orElse("none"));
      }
      lookAt = Instant.now().plus(LOOKED);
    }
    return serving.isPresent();
  }

  private CompiledRows compiled(int champion, ModelRegistry.State state) {
    List<ModelRegistry.Version> versions = registry.versions(model.name());
    Scorer scorer =
        new Scorer(
            model,
            registry.load(versions.get(champion - 1)),
            state.canary().map(number -> registry.load(versions.get(number - 1))),
            state.canaryPercent());
    return CompiledRows.of(
            context.spark(),
            PaymentFeatures.STANDING,
            rows -> scorer.served(PaymentFeatures.of(rows)))
        .orElseThrow(
            () -> new IllegalStateException(model.name() + ": more than one pass over a row"));
  }

  /** The score of each payment, given where its user stands with it. */
  Map<Payment, Served> scores(LinkedHashMap<Payment, Standing> payments) {
    LocalRows.Builder rows = LocalRows.builder(PaymentFeatures.STANDING);
    payments.forEach(
        (payment, standing) ->
            rows.add(
                payment.transaction(),
                (int) Math.floorDiv(payment.time(), 86_400_000_000L),
                payment.time(),
                payment.cents(),
                standing.countMinute(),
                standing.centsMinute(),
                standing.countFive(),
                standing.centsFive()));
    LocalRows scored = serving.orElseThrow().apply(rows.build());
    Map<Payment, Served> scores = new LinkedHashMap<>();
    int at = 0;
    for (Payment payment : payments.keySet()) {
      LocalRows.LocalRow one = scored.get(at++);
      scores.put(payment, new Served(one.integer(0), one.real(1)));
    }
    return scores;
  }
}
