package io.sluice.mart;

import java.util.List;

/**
 * A domain's marts that are Java classes. {@link java.util.ServiceLoader} finds the implementations
 * by {@code META-INF/services}.
 */
public interface MartProvider {
  List<Mart> marts();
}
