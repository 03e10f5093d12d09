package io.sluice.contract;

import java.util.List;

/**
 * That the values of some of a source's fields stand together in a row of another source's silver
 * table. A row in which one of them is null refers to nothing, as in SQL.
 *
 * @param fields the source's, one or several
 * @param source the other source, its parent
 * @param to the parent's fields, one for each
 */
public record Reference(List<String> fields, String source, List<String> to) {

  /** The fields as the reasons of broken rows name them. */
  public String name() {
    return String.join(",", fields);
  }

  /** What it refers to, for people: {@code vendors.id} or {@code invoices.(account, number)}. */
  public String target() {
    return source + "." + listed(to);
  }

  /** One name, or several in brackets. */
  static String listed(List<String> names) {
    return names.size() == 1 ? names.get(0) : "(" + String.join(", ", names) + ")";
  }
}
