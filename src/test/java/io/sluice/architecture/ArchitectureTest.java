package io.sluice.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.sluice.demo.SourceGenerator;
import io.sluice.mart.Mart;
import io.sluice.mart.Marts;
import io.sluice.model.Model;
import io.sluice.model.Models;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.NumberFormat;
import java.text.SimpleDateFormat;
import java.time.format.DateTimeFormatter;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Holds the borders between packages that ARCHITECTURE.md states. */
@AnalyzeClasses(packages = "io.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] DOMAINS = {
    "io.sluice.purchaseorders..",
    "io.sluice.calls..",
    "io.sluice.cloudcosts..",
    "io.sluice.transactions.."
  };
  private static final String DEMO = "io.sluice.demo..";
  private static final int LONGEST_CLASS = 400;
  private static final int MOST_PARAMETERS = 6;

  @ArchTest
  static final ArchRule theRootPackageIsEmpty =
      noClasses().should().resideInAPackage("io.sluice").allowEmptyShould(true);

  @ArchTest
  static final ArchRule onlyEngineAndTableSeeSparksInternals =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.sluice.engine..", "io.sluice.table..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.spark.sql.catalyst..",
              "org.apache.spark.sql.execution..",
              "org.apache.spark.sql.internal..");

  @ArchTest
  static final ArchRule onlyTableTouchesDelta =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.table..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.delta..", "org.apache.spark.sql.delta..");

  @ArchTest
  static final ArchRule theLogStoresStandAlone =
      noClasses()
          .that()
          .resideInAPackage("io.sluice.table.store..")
          .should()
          .dependOnClassesThat(
              describe(
                  "are of any other package of the project",
                  (JavaClass one) ->
                      one.getPackageName().startsWith("io.sluice")
                          && !one.getPackageName().startsWith("io.sluice.table.store")));

  @ArchTest
  static final ArchRule onlyQualityTouchesDeequ =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.quality..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.amazon.deequ..", "software.amazon.glue..");

  @ArchTest
  static final ArchRule onlyLineageTouchesOpenLineage =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.lineage..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.openlineage..");

  @ArchTest
  static final ArchRule onlyKafkaTouchesKafkaClients =
      noClasses()
          .that()
          // The demo is a producer of its own, as those are who send to topics.
          .resideOutsideOfPackages("io.sluice.kafka..", "io.sluice.demo.stream..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.kafka..");

  @ArchTest
  static final ArchRule onlyModelsTouchMLlib =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.model..")
          .and()
          .resideOutsideOfPackages(DOMAINS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark.ml..", "org.apache.spark.mllib..");

  @ArchTest
  static final ArchRule onlyCommandsTouchPicocli =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.sluice.cli..", DEMO)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..");

  @ArchTest
  static final ArchRule onlyTheReportTouchesTemplates =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.report..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("gg.jte..");

  @ArchTest
  static final ArchRule theProductDoesNotSeeTheDemo =
      noClasses()
          .that()
          .resideOutsideOfPackage(DEMO)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(DEMO);

  @ArchTest
  static final ArchRule nobodySeesTheCommandLine =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.sluice.cli..", DEMO)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.sluice.cli..");

  /** Output is the same wherever it is made: a machine's language changes no number and no name. */
  @ArchTest
  static final ArchRule nothingDependsOnTheMachinesLanguage =
      noClasses()
          .should()
          .callMethod(String.class, "format", String.class, Object[].class)
          .orShould()
          .callMethod(String.class, "formatted", Object[].class)
          .orShould()
          .callMethod(String.class, "toLowerCase")
          .orShould()
          .callMethod(String.class, "toUpperCase")
          .orShould()
          .callMethod(PrintStream.class, "printf", String.class, Object[].class)
          .orShould()
          .callMethod(PrintStream.class, "format", String.class, Object[].class)
          .orShould()
          .callMethod(PrintWriter.class, "printf", String.class, Object[].class)
          .orShould()
          .callMethod(PrintWriter.class, "format", String.class, Object[].class)
          .orShould()
          .callMethod(DateTimeFormatter.class, "ofPattern", String.class)
          .orShould()
          .callConstructor(Formatter.class)
          .orShould()
          .callConstructor(DecimalFormat.class, String.class)
          .orShould()
          .callConstructor(SimpleDateFormat.class, String.class)
          .orShould()
          .callMethod(NumberFormat.class, "getInstance")
          .orShould()
          .callMethod(Locale.class, "getDefault");

  @ArchTest
  static final ArchRule onePlaceOpensSessions =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.sluice.settings.Session")
          .should()
          .callMethod(org.apache.spark.sql.SparkSession.class, "builder");

  @ArchTest
  static final ArchRule onlyMainClassesExit =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.sluice.cli.Sluice")
          .and()
          .doNotHaveFullyQualifiedName("io.sluice.demo.Laptop")
          .should()
          .callMethod(System.class, "exit", int.class);

  @ArchTest
  static final ArchRule domainsArePure =
      noClasses()
          .that()
          .resideInAnyPackage(DOMAINS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.sluice.table..",
              "io.sluice.settings..",
              "io.sluice.run..",
              "io.sluice.ingest..",
              "io.sluice.refine..",
              "io.sluice.engine..",
              "org.apache.hadoop..",
              "java.nio.file..",
              "java.time.Clock..");

  @ArchTest
  static final ArchRule domainsHaveNoClock =
      noClasses()
          .that()
          .resideInAnyPackage(DOMAINS)
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(java.time.LocalDate.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(org.apache.spark.sql.functions.class, "current_date")
          .orShould()
          .callMethod(org.apache.spark.sql.functions.class, "current_timestamp");

  @ArchTest
  static final ArchRule generatorsDoNotKnowSpark =
      noClasses()
          .that()
          .implement(SourceGenerator.class)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.spark..");

  @ArchTest
  static final ArchRule martsAreListed =
      classes().that().implement(Mart.class).should(beListed("a MartProvider", Marts.ALL));

  @ArchTest
  static final ArchRule modelsAreListed =
      classes().that().implement(Model.class).should(beListed("a ModelProvider", Models.ALL));

  @ArchTest
  static final ArchRule noMethodTakesManyParameters =
      ArchRuleDefinition.codeUnits()
          .that()
          .areDeclaredInClassesThat(
              describe("are written by hand", (JavaClass one) -> !one.isRecord() && !one.isEnum()))
          .and(describe("are no lambdas", (JavaCodeUnit unit) -> !unit.getName().contains("$")))
          .should(takeFewParameters());

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      SlicesRuleDefinition.slices().matching("io.sluice.(*)..").should().beFreeOfCycles();

  @Test
  void noClassIsLong() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      List<String> tooLong =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> lines(file) > LONGEST_CLASS)
              .map(file -> file.getFileName() + ": " + lines(file) + " lines")
              .toList();
      Assertions.assertEquals(List.of(), tooLong);
    }
  }

  private static long lines(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static ArchCondition<JavaClass> beListed(String where, List<?> all) {
    DescribedPredicate<JavaClass> listed =
        describe(
            "listed by " + where,
            one ->
                one.getModifiers().contains(JavaModifier.ABSTRACT)
                    || all.stream()
                        .anyMatch(there -> there.getClass().getName().equals(one.getFullName())));
    return ArchConditions.be(listed);
  }

  private static ArchCondition<JavaCodeUnit> takeFewParameters() {
    return new ArchCondition<>("take at most " + MOST_PARAMETERS + " parameters") {
      @Override
      public void check(JavaCodeUnit unit, ConditionEvents events) {
        int count = unit.getRawParameterTypes().size();
        events.add(
            new SimpleConditionEvent(
                unit, count <= MOST_PARAMETERS, unit.getFullName() + " takes " + count));
      }
    };
  }
}
