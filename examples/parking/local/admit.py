"""A stand-in for the function `admit`, for `efl dev`: 20 places, residents end in 7."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

inside = set()


class Admit(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        free = max(0, 20 - len(inside))
        inside.add(body["plate"])
        answer = json.dumps({"free": free, "resident": body["plate"].endswith("7")}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Admit).serve_forever()
