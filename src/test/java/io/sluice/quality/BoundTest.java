package io.sluice.quality;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.quality.Bound.Operator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds which of some numbers are within each bound, its own numbers among them. */
class BoundTest {
  private static final List<Double> NUMBERS = List.of(0.0, 1.0, 1.5, 3.0, 4.0);

  static Stream<Arguments> bounds() {
    return Stream.of(
        arguments(Operator.EQUAL, List.of(1.5), List.of(1.5), "= 1.5"),
        arguments(Operator.NOT_EQUAL, List.of(1.5), List.of(0.0, 1.0, 3.0, 4.0), "<> 1.5"),
        arguments(Operator.GREATER, List.of(1.5), List.of(3.0, 4.0), "> 1.5"),
        arguments(Operator.GREATER_OR_EQUAL, List.of(1.5), List.of(1.5, 3.0, 4.0), ">= 1.5"),
        arguments(Operator.LESS, List.of(1.5), List.of(0.0, 1.0), "< 1.5"),
        arguments(Operator.LESS_OR_EQUAL, List.of(1.5), List.of(0.0, 1.0, 1.5), "<= 1.5"),
        arguments(Operator.BETWEEN, List.of(1.0, 3.0), List.of(1.5), "> 1 and < 3"),
        arguments(
            Operator.NOT_BETWEEN, List.of(1.0, 3.0), List.of(0.0, 1.0, 3.0, 4.0), "<= 1 or >= 3"));
  }

  @ParameterizedTest
  @MethodSource("bounds")
  void holds(Operator operator, List<Double> numbers, List<Double> expected, String text) {
    Bound bound = new Bound(operator, numbers);
    assertEquals(expected, NUMBERS.stream().filter(bound::holds).toList());
    assertEquals(text, bound.text());
  }
}
