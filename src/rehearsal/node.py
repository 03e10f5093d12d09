"""The rehearsal's nodes, in place of kubelets: run the pods that the scheduler binds to them as containers of podman.

There is one on-demand node and one spot node, labelled and tainted as the manifests expect. Every pod is one container on
the host's network, with a loopback address of its own. What a pod of Spark or of its operator asks for is done: volumes,
service account tokens, variables, security context, preStop hooks, restarts, readiness, logs. What is not done is refused.

node.py FOLDER: kubeconfig and certificates are there; containers carry the label sluice.rehearsal=FOLDER.
"""

import base64
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

from kubernetes import client, config, watch

ROOT = pathlib.Path(sys.argv[1])
LABEL = f"sluice.rehearsal={ROOT}"
API = ("127.77.0.1", "443")
LOGS = ("127.77.0.2", 10250)
CAPACITY = "eks.amazonaws.com/capacityType"
NODES = {
    "on-demand": {"labels": {CAPACITY: "ON_DEMAND"}, "taints": []},
    "spot": {"labels": {CAPACITY: "SPOT"}, "taints": [{"key": "sluice.io/spot", "value": "true", "effect": "NoSchedule"}]},
}

config.load_kube_config(str(ROOT / "kubeconfig"))
core = client.CoreV1Api()
running: dict[str, "Pod"] = {}


