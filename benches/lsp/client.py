"""A language client that measures: one server process, one message after the other, from a single thread."""

import json
import os
import subprocess
import time


class Client:
    """A server on its standard streams. What it says is read when somebody waits for it."""

    def __init__(self, command, folder):
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.folder = folder
        self.id = 0
        self.versions = {}
        self.settings = {}
        self.published = {}

    def uri(self, name):
        return (self.folder / name).resolve().as_uri()

    # Messages.

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def receive(self):
        """The next message; requests of the server are answered, diagnostics noted."""
        length = 0
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if not length:
            raise EOFError("the server has gone")
        message = json.loads(self.process.stdout.read(length))
        method = message.get("method")
        if method and "id" in message:
            items = message.get("params", {}).get("items", [])
            answer = [self.settings.get(item["section"]) for item in items] if method == "workspace/configuration" else None
            self.send({"id": message["id"], "result": answer})
        elif method == "textDocument/publishDiagnostics":
            self.published[message["params"]["uri"]] = message["params"]
        return message

    def ask(self, method, params):
        """The result of a request, and the seconds that it took."""
        self.id += 1
        began = time.perf_counter()
        self.send({"id": self.id, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == self.id and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"], time.perf_counter() - began

    def initialize(self, capabilities, options=None, settings=None):
        self.settings = settings or {}
        folder = {"uri": self.folder.resolve().as_uri(), "name": "w"}
        params = {
            "processId": os.getpid(),
            "rootUri": folder["uri"],
            "workspaceFolders": [folder],
            "capabilities": capabilities,
            "initializationOptions": options,
        }
        result, _ = self.ask("initialize", params)
        self.tell("initialized", {})
        return result["capabilities"]

    # Documents.

    def open(self, name, language, text):
        self.versions[name] = 1
        document = {"uri": self.uri(name), "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def edit(self, name, start, end, text):
        """Replaces a range, `(line, column)` twice."""
        self.versions[name] += 1
        document = {"uri": self.uri(name), "version": self.versions[name]}
        place = {"start": position(*start), "end": position(*end)}
        change = {"range": place, "text": text}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})

    def diagnostics(self, name, versioned=True):
        """Waits for the diagnostics of the present text."""
        uri = self.uri(name)
        while True:
            message = self.receive()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                if not versioned or message["params"].get("version") == self.versions[name]:
                    return message["params"]["diagnostics"]

    def timed_edit(self, *edit, versioned=True):
        """Edits and waits; the seconds in between and the diagnostics."""
        began = time.perf_counter()
        self.edit(*edit)
        found = self.diagnostics(edit[0], versioned)
        return time.perf_counter() - began, found

    # The process.

    def cpu(self):
        """Seconds of processor time until now."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, what="VmRSS"):
        """Resident megabytes now, or at most (`VmHWM`)."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(what)) / 1024

    def stop(self):
        self.ask("shutdown", None)
        self.tell("exit", None)
        self.process.wait(10)


def position(line, column):
    return {"line": line, "character": column}
