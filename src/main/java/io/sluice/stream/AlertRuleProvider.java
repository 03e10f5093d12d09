package io.sluice.stream;

import java.util.List;

/**
 * A domain's alert rules. {@link java.util.ServiceLoader} finds the implementations by {@code
 * META-INF/services}.
 */
public interface AlertRuleProvider {
  List<AlertRule> alertRules();
}
