package io.sluice.refine;

import io.sluice.testing.SmallContract;

/** Payments refer to invoices by account and number together, refunds to payments. */
final class PaymentContracts {
  static final String INVOICES =
      SmallContract.text(
          "invoices",
          """
          - {name: account, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
          - {name: number, logicalType: integer, physicalType: BIGINT, required: true, primaryKey: true, primaryKeyPosition: 2}
          """,
          arrival("invoices"));
  private static final String PAYMENTS =
      SmallContract.text(
          "payments",
          """
          - {name: id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
          - {name: account, logicalType: string}
          - {name: number, logicalType: integer, physicalType: BIGINT}
          - {name: amount, logicalType: integer, physicalType: BIGINT, required: true, logicalTypeOptions: {minimum: 0}}
          - {name: iban, logicalType: string, classification: restricted, customProperties: [{property: protection, value: token}]}
          """,
          arrival("payments"));
  static final String REFUNDS =
      SmallContract.text(
          "refunds",
          """
          - {name: payment, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1, relationships: [{to: payments.id}]}
          """,
          arrival("refunds"));
  private static final String TOGETHER =
      "  relationships:\n"
          + "      - {from: [payments.account, payments.number], to: [invoices.account, invoices.number]}\n";

  private PaymentContracts() {}

  private static String arrival(String source) {
    return """
        - {property: orderingColumn, value: _arrived_at}
        - {property: quarantineLimit, value: 1}
        - property: arrivals
          value:
            - {name: files, format: csv, location: %s/}
        """
        .formatted(source);
  }

  /** The contract of payments with their reference, and checks. */
  static String payments(String checks) {
    return PAYMENTS.replace(
        "customProperties:\n  -", "  " + TOGETHER + checks + "customProperties:\n  -");
  }
}
