package io.sluice.contract;

import io.sluice.contract.Field.Bounds;
import io.sluice.contract.Field.Role;
import io.sluice.engine.Expressions;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** Judges one typed field by itself: that type, key, protection and bounds fit together. */
final class FieldRules {
  private static final Set<String> CLASSIFICATIONS =
      Set.of("public", "internal", "confidential", "restricted");

  private final FileErrors errors;

  FieldRules(FileErrors errors) {
    this.errors = errors;
  }

  /** Adds an error for each rule that the field breaks. */
  void judge(Field field, String place) {
    judgeProtection(field, place);
    judgeKey(field, place);
    judgePartition(field, place);
    ContractRules.judgeExpression(field.expression(), place + ".transformLogic", errors);
    field.accepted().forEach(value -> judgeLiteral(value, field.type(), place + ".enum"));
    judgeBounds(field.bounds(), field.type(), place + ".logicalTypeOptions");
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
    if (!field.type().equals(DataTypes.DateType) || !field.isKey()) {
      errors.add(place + ".partitioned", "the partition field must be a date and part of the key");
    }
    if (field.isProtected()) {
      errors.add(place + ".classification", "the partition field cannot be protected");
    }
  }

  private void judgeBounds(Bounds bounds, DataType type, String place) {
    judgeLiteral(bounds.minimum(), type, place + ".minimum");
    judgeLiteral(bounds.maximum(), type, place + ".maximum");
    judgeLiteral(bounds.above(), type, place + ".exclusiveMinimum");
    judgeLiteral(bounds.below(), type, place + ".exclusiveMaximum");
    if (bounds.pattern() != null) {
      try {
        Pattern.compile(bounds.pattern());
      } catch (PatternSyntaxException e) {
        errors.add(place + ".pattern", "is no regular expression: " + e.getDescription());
      }
    }
  }

  private void judgeLiteral(String text, DataType type, String place) {
    if (text != null && !FieldTypes.isNested(type) && !Expressions.isLiteral(text, type)) {
      errors.add(place, text + " is no " + type.sql().toLowerCase(Locale.ROOT));
    }
  }
}
