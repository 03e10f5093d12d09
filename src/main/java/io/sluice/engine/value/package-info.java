/**
 * The one place that turns text into values: a documented grammar for each type, in Spark's
 * internal form. No value is rounded, cut, completed or guessed; what does not fit is told.
 */
package io.sluice.engine.value;
