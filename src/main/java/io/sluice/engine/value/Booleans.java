package io.sluice.engine.value;

import java.util.List;
import java.util.Locale;
import org.apache.spark.unsafe.types.UTF8String;

/** {@code true} and {@code false} in any case, or exactly the texts that the format states. */
final class Booleans implements ValueReader {
  private static final long serialVersionUID = 1L;

  private final ValueFormat format;
  private final boolean isStandard;

  Booleans(ValueFormat format) {
    this.format = format;
    this.isStandard =
        format.trueValues().equals(ValueFormat.STANDARD.trueValues())
            && format.falseValues().equals(ValueFormat.STANDARD.falseValues());
  }

  @Override
  public Object read(UTF8String text) {
    Text value = Text.of(text);
    String stated = isStandard ? standard(value) : value.toString();
    if (format.trueValues().contains(stated)) {
      return true;
    }
    return format.falseValues().contains(stated) ? false : null;
  }

  private static String standard(Text value) {
    return value.length() > 5 ? "" : value.toString().toLowerCase(Locale.ROOT);
  }

  @Override
  public String expected() {
    return "one of " + named(format.trueValues()) + " (true), " + named(format.falseValues());
  }

  private static String named(List<String> values) {
    return String.join(", ", values);
  }
}
