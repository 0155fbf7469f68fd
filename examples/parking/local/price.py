"""A stand-in for the function `price`, for `efl dev`: whatever the stay, it costs 3.50."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Price(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = json.dumps({"cents": 350}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Price).serve_forever()
