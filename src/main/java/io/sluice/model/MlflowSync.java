package io.sluice.model;

import io.sluice.run.RunContext;
import io.sluice.settings.Key;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads models from the registry and shows them in MLflow, if an environment has one.
 *
 * <p>The lake is the truth: a server that is dead or refuses costs a warning and a few seconds,
 * never a run, and the next run makes what is missing.
 */
public final class MlflowSync {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private MlflowSync() {}

  /** Makes in MLflow what is missing of some models; does nothing without {@code mlflow.url}. */
  public static void catchUp(RunContext context, List<Model> models) {
    String url = context.settings().get(Key.MLFLOW_URL);
    if (url.isEmpty()) {
      return;
    }
    Mlflow mlflow =
        new Mlflow(
            url,
            context.settings().get(Key.MLFLOW_USER),
            context.settings().get(Key.MLFLOW_TOKEN),
            context.settings().environment());
    ModelRegistry registry = new ModelRegistry(context.spark(), context.lake(), Clock.systemUTC());
    for (Model model : models) {
      try {
        mlflow.catchUp(model, registry);
      } catch (Exception e) {
        // Checked ones too, which Spark throws undeclared. The others would wait for the same
        // server.
        LOG.warn(
            "mlflow: {} is behind the lake, and the next run catches up: {}",
            model.name(),
            e.toString());
        return;
      }
    }
  }
}
