package io.sluice.engine;

/**
 * Where a column's values come from.
 *
 * @param column the column written
 * @param location the table or folder read
 * @param field the column read there
 * @param how the expression that makes it; empty if it is taken as it is
 * @param masked whether the values can no longer be read
 */
public record ColumnOrigin(
    String column, String location, String field, String how, boolean masked) {}
