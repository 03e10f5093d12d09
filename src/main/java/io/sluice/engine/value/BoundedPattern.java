package io.sluice.engine.value;

import java.io.Serializable;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A regular expression of {@link Pattern} that ends, whatever the text: one that backtracks is
 * given up after a number of steps. Cost: at most {@value #STEPS} characters looked at.
 */
public final class BoundedPattern implements Serializable {
  private static final long serialVersionUID = 1L;

  /** About a tenth of a second. */
  private static final int STEPS = 10_000_000;

  private final Pattern pattern;

  /**
   * @throws java.util.regex.PatternSyntaxException if it is no regular expression
   */
  public BoundedPattern(String regex) {
    this.pattern = Pattern.compile(regex);
  }

  /**
   * Whether the whole text matches; empty if that takes too many steps to tell.
   *
   * <p>Each step looks at a character, so a text that counts its characters' looks bounds them.
   */
  public Optional<Boolean> matches(String text) {
    try {
      return Optional.of(matcher(text).matches());
    } catch (TooManyStepsException | StackOverflowError e) {
      return Optional.empty();
    }
  }

  /** A match of the whole text, for its groups; empty if it does not match, or too slowly. */
  public Optional<Matcher> match(String text) {
    try {
      Matcher matcher = matcher(text);
      return matcher.matches() ? Optional.of(matcher) : Optional.empty();
    } catch (TooManyStepsException | StackOverflowError e) {
      return Optional.empty();
    }
  }

  /** The regular expression. */
  public String regex() {
    return pattern.pattern();
  }

  /**
   * A matcher that throws {@link TooManyStepsException} from whatever takes too many steps in all.
   */
  public Matcher matcher(String text) {
    return pattern.matcher(new CountedText(text, new int[1]));
  }

  /** A match that was given up. */
  public static final class TooManyStepsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyStepsException() {
      super("a regular expression backtracks without end", null, false, false);
    }
  }

  private record CountedText(CharSequence text, int[] steps) implements CharSequence {
    @Override
    public char charAt(int index) {
      if (++steps[0] > STEPS) {
        throw new TooManyStepsException();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new CountedText(text.subSequence(start, end), steps);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