def podman(*arguments, check=True):
    done = subprocess.run(["podman", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if check and done.returncode:
        raise RuntimeError(f"podman {arguments[0]}: {done.stdout}")
    return done.stdout


def again(what, seconds=60):
    """Does what depends on something that comes a moment later, such as the config map of a driver."""
    end = time.monotonic() + seconds
    while True:
        try:
            return what()
        except client.ApiException:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


class Pod(threading.Thread):
    count = 0

    def __init__(self, pod):
        super().__init__(daemon=True)
        Pod.count += 1
        self.pod = pod
        self.name, self.namespace, self.uid = pod.metadata.name, pod.metadata.namespace, pod.metadata.uid
        self.spec, self.container = pod.spec, pod.spec.containers[0]
        self.ip = f"127.77.{1 + Pod.count // 250}.{1 + Pod.count % 250}"
        self.folder = ROOT / "pods" / self.uid
        self.id = None
        self.restarts = 0
        self.deleted = threading.Event()

    def run(self):
        try:
            self.live()
        except Exception as e:
            print(f"{self.namespace}/{self.name}: {e!r}", flush=True)
            self.status("Failed", {"terminated": {"exitCode": 128, "reason": "NodeError", "message": str(e)[:1000]}})
        self.deleted.wait()
        try:
            core.delete_namespaced_pod(
                self.name,
                self.namespace,
                grace_period_seconds=0,
                body=client.V1DeleteOptions(preconditions=client.V1Preconditions(uid=self.uid)),
            )
        except client.ApiException as e:
            if e.status not in (404, 409):
                raise
        if self.id:
            podman("rm", "--force", self.id, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        running.pop(self.uid, None)

    def live(self):
        if len(self.spec.containers) != 1 or self.spec.init_containers:
            raise ValueError("a pod of more than one container")
        self.status("Pending", {"waiting": {"reason": "ContainerCreating"}})
        mounts = self.mounts()
        while not self.deleted.is_set():
            self.id = podman(*self.command(mounts)).strip().splitlines()[-1]
            state = {"running": {"startedAt": now()}}
            self.status("Running", state, ready=not self.container.readiness_probe)
            threading.Thread(target=self.until_ready, args=(self.id, state), daemon=True).start()
            code = int(podman("wait", self.id).strip())
            reason = "Completed" if code == 0 else "Error"
            state = {"terminated": {"exitCode": code, "reason": reason, "finishedAt": now()}}
            if self.spec.restart_policy == "Never" or self.deleted.is_set():
                self.status("Succeeded" if code == 0 else "Failed", state)
                return
            self.status("Running", {"waiting": {"reason": "CrashLoopBackOff"}})
            print(f"{self.namespace}/{self.name} ended with {code}:\n{podman('logs', '--tail', '5', self.id)}", flush=True)
            podman("rm", self.id)
            self.restarts += 1
            self.deleted.wait(10)

    def until_ready(self, container, state):
        probe = self.container.readiness_probe
        while probe and self.id == container and not self.deleted.is_set():
            time.sleep(0.5)
            try:
                urllib.request.urlopen(f"http://{self.ip}:{probe.http_get.port}{probe.http_get.path}", timeout=2).close()
            except OSError:
                continue
            self.status("Running", state)
            return

    def stop(self, grace):
        """Ends the container as a node does: the preStop hook, then SIGTERM, then SIGKILL."""
        if self.deleted.is_set():
            return
        self.deleted.set()
        if not self.id:
            return
        end = time.monotonic() + grace
        hook = self.container.lifecycle and self.container.lifecycle.pre_stop
        if hook and grace:
            try:
                subprocess.run(["podman", "exec", self.id, *hook._exec.command], timeout=grace, capture_output=True)
            except subprocess.TimeoutExpired:
                pass
        podman("stop", "--time", str(max(0, int(end - time.monotonic()))), self.id, check=False)

    def status(self, phase, state, ready=True):
        ready = ready and "running" in state
        ended = {"Succeeded": "PodCompleted", "Failed": "PodFailed"}.get(phase)
        body = {
            "phase": phase,
            "hostIP": LOGS[0],
            "podIP": self.ip,
            "podIPs": [{"ip": self.ip}],
            "startTime": self.pod.metadata.creation_timestamp.isoformat(),
            "conditions": [
                {"type": kind, "status": str(ready), "reason": ended} for kind in ("Ready", "ContainersReady")
            ],
            "containerStatuses": [
                {
                    "name": self.container.name,
                    "image": self.container.image,
                    "imageID": self.container.image,
                    "containerID": f"podman://{self.id}" if self.id else None,
                    "ready": ready,
                    "started": "running" in state,
                    "restartCount": self.restarts,
                    "state": state,
                }
            ],
        }
        try:
            core.patch_namespaced_pod_status(self.name, self.namespace, {"metadata": {"uid": self.uid}, "status": body})
        except client.ApiException as e:
            # It may be gone, and another of its name there.
            if e.status not in (404, 409):
                raise

    def mounts(self):
        """Makes the pod's volumes, and gives podman's options for them."""
        folders = {}
        for volume in self.spec.volumes or []:
            folder = folders[volume.name] = self.folder / volume.name
            folder.mkdir(parents=True)
            if volume.config_map:
                self.fill(folder, self.config_map(volume.config_map.name), volume.config_map.items)
            elif volume.secret:
                self.fill(folder, self.secret(volume.secret.secret_name), volume.secret.items)
            elif volume.projected:
                for source in volume.projected.sources:
                    if source.service_account_token:
                        self.fill(folder, {source.service_account_token.path: self.token(source.service_account_token)})
                    elif source.config_map:
                        self.fill(folder, self.config_map(source.config_map.name), source.config_map.items)
                    elif source.downward_api:
                        self.fill(folder, {i.path: self.field(i.field_ref.field_path) for i in source.downward_api.items})
                    else:
                        raise ValueError(f"volume {volume.name} projects what the node does not know")
            elif not volume.empty_dir:
                raise ValueError(f"volume {volume.name} is of a kind that the node does not know")
            else:
                # As a kubelet leaves it: whoever the container runs as may write.
                folder.chmod(0o777)
        options = []
        for mount in self.container.volume_mounts or []:
            if mount.sub_path or mount.sub_path_expr:
                raise ValueError(f"volume {mount.name} is mounted by a sub-path")
            options += ["--volume", f"{folders[mount.name]}:{mount.mount_path}:{'ro' if mount.read_only else 'rw'}"]
        return options

    @staticmethod
    def fill(folder, data, items=None):
        for key, path in [(i.key, i.path) for i in items] if items else [(key, key) for key in data]:
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            value = data[key]
            file.write_bytes(value if isinstance(value, bytes) else value.encode())
            file.chmod(0o444)

    def config_map(self, name):
        return again(lambda: core.read_namespaced_config_map(name, self.namespace)).data or {}

    def secret(self, name):
        data = again(lambda: core.read_namespaced_secret(name, self.namespace)).data or {}
        return {key: base64.b64decode(value) for key, value in data.items()}

    def token(self, source):
        request = {
            "spec": {
                "audiences": [source.audience] if source.audience else None,
                "expirationSeconds": 24 * 3600,
                "boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": self.name, "uid": self.uid},
            }
        }
        account = self.spec.service_account_name
        return again(lambda: core.create_namespaced_service_account_token(account, self.namespace, request)).status.token

    def field(self, path):
        known = {
            "metadata.name": self.name,
            "metadata.namespace": self.namespace,
            "metadata.uid": self.uid,
            "status.podIP": self.ip,
            "status.hostIP": LOGS[0],
            "spec.nodeName": self.spec.node_name,
        }
        return known[path.removeprefix("v1:")]

    def security(self, key):
        own = getattr(self.container.security_context, key, None) if self.container.security_context else None
        return own if own is not None else getattr(self.spec.security_context, key, None)

    def command(self, mounts):
        variables = {"KUBERNETES_SERVICE_HOST": API[0], "KUBERNETES_SERVICE_PORT": API[1]}

        def expanded(text):
            return re.sub(r"\$\((\w+)\)", lambda found: variables.get(found.group(1), found.group(0)), text)

        for variable in self.container.env or []:
            source = variable.value_from
            if source and source.field_ref:
                variables[variable.name] = self.field(source.field_ref.field_path)
            elif source and source.secret_key_ref:
                variables[variable.name] = self.secret(source.secret_key_ref.name)[source.secret_key_ref.key].decode()
            elif source:
                raise ValueError(f"variable {variable.name} comes from where the node does not know")
            else:
                variables[variable.name] = expanded(variable.value or "")
        options = ["--network", "host", "--label", LABEL, "--label", f"sluice.pod={self.namespace}/{self.name}"]
        locked = self.container.security_context
        if locked and locked.read_only_root_filesystem:
            options += ["--read-only", "--read-only-tmpfs=false"]
        if locked and locked.allow_privilege_escalation is False:
            options += ["--security-opt", "no-new-privileges"]
        for capability in (locked and locked.capabilities and locked.capabilities.drop) or []:
            options += ["--cap-drop", capability]
        if self.security("run_as_user") is not None:
            options += ["--user", f"{self.security('run_as_user')}:{self.security('run_as_group') or 0}"]
        for host, ip in self.hosts().items():
            options += ["--add-host", f"{host}:{ip}"]
        for name, value in variables.items():
            options += ["--env", f"{name}={value}"]
        if self.container.working_dir:
            options += ["--workdir", self.container.working_dir]
        command = self.container.command or []
        if command:
            options += ["--entrypoint", json.dumps([expanded(word) for word in command])]
        return ["run", "--detach", *options, *mounts, self.container.image, *map(expanded, self.container.args or [])]

    def hosts(self):
        """In place of the cluster's DNS: its own API server, and the services of this namespace that have no address."""
        hosts = {"kubernetes.default.svc": API[0], "kubernetes.default": API[0]}
        for service in core.list_namespaced_service(self.namespace).items:
            if service.spec.cluster_ip == "None" and service.spec.selector:
                for pod in list(running.values()):
                    labels = (pod.pod.metadata.labels or {}).items()
                    if pod.namespace == self.namespace and service.spec.selector.items() <= labels:
                        hosts[f"{service.metadata.name}.{self.namespace}.svc"] = pod.ip
        return hosts


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class Logs(http.server.BaseHTTPRequestHandler):
    """What the API server asks a node for: GET /containerLogs/NAMESPACE/POD/CONTAINER?tailLines=N"""

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        parts = url.path.strip("/").split("/")
        tail = urllib.parse.parse_qs(url.query).get("tailLines", ["all"])[0]
        pod = next((p for p in list(running.values()) if parts[:3] == ["containerLogs", p.namespace, p.name]), None)
        if not pod or not pod.id:
            self.send_error(404)
            return
        text = podman("logs", *([] if tail == "all" else ["--tail", tail]), pod.id, check=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(LOGS, Logs)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ROOT / "certs/apiserver.crt", ROOT / "certs/apiserver.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def register():
    memory = re.search(r"MemTotal: +(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1) + "Ki"
    # A pod asks for a core as its share of a node; here they share what there is.
    capacity = {"cpu": "16", "memory": memory, "pods": "50", "ephemeral-storage": "1Ti"}
    for name, node in NODES.items():
        labels = {"kubernetes.io/hostname": name, **node["labels"]}
        core.create_node({"metadata": {"name": name, "labels": labels}, "spec": {"taints": node["taints"]}})
        status = {
            "capacity": capacity,
            "allocatable": capacity,
            "addresses": [{"type": "InternalIP", "address": LOGS[0]}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": LOGS[1]}},
            "conditions": [{"type": "Ready", "status": "True", "reason": "RehearsalReady"}],
        }
        core.patch_node_status(name, {"status": status})
        # The API server taints a new node as not ready, and leaves it to a controller to find that it is.
        core.patch_node(name, {"spec": {"taints": node["taints"]}})


def follow():
    while True:
        for event in watch.Watch().stream(core.list_pod_for_all_namespaces, timeout_seconds=300):
            pod = event["object"]
            known = running.get(pod.metadata.uid)
            if event["type"] == "DELETED":
                if known:
                    threading.Thread(target=known.stop, args=(0,), daemon=True).start()
            elif pod.spec.node_name in NODES:
                if not known and not (pod.status.phase in ("Succeeded", "Failed") and not pod.metadata.deletion_timestamp):
                    known = running[pod.metadata.uid] = Pod(pod)
                    known.start()
                if known and pod.metadata.deletion_timestamp:
                    grace = pod.metadata.deletion_grace_period_seconds
                    threading.Thread(target=known.stop, args=(grace,), daemon=True).start()


def clean(*_):
    containers = podman("ps", "--all", "--quiet", "--filter", f"label={LABEL}", check=False).split()
    if containers:
        podman("rm", "--force", "--time", "0", *containers, check=False)
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, clean)
    signal.signal(signal.SIGINT, clean)
    serve()
    register()
    print("ready", flush=True)
    follow()
