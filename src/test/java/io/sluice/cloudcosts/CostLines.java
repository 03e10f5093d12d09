package io.sluice.cloudcosts;

import java.math.BigDecimal;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Lines of cloud bills as silver holds them, for the tests of the marts over them. */
final class CostLines {
  /** The columns of {@code silver.cloud_costs} that marts read. */
  static final StructType SCHEMA =
      new StructType()
          .add("x_ChargeDate", DataTypes.DateType)
          .add("ProviderName", DataTypes.StringType)
          .add("ServiceName", DataTypes.StringType)
          .add("x_Team", DataTypes.StringType)
          .add("ResourceId", DataTypes.StringType)
          .add("BillingCurrency", DataTypes.StringType)
          .add("BilledCost", DataTypes.createDecimalType(38, 18))
          .add("EffectiveCost", DataTypes.createDecimalType(38, 18))
          .add("ListCost", DataTypes.createDecimalType(38, 18));

  private CostLines() {}

  /** An amount as silver holds it; null stays null. */
  static BigDecimal money(String amount) {
    return amount == null ? null : new BigDecimal(amount).setScale(18);
  }
}
