package io.sluice.calls;

import io.sluice.mart.Mart;
import io.sluice.mart.MartProvider;
import io.sluice.model.Model;
import io.sluice.model.ModelProvider;
import java.util.List;

/** What the domain of calls adds to the lake. */
public final class Calls implements MartProvider, ModelProvider {
  @Override
  public List<Mart> marts() {
    return List.of(new AgentDaily(), new QueueDaily());
  }

  @Override
  public List<Model> models() {
    return List.of(new CallSentiment());
  }
}
