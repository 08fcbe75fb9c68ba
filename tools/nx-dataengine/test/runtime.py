"""Stands in for the platform's Python runtime, after what is publicly known of it: init(ctx) before ready, handler(ctx, event) on a pool of 20 threads,
204 whatever it returns, 500 with the message when it raises; what it returns is what would go to K_SINK.

Reads commands, one JSON a line: {"events": [...]} runs them at once, {"kill": pid}, {"environment": {...}}; answers each with one JSON line.
"""
import importlib
import json
import logging
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, sys.argv[1])


class Secrets(dict):
    def __missing__(self, name):
        raise RuntimeError(f"Path not found: /secrets/{name}")


class Context:
    def __init__(self, logger, secrets):
        self.logger, self.secrets, self.function_name = logger, Secrets(secrets), "tiny"


class Event:
    """As the SDK shows one: attributes with extensions; the payload, or (as some events come) the whole envelope."""

    def __init__(self, event, whole):
        self._attributes = {name: value for name, value in event.items() if name != "data"}
        self._data = event if whole else event.get("data")
        self.id = event["id"]
        int(self.id.replace("-", ""), 16)  # the SDK makes the trace id of it

    def get_attributes(self):
        return self._attributes

    def get_data(self):
        return self._data


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append([record.levelname, record.getMessage()])


lines = Lines()
logger = logging.getLogger("user")
logger.setLevel(logging.DEBUG)
logger.addHandler(lines)
main = importlib.import_module("main")
ctx = Context(logger, json.loads(os.environ.get("TEST_SECRETS", "{}")))
out = os.fdopen(os.dup(1), "w", buffering=1)


def answer(value):
    out.write(json.dumps(value) + "\n")


def one(command, event):
    try:
        return {"status": 204, "returned": main.handler(ctx, Event(event, command.get("whole", False)))}
    except Exception as error:
        return {"status": 500, "body": str(error)}


def stop(*_):
    sys.exit(0)  # as uvicorn ends after SIGTERM: in-flight work done, then the interpreter's own ways


signal.signal(signal.SIGTERM, stop)
try:
    main.init(ctx)
    answer({"ready": True, "pid": main._server.process.pid})
except Exception as error:
    answer({"ready": False, "error": str(error), "log": lines.lines})
    sys.exit(1)
with ThreadPoolExecutor(20) as pool:
    for text in sys.stdin:
        command = json.loads(text)
        if "kill" in command:
            os.kill(main._server.process.pid, signal.SIGKILL)
            main._server.process.wait(5) if command["kill"] == "wait" else None
            answer({})
        elif "log" in command:
            answer({"log": lines.lines, "pid": main._server.process.pid})
        else:
            answer({"answers": list(pool.map(lambda event: one(command, event), command["events"]))})
