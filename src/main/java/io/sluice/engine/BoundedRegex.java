package io.sluice.engine;

import io.sluice.engine.value.BoundedPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.RLike;
import org.apache.spark.sql.catalyst.expressions.RegExpExtract;
import org.apache.spark.sql.catalyst.expressions.RegExpExtractAll;
import org.apache.spark.sql.catalyst.expressions.RegExpInStr;
import org.apache.spark.sql.catalyst.expressions.RegExpReplace;
import org.apache.spark.sql.catalyst.expressions.StringSplit;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.AbstractDataType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Spark's functions of regular expressions, with the same results, each of which ends: a pattern
 * that backtracks throws {@link BoundedPattern.TooManyStepsException} after some steps.
 */
public final class BoundedRegex {
  private static final ThreadLocal<BoundedPattern> LAST = new ThreadLocal<>();

  private BoundedRegex() {}

  /** An expression with these functions in place of Spark's. */
  static Expression in(Expression expression) {
    List<Expression> children = new ArrayList<>();
    Scala.list(expression.children()).forEach(child -> children.add(in(child)));
    Expression bounded =
        children.isEmpty() ? expression : expression.withNewChildren(Scala.seq(children));
    if (bounded instanceof RLike) {
      return call("find", bounded.dataType(), bounded);
    }
    if (bounded instanceof RegExpReplace) {
      return call("replace", bounded.dataType(), bounded);
    }
    if (bounded instanceof RegExpExtract) {
      return call("extract", bounded.dataType(), bounded);
    }
    if (bounded instanceof RegExpExtractAll) {
      return call("extractAll", bounded.dataType(), bounded);
    }
    if (bounded instanceof RegExpInStr) {
      return call("place", bounded.dataType(), bounded);
    }
    return bounded instanceof StringSplit ? call("split", bounded.dataType(), bounded) : bounded;
  }

  /**
   * Whether a whole text matches a pattern; false if that takes too many steps to tell, null of
   * null.
   */
  public static Column matches(Column text, String pattern) {
    return new Column(
        call(
            "matches",
            DataTypes.BooleanType,
            Scala.seq(List.of(text.expr(), functions.lit(pattern).expr()))));
  }

  private static Expression call(String method, DataType result, Expression of) {
    return call(method, result, Scala.seq(Scala.list(of.children())));
  }

  private static Expression call(
      String method, DataType result, scala.collection.immutable.Seq<Expression> arguments) {
    boolean nullIfAnyArgumentIs = true;
    boolean mayBeNull = false;
    boolean isDeterministic = true;
    return new StaticInvoke(
        BoundedRegex.class,
        result,
        method,
        arguments,
        Scala.seq(List.<AbstractDataType>of()),
        nullIfAnyArgumentIs,
        mayBeNull,
        isDeterministic);
  }

  private static BoundedPattern pattern(UTF8String regex) {
    String pattern = regex.toString();
    BoundedPattern last = LAST.get();
    if (last == null || !last.regex().equals(pattern)) {
      last = new BoundedPattern(pattern);
      LAST.set(last);
    }
    return last;
  }

  private static Matcher matcher(UTF8String text, UTF8String regex) {
    return pattern(regex).matcher(text.toString());
  }

  /** What {@link #matches(Column, String)} makes of one value. */
  public static boolean matches(UTF8String text, UTF8String regex) {
    return pattern(regex).matches(text.toString()).orElse(false);
  }

  /** {@code rlike}. */
  public static boolean find(UTF8String text, UTF8String regex) {
    return matcher(text, regex).find();
  }

  /** {@code regexp_replace}. */
  public static UTF8String replace(
      UTF8String text, UTF8String regex, UTF8String replacement, int position) {
    String source = text.toString();
    int from = position - 1;
    if (from != 0 && from >= source.length()) {
      return text;
    }
    Matcher matcher = matcher(text, regex);
    matcher.region(from, source.length());
    StringBuilder replaced = new StringBuilder();
    while (matcher.find()) {
      matcher.appendReplacement(replaced, replacement.toString());
    }
    matcher.appendTail(replaced);
    return UTF8String.fromString(replaced.toString());
  }

  /** {@code regexp_extract}: an empty text if nothing matches. */
  public static UTF8String extract(UTF8String text, UTF8String regex, int group) {
    Matcher matcher = matcher(text, regex);
    return matcher.find() ? group(matcher, group) : UTF8String.EMPTY_UTF8;
  }

  /** {@code regexp_extract_all}. */
  public static ArrayData extractAll(UTF8String text, UTF8String regex, int group) {
    Matcher matcher = matcher(text, regex);
    List<UTF8String> all = new ArrayList<>();
    while (matcher.find()) {
      all.add(group(matcher, group));
    }
    return new GenericArrayData(all.toArray());
  }

  private static UTF8String group(Matcher matcher, int group) {
    String text = matcher.group(group);
    return text == null ? UTF8String.EMPTY_UTF8 : UTF8String.fromString(text);
  }

  /** {@code regexp_instr}: the place from 1, 0 if nothing matches. */
  public static int place(UTF8String text, UTF8String regex, int group) {
    Matcher matcher = matcher(text, regex);
    return matcher.find() ? matcher.start() + 1 : 0;
  }

  /** {@code split}. */
  public static ArrayData split(UTF8String text, UTF8String regex, int limit) {
    if (regex.numBytes() == 0) {
      return new GenericArrayData((Object[]) text.split(regex, limit));
    }
    List<UTF8String> parts = new ArrayList<>();
    String source = text.toString();
    Matcher matcher = matcher(text, regex);
    int from = 0;
    while ((limit <= 0 || parts.size() < limit - 1) && matcher.find()) {
      // A match without any text at the very beginning parts nothing.
      if (matcher.end() > 0) {
        parts.add(UTF8String.fromString(source.substring(from, matcher.start())));
        from = matcher.end();
      }
    }
    parts.add(UTF8String.fromString(source.substring(from)));
    return new GenericArrayData(parts.toArray());
  }
}
