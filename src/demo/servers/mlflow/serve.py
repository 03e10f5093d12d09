"""MLflow's own server application, in one process and behind a token: TOKEN=... serve.py FOLDER PORT

`mlflow server` starts the same application in processes of its own, with services that nothing here asks for.
"""

import os
import sys

folder, port = sys.argv[1:]
os.environ.update(
    _MLFLOW_SERVER_FILE_STORE=f"sqlite:///{folder}/mlflow.db",
    _MLFLOW_SERVER_REGISTRY_STORE=f"sqlite:///{folder}/mlflow.db",
    _MLFLOW_SERVER_ARTIFACT_ROOT="mlflow-artifacts:/",
    _MLFLOW_SERVER_ARTIFACT_DESTINATION=f"{folder}/artifacts",
    _MLFLOW_SERVER_SERVE_ARTIFACTS="true",
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false",
    MLFLOW_DISABLE_TELEMETRY="true",
)
from mlflow.server import app  # noqa: E402
from mlflow.server.handlers import _get_tracking_store  # noqa: E402
from werkzeug.serving import run_simple  # noqa: E402


@app.before_request
def known():
    """What a proxy before a real server does."""
    from flask import request

    if request.path != "/health" and request.headers.get("Authorization") != f"Bearer {os.environ['TOKEN']}":
        return "who are you?", 401
    return None


# Makes the store's tables, before anybody waits for an answer.
_get_tracking_store()
run_simple("127.0.0.1", int(port), app, threaded=True)
