package io.sluice.contract;

import io.sluice.contract.Field.Bounds;
import io.sluice.contract.Field.Role;
import io.sluice.engine.value.BoundedPattern;
import io.sluice.engine.value.ValueFormat;
import io.sluice.engine.value.ValueReader;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/** Judges one typed field by itself: that type, key, protection and bounds fit together. */
final class FieldRules {
  private static final Set<String> CLASSIFICATIONS =
      Set.of("public", "internal", "confidential", "restricted");

  private final FileErrors errors;
  private final Contract contract;

  FieldRules(FileErrors errors, Contract contract) {
    this.errors = errors;
    this.contract = contract;
  }

  /** Adds an error for each rule that the field breaks. */
  void judge(Field field, String place) {
    judgeProtection(field, place);
    judgeKey(field, place);
    judgePartition(field, place);
    ContractRules.judgeExpression(field.expression(), place + ".transformLogic", errors);
    judgeShape(field.shape(), place);
  }

  private void judgeProtection(Field field, String place) {
    if (!CLASSIFICATIONS.contains(field.classification())) {
      errors.add(place + ".classification", "must be public, internal, confidential or restricted");
    }
    if (field.classification().equals("restricted") != field.isProtected()) {
      errors.add(
          place + ".classification", "restricted and a protection (token, encrypt) go together");
    }
    if (field.isProtected() && !field.type().equals(DataTypes.StringType)) {
      errors.add(place + ".logicalType", "a protected field must be a string");
    }
  }

  private void judgeKey(Field field, String place) {
    if (field.isKey() && !field.isRequired()) {
      errors.add(place + ".required", "a key field must be required");
    }
    if (field.isKey() && FieldTypes.isNested(field.type())) {
      errors.add(place + ".logicalType", "a key field must have a plain type");
    }
  }

  private void judgePartition(Field field, String place) {
    if (field.role() != Role.PARTITION) {
      return;
    }
    if (contract.isKeyless()) {
      if (!field.type().equals(DataTypes.DateType) || !field.isRequired()) {
        errors.add(place + ".partitioned", "the partition field must be a date and required");
      }
    } else if (!field.type().equals(DataTypes.DateType) || !field.isKey()) {
      errors.add(place + ".partitioned", "the partition field must be a date and part of the key");
    }
    if (field.isProtected()) {
      errors.add(place + ".classification", "the partition field cannot be protected");
    }
  }

  private void judgeShape(Shape shape, String place) {
    shape.accepted().forEach(value -> judgeLiteral(value, shape.type(), place + ".enum"));
    String options = place + ".logicalTypeOptions";
    judgeBounds(shape.bounds(), shape.type(), options);
    if (shape.format().pattern() != null) {
      try {
        ValueReader.of(shape.type(), shape.format());
      } catch (IllegalArgumentException e) {
        errors.add(options + ".format", "is no pattern of dates and times: " + e.getMessage());
      }
    }
    Set<String> members = new HashSet<>();
    for (int i = 0; i < shape.inner().size(); i++) {
      String inside = place + "[" + i + "]";
      if (shape.type() instanceof StructType) {
        String member = shape.member(i);
        inside = place + ".properties[" + i + "] (" + member + ")";
        // Names of a table's columns do not tell case apart, and Parquet refuses these characters.
        if (!members.add(member.toLowerCase(Locale.ROOT))) {
          errors.add(inside + ".name", member + " is stated twice");
        }
        if (member.isBlank() || !member.matches("[^ ,;{}()\n\t=]+")) {
          errors.add(inside + ".name", "must hold none of blank , ; { } ( ) =");
        }
      }
      judgeShape(shape.inner().get(i), inside);
    }
  }

  private void judgeBounds(Bounds bounds, DataType type, String place) {
    judgeLiteral(bounds.minimum(), type, place + ".minimum");
    judgeLiteral(bounds.maximum(), type, place + ".maximum");
    judgeLiteral(bounds.above(), type, place + ".exclusiveMinimum");
    judgeLiteral(bounds.below(), type, place + ".exclusiveMaximum");
    if (bounds.pattern() != null) {
      try {
        new BoundedPattern(bounds.pattern());
      } catch (PatternSyntaxException e) {
        errors.add(place + ".pattern", "is no regular expression: " + e.getDescription());
      }
    }
  }

  private void judgeLiteral(String text, DataType type, String place) {
    literalError(text, type).ifPresent(why -> errors.add(place, why));
  }

  /** Why a text is no value of a plain type; null is one, and of what has members anything is. */
  static Optional<String> literalError(String text, DataType type) {
    if (text == null || FieldTypes.isNested(type)) {
      return Optional.empty();
    }
    ValueReader reader = ValueReader.of(type, ValueFormat.STANDARD);
    return reader.read(UTF8String.fromString(text)) != null
        ? Optional.empty()
        : Optional.of(
            text
                + " is no "
                + type.sql().toLowerCase(Locale.ROOT)
                + "; expected is "
                + reader.expected());
  }
}
