package io.sluice.refine;

import io.sluice.contract.Field.Bounds;
import io.sluice.contract.Shape;
import io.sluice.engine.value.BoundedPattern;
import io.sluice.engine.value.ValueFormat;
import io.sluice.engine.value.ValueReader;
import java.io.Serializable;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Judges a value by its enum, bounds, lengths and pattern, each compared as a value of its type.
 */
final class ValueJudge implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Shape shape;
  private final Set<Object> accepted = new HashSet<>();
  private final Object minimum;
  private final Object maximum;
  private final Object above;
  private final Object below;
  private final BoundedPattern pattern;

  ValueJudge(Shape shape) {
    this.shape = shape;
    Bounds bounds = shape.bounds();
    shape.accepted().forEach(text -> accepted.add(literal(text)));
    this.minimum = literal(bounds.minimum());
    this.maximum = literal(bounds.maximum());
    this.above = literal(bounds.above());
    this.below = literal(bounds.below());
    // The whole text matches, so a pattern's own alternatives need no brackets.
    this.pattern = bounds.pattern() == null ? null : new BoundedPattern(bounds.pattern());
  }

  /** A value of the contract's own, in the standard format; null for none. */
  private Object literal(String text) {
    return text == null
        ? null
        : ValueReader.of(shape.type(), ValueFormat.STANDARD).read(UTF8String.fromString(text));
  }

  /** Adds each rule that a plain value breaks; null breaks none. */
  void judge(Object value, String path, Findings findings) {
    if (value == null) {
      return;
    }
    if (!accepted.isEmpty() && !accepted.contains(value)) {
      findings.add(path, "enum", "must be one of " + shape.accepted());
    }
    Bounds bounds = shape.bounds();
    range(minimum != null && compare(value, minimum) < 0, path, ">= " + bounds.minimum(), findings);
    range(maximum != null && compare(value, maximum) > 0, path, "<= " + bounds.maximum(), findings);
    range(above != null && compare(value, above) <= 0, path, "> " + bounds.above(), findings);
    range(below != null && compare(value, below) >= 0, path, "< " + bounds.below(), findings);
    if (value instanceof UTF8String text) {
      judgeText(text, path, findings);
    }
  }

  private static void range(boolean isBroken, String path, String limit, Findings findings) {
    if (isBroken) {
      findings.add(path, "range", "must be " + limit);
    }
  }

  @SuppressWarnings("unchecked")
  private static int compare(Object value, Object bound) {
    return ((Comparable<Object>) value).compareTo(bound);
  }

  private void judgeText(UTF8String text, String path, Findings findings) {
    judgeLength(text, path, findings);
    if (pattern != null) {
      Optional<Boolean> matches = pattern.matches(text.toString());
      if (matches.isEmpty()) {
        findings.add(
            path, "pattern", "takes too long to match against " + shape.bounds().pattern());
      } else if (!matches.get()) {
        findings.add(path, "pattern", "must match " + shape.bounds().pattern());
      }
    }
  }

  private void judgeLength(UTF8String text, String path, Findings findings) {
    Bounds bounds = shape.bounds();
    if (bounds.minLength() != null || bounds.maxLength() != null) {
      judgeCount(text.numChars(), "characters", path, findings);
    }
  }

  /** Adds the rule if a value has too few or too many parts. */
  void judgeCount(int count, String parts, String path, Findings findings) {
    Bounds bounds = shape.bounds();
    if (bounds.minLength() != null && count < bounds.minLength()) {
      findings.add(path, "length", "must have at least " + bounds.minLength() + " " + parts);
    }
    if (bounds.maxLength() != null && count > bounds.maxLength()) {
      findings.add(path, "length", "must have at most " + bounds.maxLength() + " " + parts);
    }
  }
}
