package io.sluice.engine;

/**
 * A valid row at hand, with what tells it from other rows and versions.
 *
 * @param row the whole row
 * @param day the value of the table's partition column as a {@link java.sql.Date}; null without one
 * @param hash of the key: equal for equal ones, and hardly ever for others
 * @param key the key's values: equal to another's exactly if the keys are
 * @param ordering the ordering value in Spark's internal form; compare by {@link KeyReader#order}
 * @param arrivedAt when its file or batch arrived, in microseconds
 * @param file the file or topic partition that it stood in, as UTF-8 bytes compare
 * @param position where it began in it
 * @param content of what the row says: equal for equal ones, and hardly ever for others
 */
public record KeyedRow(
    LocalRows.LocalRow row,
    Object day,
    long hash,
    Object key,
    Object ordering,
    long arrivedAt,
    Comparable<Object> file,
    long position,
    long content) {}
