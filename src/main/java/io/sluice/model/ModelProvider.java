package io.sluice.model;

import java.util.List;

/**
 * A domain's models. {@link java.util.ServiceLoader} finds the implementations by {@code
 * META-INF/services}.
 */
public interface ModelProvider {
  List<Model> models();
}
