package io.sluice.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.sluice.demo.server.S3Server;
import io.sluice.testing.LocalKafka;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.MlflowServer;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.TestMethodOrder;

/** Each test class runs by itself, in any order, and says whether it needs servers. */
@AnalyzeClasses(packages = "io.sluice", importOptions = ImportOption.OnlyIncludeTests.class)
class TestShapeTest {
  private static final DescribedPredicate<JavaClass> A_TEST_CLASS =
      describe(
          "are test classes",
          javaClass ->
              javaClass.getPackageName().startsWith("io.sluice.")
                  && (javaClass.getSimpleName().endsWith("Test")
                      || javaClass.getSimpleName().endsWith("Properties")));

  @ArchTest
  static final ArchRule methodsRunInAnyOrder =
      noClasses()
          .should()
          .beAnnotatedWith(TestMethodOrder.class)
          .because("a test that needs another before it is one test of several steps");

  @ArchTest
  static final ArchRule noTestUsesAnother =
      noClasses()
          .should(
              new ArchCondition<JavaClass>("use what stands in another test class") {
                @Override
                public void check(JavaClass javaClass, ConditionEvents events) {
                  for (Dependency one : javaClass.getDirectDependenciesFromSelf()) {
                    JavaClass other = outermost(one.getTargetClass());
                    events.add(
                        new SimpleConditionEvent(
                            one,
                            A_TEST_CLASS.test(other) && !other.equals(outermost(javaClass)),
                            one.getDescription()));
                  }
                }
              })
          .because("what tests share stands in io.sluice.testing, or in a class of its own");

  @ArchTest
  static final ArchRule thoseThatNeedServersSaySo =
      classes()
          .that(A_TEST_CLASS)
          .should(
              new ArchCondition<JavaClass>(
                  "be @NeedsServers if it starts a server, and only then") {
                @Override
                public void check(JavaClass javaClass, ConditionEvents events) {
                  boolean starts = startsServers(javaClass, new HashSet<>());
                  events.add(
                      new SimpleConditionEvent(
                          javaClass,
                          starts == javaClass.isAnnotatedWith(NeedsServers.class),
                          javaClass.getName()
                              + (starts ? " starts servers" : " starts no server")
                              + " and has the wrong mark"));
                }
              })
          .because("`make check` runs all tests but those");

  private static JavaClass outermost(JavaClass javaClass) {
    return javaClass.getEnclosingClass().map(TestShapeTest::outermost).orElse(javaClass);
  }

  /** Whether a class, or a class of the tests that it uses, asks for a server. */
  private static boolean startsServers(JavaClass javaClass, Set<String> seen) {
    if (!seen.add(javaClass.getName())) {
      return false;
    }
    boolean asks =
        javaClass.getMethodCallsFromSelf().stream()
            .anyMatch(
                call ->
                    Set.of("server", "get").contains(call.getName())
                            && call.getTargetOwner().isEquivalentTo(LocalSpark.class)
                        || call.getName().equals("open")
                            && call.getTargetOwner().isEquivalentTo(TestLake.class)
                        || call.getName().equals("start")
                            && (call.getTargetOwner().isEquivalentTo(MlflowServer.class)
                                || call.getTargetOwner()
                                    .getPackageName()
                                    .equals(S3Server.class.getPackageName()))
                        || call.getTargetOwner().isEquivalentTo(LocalKafka.class));
    return asks
        || javaClass.getDirectDependenciesFromSelf().stream()
            .map(Dependency::getTargetClass)
            .filter(TestShapeTest::isOfTheTests)
            .anyMatch(other -> startsServers(other, seen));
  }

  /** Helpers between the tests and the servers: what stands beside the test classes. */
  private static boolean isOfTheTests(JavaClass javaClass) {
    return javaClass.getPackageName().startsWith("io.sluice.")
        && !javaClass.getPackageName().equals(TestLake.class.getPackageName())
        && javaClass.getSource().stream()
            .anyMatch(source -> source.getUri().getPath().contains("/test-classes/"));
  }
}
