package io.sluice;

import io.sluice.model.Mlflow;
import io.sluice.model.Model;
import io.sluice.model.Registry;
import io.sluice.settings.Key;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows models in MLflow, if an environment has one.
 *
 * <p>The lake is the truth: a server that is dead or refuses costs a warning and a few seconds,
 * never a run, and the next run makes what is missing.
 */
final class Mirror {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private Mirror() {}

  static void show(Workplace place, List<Model> models) {
    String url = place.settings().get(Key.MLFLOW_URL);
    if (url.isEmpty()) {
      return;
    }
    Mlflow mlflow =
        new Mlflow(
            url,
            place.settings().get(Key.MLFLOW_USER),
            place.settings().get(Key.MLFLOW_TOKEN),
            place.settings().environment());
    Registry registry = new Registry(place.spark(), place.lake(), Clock.systemUTC());
    for (Model model : models) {
      try {
        mlflow.catchUp(model, registry);
      } catch (IOException | RuntimeException e) {
        // The others would wait for the same server.
        LOG.warn(
            "mlflow: {} is behind the lake, and the next run catches up: {}",
            model.name(),
            e.toString());
        return;
      }
    }
  }
}
