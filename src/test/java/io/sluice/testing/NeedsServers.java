package io.sluice.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Marks a test class that starts an S3 server, a broker, a registry or MLflow: {@code make check}
 * leaves it to {@code make test}. A test holds that all of these are marked and no others.
 */
@Tag("servers")
@net.jqwik.api.Tag("servers")
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface NeedsServers {}
