package io.sluice.testing;

/** The text of a contract of which a test states what it is about. */
public final class SmallContract {
  private static final String HEAD =
      """
      apiVersion: v3.2.0
      kind: DataContract
      id: %1$s
      name: %1$s
      version: 1.0.0
      status: active
      domain: tests
      description: {purpose: Tests.}
      team: {name: tests}
      schema:
        - name: %1$s
          logicalType: object
          physicalType: table
          properties:
      """;

  private SmallContract() {}

  /**
   * @param fields the entries of the list {@code properties}, a line each
   * @param properties the entries of the list {@code customProperties}
   */
  public static String text(String id, String fields, String properties) {
    return HEAD.formatted(id) + fields.indent(6) + "customProperties:\n" + properties.indent(2);
  }
}
