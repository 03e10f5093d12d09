package io.sluice.cloudcosts;

import io.sluice.mart.Mart;
import io.sluice.mart.MartProvider;
import io.sluice.model.Model;
import io.sluice.model.ModelProvider;
import java.util.List;

/** What the domain of cloud costs adds to the lake. */
public final class CloudCosts implements MartProvider, ModelProvider {
  @Override
  public List<Mart> marts() {
    return List.of(new CostDaily(), new MachineDaily());
  }

  @Override
  public List<Model> models() {
    return List.of(new IdleMachines());
  }
}
