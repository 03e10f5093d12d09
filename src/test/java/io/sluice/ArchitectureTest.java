package io.sluice;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.sluice.generate.SourceGenerator;
import io.sluice.mart.Mart;
import io.sluice.model.Model;

/** Holds the package rules of ARCHITECTURE.md. */
@AnalyzeClasses(packages = "io.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] DOMAINS = {
    "io.sluice.purchaseorders..",
    "io.sluice.calls..",
    "io.sluice.cloudcosts..",
    "io.sluice.transactions.."
  };

  @ArchTest
  static final ArchRule onlyTableTouchesDelta =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.sluice.table..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.delta..", "org.apache.spark.sql.delta..");

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
          .resideOutsideOfPackage("io.sluice.kafka..")
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
  static final ArchRule modelsAreListed =
      classes()
          .that()
          .implement(Model.class)
          .should(
              com.tngtech.archunit.lang.conditions.ArchConditions.be(
                  com.tngtech.archunit.base.DescribedPredicate.describe(
                      "listed in Models",
                      (JavaClass model) ->
                          Models.ALL.stream()
                              .anyMatch(
                                  one -> one.getClass().getName().equals(model.getFullName())))));

  @ArchTest
  static final ArchRule onePlaceOpensSessions =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.sluice.settings.Session")
          .should()
          .callMethod(org.apache.spark.sql.SparkSession.class, "builder");

  @ArchTest
  static final ArchRule onePlaceExits =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.sluice.Sluice")
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
              "io.sluice.ops..",
              "io.sluice.landing..",
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
      classes()
          .that()
          .implement(Mart.class)
          .should(
              com.tngtech.archunit.lang.conditions.ArchConditions.be(
                  com.tngtech.archunit.base.DescribedPredicate.describe(
                      "listed in Marts",
                      (JavaClass mart) ->
                          mart.getModifiers().contains(JavaModifier.ABSTRACT)
                              || Marts.ALL.stream()
                                  .anyMatch(
                                      one ->
                                          one.getClass().getName().equals(mart.getFullName())))));

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      SlicesRuleDefinition.slices().matching("io.sluice.(*)..").should().beFreeOfCycles();
}
