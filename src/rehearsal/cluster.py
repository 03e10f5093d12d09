"""The rehearsal's cluster: etcd, API server, controllers, scheduler, the nodes, the Spark operator and its webhook, and
what spark-apps says stands in it. All of it ends with the process that started it."""

import contextlib
import ctypes
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import time

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ADDRESS = "127.77.0.1"
ETCD = f"http://{ADDRESS}:2379"

# Those that would look for a cloud, for kubelets' heartbeats or for a cluster network are left out.
CONTROLLERS = ["*", "-node-lifecycle-controller", "-endpoints-controller", "-endpointslice-controller"]
CONTROLLERS += ["-endpointslice-mirroring-controller", "-node-ipam-controller", "-node-route-controller"]


class Missing(Exception):
    """Something that the rehearsal needs is not there, or did not come up."""


class Cluster:
    """Started by ``with``; its folder is made anew."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path):
        self.binary = binaries / "kubernetes"
        self.operator_module = pathlib.Path((binaries / "operator.module").read_text().strip())
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self.started = contextlib.ExitStack()

    def __enter__(self):
        with self.started as stack:
            self.start()
            self.started = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.started.close()

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        # Tokens and keys are in it.
        self.folder.mkdir(parents=True, mode=0o700)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((ADDRESS, 443))
            except OSError as e:
                raise Missing(f"{ADDRESS}:443 cannot be listened on, is another rehearsal running? ({e})") from e
        token = secrets.token_hex(16)
        (self.folder / "tokens.csv").write_text(f"{token},admin,admin,system:masters\n")
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        (self.folder / "accounts.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
            )
        )
        self.run(
            "etcd",
            f"--data-dir={self.folder}/etcd",
            f"--listen-client-urls={ETCD}",
            f"--advertise-client-urls={ETCD}",
            f"--listen-peer-urls=http://{ADDRESS}:2380",
            f"--initial-advertise-peer-urls=http://{ADDRESS}:2380",
            f"--initial-cluster=default=http://{ADDRESS}:2380",
            "--unsafe-no-fsync",
        )
        self.run(
            "kube-apiserver",
            f"--etcd-servers={ETCD}",
            f"--bind-address={ADDRESS}",
            f"--advertise-address={ADDRESS}",
            "--secure-port=443",
            f"--cert-dir={self.folder}/certs",
            "--endpoint-reconciler-type=none",
            "--authorization-mode=RBAC",
            f"--token-auth-file={self.folder}/tokens.csv",
            f"--service-account-signing-key-file={self.folder}/accounts.key",
            f"--service-account-key-file={self.folder}/accounts.key",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--kubelet-preferred-address-types=InternalIP",
            # As every cluster has it: which pods may be privileged is for the namespace to say.
            "--allow-privileged",
        )
        certificate = self.folder / "certs/apiserver.crt"
        self.until("the API server's certificate", certificate.exists)
        self.kubeconfig.write_text(yaml.safe_dump(self.access(token)))
        self.until("the API server", lambda: self.kubectl("get", "--raw", "/readyz").startswith("ok"))
        self.run(
            "kube-controller-manager",
            f"--kubeconfig={self.kubeconfig}",
            f"--bind-address={ADDRESS}",
            f"--cert-dir={self.folder}/certs",
            f"--service-account-private-key-file={self.folder}/accounts.key",
            f"--root-ca-file={certificate}",
            f"--controllers={','.join(CONTROLLERS)}",
            "--leader-elect=false",
        )

    def start_nodes(self):
        """Until now nothing that is created runs."""
        self.run(
            "kube-scheduler",
            f"--kubeconfig={self.kubeconfig}",
            f"--bind-address={ADDRESS}",
            f"--cert-dir={self.folder}/certs",
            "--leader-elect=false",
        )
        # The node removes its containers itself; what it had no time for, or an earlier one that was killed, goes here.
        self.remove_containers()
        self.started.callback(self.remove_containers)
        self.process("node", [os.sys.executable, str(HERE / "node.py"), str(self.folder)])
        self.until("the node", lambda: "ready\n" in (self.folder / "node.log").read_text())

    def remove_containers(self):
        label = f"label=sluice.rehearsal={self.folder}"
        left = subprocess.run(["podman", "ps", "--all", "--quiet", "--filter", label], capture_output=True, text=True)
        if ids := left.stdout.split():
            subprocess.run(["podman", "rm", "--force", "--time", "0", *ids], capture_output=True)

    def access(self, token):
        certificate = self.folder / "certs/apiserver.crt"
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "rehearsal",
                    "cluster": {"server": f"https://{ADDRESS}:443", "certificate-authority": str(certificate)},
                }
            ],
            "users": [{"name": "user", "user": {"token": token}}],
            "contexts": [{"name": "rehearsal", "context": {"cluster": "rehearsal", "user": "user"}}],
            "current-context": "rehearsal",
        }

    def run(self, program, *arguments):
        self.process(program, [str(self.binary), program, *arguments])

    def process(self, name, command, **options):
        """Starts what ends when this process does, however that ends. Its output is in NAME.log."""

        def dies_with_us():
            ctypes.CDLL(None).prctl(1, signal.SIGTERM)

        log = self.started.enter_context((self.folder / f"{name}.log").open("w"))
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, preexec_fn=dies_with_us, start_new_session=True, **options
        )
        self.started.callback(end, process)
        return process

    def until(self, what, holds, seconds=120):
        deadline = time.monotonic() + seconds
        while True:
            try:
                if holds():
                    return
                error = ""
            except Exception as e:
                error = f": {e}"
            if time.monotonic() > deadline:
                raise Missing(f"{what} is not there after {seconds} s{error}; logs: {self.folder}")
            time.sleep(0.2)

    def kubectl(self, *arguments, input=None, kubeconfig=None):
        """What kubectl prints; on failure the error says what it said."""
        done = subprocess.run(
            [self.binary, "kubectl", f"--kubeconfig={kubeconfig or self.kubeconfig}", *arguments],
            input=input,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def get(self, *arguments):
        return json.loads(self.kubectl("get", "--output=json", *arguments))

    def install_schemas(self):
        self.kubectl("apply", "--server-side", "--filename", str(self.operator_module / "config/crd/bases"))

    def install_operator(self):
        """As its project installs it. Waits until controller and webhook are ready, and the API server calls the latter."""
        folder = self.folder / "operator"
        shutil.copytree(self.operator_module / "config", folder / "operator")
        subprocess.run(["chmod", "-R", "u+w", folder], check=True)
        shutil.copy(HERE / "operator/kustomization.yaml", folder)
        self.kubectl("apply", "--server-side", "--kustomize", str(folder))
        for deployment in ("controller", "webhook"):
            self.kubectl(
                "--namespace=spark-operator",
                "rollout",
                "status",
                "--timeout=120s",
                f"deployment/spark-operator-{deployment}",
            )

    def install_sluice(self, secret: dict[str, str]) -> pathlib.Path:
        """Lays the rehearsal's overlay beside dev and prod, applies what stands, and gives the folder of manifests."""
        manifests = self.folder / "spark-apps"
        shutil.copytree(ROOT / "spark-apps", manifests)
        shutil.copytree(HERE / "overlay", manifests / "overlays/rehearsal")
        self.kubectl("apply", "--kustomize", str(manifests / "overlays/rehearsal"))
        literals = [f"--from-literal={key}={value}" for key, value in secret.items()]
        self.kubectl("--namespace=sluice", "create", "secret", "generic", "sluice-secrets", *literals)
        return manifests

    def account(self, name) -> pathlib.Path:
        """A kubeconfig of one of the service accounts."""
        token = self.kubectl("--namespace=sluice", "create", "token", name, "--duration=24h").strip()
        file = self.folder / f"{name}.kubeconfig"
        file.write_text(yaml.safe_dump(self.access(token)))
        return file


def end(process, patience=20):
    """Ends a process that leads a group, then what it leaves of the group."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Lake:
    """A lake of its own behind an S3 server, which ends with the cluster's processes or by itself."""

    def __init__(self, cluster: Cluster, folder: pathlib.Path, landed: pathlib.Path | None = None):
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        if landed:
            # Another lake's files and key: the same bytes, arrived at the same time, have to become the same rows.
            for part in ("data/landing", "secrets"):
                shutil.copytree(landed / part, folder / part)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        command = [str(ROOT / "target/sluice"), "serve", "--demo", str(folder), "--port", str(self.port)]
        cluster.process(f"s3-{folder.name}", command, env={**os.environ, "SLUICE_HEAP": "64m"})
        log = cluster.folder / f"s3-{folder.name}.log"
        cluster.until("the S3 server", lambda: "Tables:" in log.read_text())
        (folder / "data/events").mkdir(exist_ok=True)

    @property
    def key(self):
        return (self.folder / "secrets/privacy-key").read_text()
