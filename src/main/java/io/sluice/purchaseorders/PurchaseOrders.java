package io.sluice.purchaseorders;

import io.sluice.mart.Mart;
import io.sluice.mart.MartProvider;
import io.sluice.model.Model;
import io.sluice.model.ModelProvider;
import java.util.List;

/** What the domain of purchase orders adds to the lake. */
public final class PurchaseOrders implements MartProvider, ModelProvider {
  @Override
  public List<Mart> marts() {
    return List.of(
        new SpendDaily(),
        new VendorDaily(),
        new BasketWeekly(),
        new OrderFeatures(),
        new BuyerOutcomes(),
        DemandFeatures.OF_VENDORS,
        DemandFeatures.OF_CATEGORIES);
  }

  @Override
  public List<Model> models() {
    return List.of(new OrderFraud(), Demand.OF_VENDORS, Demand.OF_CATEGORIES);
  }
}
