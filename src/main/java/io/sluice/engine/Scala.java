package io.sluice.engine;

import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Set;
import scala.collection.JavaConverters;
import scala.collection.immutable.List$;
import scala.collection.immutable.Map$;

/**
 * Collections for the Scala interfaces of Spark, Delta and Deequ, and back.
 *
 * <p>What is given to Scala is copied into immutable collections: Scala 2.12 takes any, 2.13 these
 * alone. What comes from Scala is wrapped, not copied.
 */
public final class Scala {
  private Scala() {}

  /** A copy for Scala, in the same order. */
  public static <T> scala.collection.immutable.List<T> seq(List<? extends T> list) {
    scala.collection.immutable.List<T> copy = List$.MODULE$.empty();
    ListIterator<? extends T> last = list.listIterator(list.size());
    while (last.hasPrevious()) {
      copy = copy.$colon$colon(last.previous());
    }
    return copy;
  }

  /** A copy for Scala. */
  public static <K, V> scala.collection.immutable.Map<K, V> map(Map<? extends K, ? extends V> map) {
    scala.collection.immutable.Map<K, V> copy = Map$.MODULE$.empty();
    for (Map.Entry<? extends K, ? extends V> entry : map.entrySet()) {
      copy = copy.updated(entry.getKey(), entry.getValue());
    }
    return copy;
  }

  /** A view from Java; it cannot be changed. */
  public static <T> List<T> list(scala.collection.Seq<T> seq) {
    return JavaConverters.seqAsJavaList(seq);
  }

  /** A view from Java; it cannot be changed. */
  public static <K, V> Map<K, V> javaMap(scala.collection.Map<K, V> map) {
    return JavaConverters.mapAsJavaMap(map);
  }

  /** A view from Java; it cannot be changed. */
  public static <T> Set<T> javaSet(scala.collection.Set<T> set) {
    return JavaConverters.setAsJavaSet(set);
  }
}
