package io.sluice.demo.purchaseorders;

/**
 * What a record says of its line.
 *
 * @param quantity in 1/1000 of the item's unit
 * @param price in 1/10000 of the currency's unit
 * @param updatedAt seconds since 1970
 * @param defect the one thing that is wrong with the record, or null
 * @param variant chooses among the shapes of a defect and of untidy but honest text
 */
record LineVersion(
    long quantity, long price, String status, long updatedAt, LineDefect defect, int variant) {

  /**
   * The amount in cents: quantity times price, rounded half away from zero as SQL's {@code round}
   * does.
   */
  long amount() {
    long exact = quantity * price;
    return (exact + (exact < 0 ? -50_000 : 50_000)) / 100_000;
  }

  boolean cancelled() {
    return status.equals("cancelled");
  }
}
