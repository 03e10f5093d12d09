package io.sluice.transactions;

import io.sluice.model.Model;
import io.sluice.model.ModelProvider;
import java.util.List;

/** What the domain of card transactions adds to the lake. */
public final class Transactions implements ModelProvider {
  @Override
  public List<Model> models() {
    return List.of(new PaymentAnomaly());
  }
}
