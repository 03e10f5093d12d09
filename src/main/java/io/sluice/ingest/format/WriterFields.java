package io.sluice.ingest.format;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;

/**
 * Holds the fields of a writer's schema against the raw columns that a contract reads as they
 * stand.
 *
 * @param of a writer's field by its name; null if it has none
 * @param fits whether values of a writer's field can become values of a type
 * @param named a writer's type, for people
 */
public record WriterFields<F>(
    Function<String, F> of, BiPredicate<F, DataType> fits, Function<F, String> named) {

  /**
   * Refuses a schema that the contract cannot be read from.
   *
   * @param id its number, for people
   * @param plain what the contract reads, by name
   * @throws BrokenRecordException with all fields that it lacks, or all whose values cannot fit
   */
  public void check(int id, Map<String, WantedFields.Plain> plain) throws BrokenRecordException {
    List<String> missing =
        names(plain, name -> plain.get(name).isNeeded() && of.apply(name) == null);
    if (!missing.isEmpty()) {
      throw new BrokenRecordException(
          one(missing), "missing", "schema " + id + " has no field " + String.join(", ", missing));
    }
    List<String> misfits =
        names(
            plain,
            name -> of.apply(name) != null && !fits.test(of.apply(name), plain.get(name).type()));
    if (!misfits.isEmpty()) {
      String all =
          misfits.stream()
              .map(
                  name ->
                      (misfits.size() == 1 ? "" : name + " as ")
                          + named.apply(of.apply(name))
                          + " where "
                          + plain.get(name).type().sql()
                          + " is read")
              .collect(Collectors.joining(", "));
      throw new BrokenRecordException(one(misfits), "type", "schema " + id + " has " + all);
    }
  }

  /** Whether a type holds numbers that are not whole. */
  public static boolean isFraction(DataType type) {
    return type instanceof DecimalType || type instanceof DoubleType || type instanceof FloatType;
  }

  private static List<String> names(
      Map<String, WantedFields.Plain> plain, java.util.function.Predicate<String> wanted) {
    Set<String> names = plain.keySet();
    return names.stream().filter(wanted).sorted().toList();
  }

  /** The only one of some fields; no name for several. */
  private static String one(List<String> fields) {
    return fields.size() == 1 ? fields.get(0) : "";
  }
}
