package io.sluice.demo.purchaseorders;

import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/** What a suspicious order may look like, and how often fraud and honest orders do. */
enum Behaviour {
  OTHER_ACCOUNT(0.4, 0.008),
  UNDER_LIMIT(0.4, 0.025),
  OFF_HOURS(0.3, 0.07),
  RAISED_PRICES(0.3, 0.03);

  private static final Behaviour[] ALL = values();

  final double inFraud;
  final double inHonesty;

  Behaviour(double inFraud, double inHonesty) {
    this.inFraud = inFraud;
    this.inHonesty = inHonesty;
  }

  static Set<Behaviour> ofFraud(SplittableRandom random) {
    return drawn(random, behaviour -> behaviour.inFraud);
  }

  static Set<Behaviour> ofHonesty(SplittableRandom random) {
    return drawn(random, behaviour -> behaviour.inHonesty);
  }

  /** How likely just these are shown when each is by itself. */
  static double chance(Set<Behaviour> shown, ToDoubleFunction<Behaviour> share) {
    double chance = 1;
    for (Behaviour behaviour : ALL) {
      double alone = share.applyAsDouble(behaviour);
      chance *= shown.contains(behaviour) ? alone : 1 - alone;
    }
    return chance;
  }

  private static Set<Behaviour> drawn(SplittableRandom random, ToDoubleFunction<Behaviour> share) {
    var drawn = EnumSet.noneOf(Behaviour.class);
    for (Behaviour behaviour : ALL) {
      if (random.nextDouble() < share.applyAsDouble(behaviour)) {
        drawn.add(behaviour);
      }
    }
    return drawn;
  }
}
