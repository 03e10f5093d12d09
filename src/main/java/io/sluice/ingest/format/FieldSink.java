package io.sluice.ingest.format;

import io.sluice.contract.GivenColumns;
import io.sluice.contract.SchemaPolicy;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Takes the fields of one record after another: wanted ones go to their place, others are kept by
 * name or left out as the contract's schema policy says, values that mean null are left out. A name
 * comes once in a record.
 */
public final class FieldSink {
  private final SchemaPolicy policy;
  private final Map<String, Integer> places = new HashMap<>();
  private final Set<UTF8String> nulls = new HashSet<>();
  private final boolean keepsUnknown;
  private UTF8String[] values;
  private BitSet quoted;
  private List<UTF8String> names;
  private List<UTF8String> extras;

  FieldSink(WantedFields wanted) {
    this.policy = wanted.policy();
    this.keepsUnknown =
        policy.added() != SchemaPolicy.Added.IGNORE
            || wanted.columns().contains(GivenColumns.OTHERS);
    for (int i = 0; i < wanted.columns().size(); i++) {
      places.put(wanted.columns().get(i), i);
    }
    wanted.arrival().nullValues().forEach(text -> nulls.add(UTF8String.fromString(text)));
    begin();
  }

  /** Forgets the record before. */
  void begin() {
    values = new UTF8String[places.size()];
    quoted = new BitSet();
    names = new ArrayList<>(0);
    extras = new ArrayList<>(0);
  }

  /** The place of a column among those that are wanted; -1 if it is none of them. */
  public int place(String column) {
    return places.getOrDefault(column, -1);
  }

  /** Whether the value of a place is of any use. */
  public boolean takes(int place) {
    return place >= 0 || keepsUnknown;
  }

  /** Takes a field by its name; null for no value. */
  public void put(String name, UTF8String value) {
    int place = place(name);
    if (takes(place) && isValue(value)) {
      put(place, place < 0 ? UTF8String.fromString(name) : null, value);
    }
  }

  /**
   * Takes a field that its format marks as text, such as a JSON string: it is no object and no
   * list, whatever stands in it.
   */
  public void putQuoted(String name, UTF8String value) {
    put(name, value);
    int place = place(name);
    if (place >= 0) {
      quoted.set(place);
    }
  }

  /**
   * Takes a field by its place; null for no value.
   *
   * @param name its name; read only if the place is -1
   */
  public void putAt(int place, UTF8String name, UTF8String value) {
    if (takes(place) && isValue(value)) {
      put(place, name, value);
    }
  }

  private boolean isValue(UTF8String value) {
    return value != null && !nulls.contains(value);
  }

  private void put(int place, UTF8String name, UTF8String value) {
    if (place >= 0) {
      values[place] = value;
    } else {
      names.add(name);
      extras.add(value);
    }
  }

  /** The record's fields, its own after that. */
  RawRecord record() {
    if (!names.isEmpty() && policy.added() == SchemaPolicy.Added.STOP) {
      String unknown = names.stream().map(UTF8String::toString).collect(Collectors.joining(", "));
      return RawRecord.broken(
          new BrokenRecordException(
              names.get(0).toString(),
              "added",
              "the contract knows no column" + (names.size() > 1 ? "s " : " ") + unknown));
    }
    return new RawRecord(values, quoted, names, extras);
  }
}
