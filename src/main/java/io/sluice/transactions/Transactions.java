package io.sluice.transactions;

import io.sluice.model.Model;
import io.sluice.model.ModelProvider;
import io.sluice.stream.AlertRule;
import io.sluice.stream.AlertRuleProvider;
import java.util.List;

/** What the domain of card transactions adds to the lake. */
public final class Transactions implements ModelProvider, AlertRuleProvider {
  @Override
  public List<Model> models() {
    return List.of(new PaymentAnomaly());
  }

  @Override
  public List<AlertRule> alertRules() {
    return List.of(new PaymentStanding());
  }
}
