package io.sluice.contract;

import io.sluice.contract.Field.Bounds;
import io.sluice.contract.Field.Presence;
import io.sluice.engine.value.ValueFormat;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * What a value must be: a field's, or one inside it.
 *
 * @param type its type, nested ones whole
 * @param format how the source writes it
 * @param accepted the values it may have; none for any
 * @param bounds for a list {@code minLength} and {@code maxLength} count its items
 * @param inner of a struct its members in the type's order, of a list its items, of a map its keys
 *     and its values; none for a plain value
 */
public record Shape(
    DataType type,
    ValueFormat format,
    Presence presence,
    List<String> accepted,
    Bounds bounds,
    List<Shape> inner)
    implements Serializable {

  public Shape {
    accepted = List.copyOf(accepted);
    inner = List.copyOf(inner);
  }

  /** A plain value of which nothing is known but its type. */
  public static Shape of(DataType type) {
    return new Shape(
        type, ValueFormat.STANDARD, Presence.OPTIONAL, List.of(), Bounds.NONE, List.of());
  }

  public boolean isRequired() {
    return presence == Presence.REQUIRED;
  }

  /** Whether it is an object, a list or a map. */
  public boolean isNested() {
    return FieldTypes.isNested(type);
  }

  /** The name of a struct's member. */
  public String member(int index) {
    return ((StructType) type).fields()[index].name();
  }
}
