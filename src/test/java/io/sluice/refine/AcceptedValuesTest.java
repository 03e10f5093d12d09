package io.sluice.refine;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Reference;
import io.sluice.run.RunContext;
import io.sluice.table.TableTransaction;
import io.sluice.testing.LocalLake;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What another source's silver accepts, from version to version, within so many bytes. */
class AcceptedValuesTest {
  @TempDir private Path folder;
  private RunContext context;
  private SilverTable shops;

  @BeforeEach
  void openLake() {
    context =
        LocalLake.open(
            folder,
            Path.of("src/test/resources/contracts/versions"),
            Map.of("kafka.servers", "127.0.0.1:1"));
    shops = new SilverTable(context, context.contracts().get("shops"));
  }

  private TableTransaction begin() {
    return TableTransaction.begin(shops.table(), shops.spec());
  }

  private void add(int from, int until, int files) {
    begin()
        .append(
            context
                .spark()
                .range(from, until)
                .selectExpr("concat('s', id) as shop", "id as floors")
                .repartition(files))
        .publish(SaveMode.Append, "{}");
  }

  private AcceptedValues values(long most) {
    return new AcceptedValues(
        context,
        new Reference(List.of("shop"), "shops", List.of("shop")),
        List.of(DataTypes.StringType),
        most);
  }

  private static Set<Object> shops(int... numbers) {
    return IntStream.of(numbers)
        .mapToObj(number -> UTF8String.fromString("s" + number))
        .collect(Collectors.toSet());
  }

  private static Optional<Set<Object>> found(int... numbers) {
    return Optional.of(shops(numbers));
  }

  @Test
  void thereIsNothingToTellByUntilTheTableIsThere() {
    assertEquals(Optional.empty(), values(1_000_000).among(shops(1)));
  }

  @Test
  void aValueThatHasJustComeIsFound() {
    add(0, 10, 1);
    AcceptedValues values = values(1_000_000);
    assertEquals(found(1, 9), values.among(shops(1, 9, 12)));

    add(10, 20, 1);

    assertEquals(found(1, 9, 12), values.among(shops(1, 9, 12)));
    assertEquals(found(19), values.among(shops(19, 20)));
  }

  @Test
  void aValueThatIsGoneIsNotFoundWhereTheNewestVersionTells() {
    add(0, 10, 1);
    AcceptedValues values = values(1_000_000);
    assertEquals(found(1, 2), values.among(shops(1, 2)));

    begin().discard(col("floors").equalTo(1)).publish(SaveMode.Append, "{}");

    // This JVM has made the commit, so it knows of it.
    assertEquals(found(2), values.among(shops(1, 2)));
  }

  @Test
  void theBytesAreNeverExceededAndEachAnswerIsRight() {
    add(0, 1000, 1);
    AcceptedValues values = values(2_000);
    for (int i = 0; i < 1000; i += 100) {
      assertEquals(found(i, 999 - i), values.among(shops(i, 999 - i, 1000 + i)));
      assertTrue(values.bytes() <= 2_000, values.bytes() + " bytes");
    }
  }

  @Test
  void aTableOfManyFilesIsAskedForTheValuesWanted() {
    add(0, 200, 70);
    AcceptedValues values = values(1_000_000);
    assertEquals(found(1, 199), values.among(shops(1, 199, 200)));
    assertTrue(values.bytes() < 1_000, "only what was asked for is kept");
  }

  /** Of a table whose files are read in this thread, and of one that is asked by a job. */
  @ParameterizedTest
  @ValueSource(ints = {1, 70})
  void valuesOfSeveralColumnsMustStandInOneRow(int files) {
    add(0, 200, files);
    begin()
        .append(context.spark().sql("select 's500' as shop, cast(null as bigint) as floors"))
        .publish(SaveMode.Append, "{}");
    AcceptedValues values =
        new AcceptedValues(
            context,
            new Reference(List.of("floor", "shop"), "shops", List.of("floors", "shop")),
            List.of(DataTypes.LongType, DataTypes.StringType),
            1_000_000);
    Object held = List.of(7L, UTF8String.fromString("s7"));
    Object crossed = List.of(7L, UTF8String.fromString("s8"));
    assertEquals(Optional.of(Set.of(held)), values.among(Set.of(held, crossed)));
    assertEquals(Optional.of(Set.of(held)), values.among(Set.of(held, crossed)), "as it is kept");
    assertTrue(values.bytes() >= (files == 1 ? 200 * 300 : 300), values.bytes() + " bytes");
  }

  @Test
  void realNumbersAreComparedBySparkAlone() {
    assertTrue(AcceptedValues.isTold(DataTypes.createDecimalType(12, 2)));
    assertFalse(AcceptedValues.isTold(DataTypes.DoubleType));
    assertFalse(AcceptedValues.isTold(DataTypes.BinaryType));
  }
}
