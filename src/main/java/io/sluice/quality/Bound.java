package io.sluice.quality;

import java.math.BigDecimal;
import java.util.List;

/**
 * Which numbers satisfy a check, as ODCS states it.
 *
 * @param numbers two in order for the operators of a range, one for the others
 */
public record Bound(Operator operator, List<Double> numbers) {

  /** How a number is compared. */
  public enum Operator {
    EQUAL("mustBe"),
    NOT_EQUAL("mustNotBe"),
    GREATER("mustBeGreaterThan"),
    GREATER_OR_EQUAL("mustBeGreaterOrEqualTo"),
    LESS("mustBeLessThan"),
    LESS_OR_EQUAL("mustBeLessOrEqualTo"),
    /** ODCS: as mustBeGreaterThan and mustBeLessThan together, so neither number is in between. */
    BETWEEN("mustBeBetween"),
    /** What {@link #BETWEEN} is not: both numbers satisfy it. */
    NOT_BETWEEN("mustNotBeBetween");

    private final String key;

    Operator(String key) {
      this.key = key;
    }

    /** Its name in ODCS. */
    public String key() {
      return key;
    }

    /** Whether it takes two numbers. */
    public boolean isRange() {
      return this == BETWEEN || this == NOT_BETWEEN;
    }
  }

  /** Whether a number is within the bound. */
  public boolean holds(double number) {
    double first = numbers.get(0);
    double last = numbers.get(numbers.size() - 1);
    return switch (operator) {
      case EQUAL -> number == first;
      case NOT_EQUAL -> number != first;
      case GREATER -> number > first;
      case GREATER_OR_EQUAL -> number >= first;
      case LESS -> number < first;
      case LESS_OR_EQUAL -> number <= first;
      case BETWEEN -> number > first && number < last;
      case NOT_BETWEEN -> number <= first || number >= last;
    };
  }

  /** The bound in signs, to stand behind a number. */
  String text() {
    String first = text(numbers.get(0));
    String last = text(numbers.get(numbers.size() - 1));
    return switch (operator) {
      case EQUAL -> "= " + first;
      case NOT_EQUAL -> "<> " + first;
      case GREATER -> "> " + first;
      case GREATER_OR_EQUAL -> ">= " + first;
      case LESS -> "< " + first;
      case LESS_OR_EQUAL -> "<= " + first;
      case BETWEEN -> "> " + first + " and < " + last;
      case NOT_BETWEEN -> "<= " + first + " or >= " + last;
    };
  }

  /** A number without places that say nothing. */
  static String text(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
