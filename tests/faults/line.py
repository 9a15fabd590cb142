"""A line to Odoo that a test can hold, cut or garble: a small HTTP proxy in threads of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

SECONDS = 120
"""Longest wait of the line for either end."""
_RESET = struct.pack("ii", 1, 0)


@dataclass
class Exchange:
    """One request on its way, and what may become of it."""

    line: Line
    client: socket.socket
    method: str
    """What of Odoo is called: ``apply``, ``search_read``…"""
    number: int
    """The how manyeth call of that method since the line was last cleared."""
    start: str
    headers: list[tuple[str, str]]
    body: bytes
    gone: bool = False
    """Whether the caller's end was closed."""

    def forward(self) -> tuple[int, list[tuple[str, str]], bytes]:
        """Send the request to Odoo and read the whole answer."""
        verb, path, _ = self.start.split(" ", 2)
        odoo = http.client.HTTPConnection(*self.line.odoo, timeout=SECONDS)
        try:
            kept = {name: value for name, value in self.headers if name.lower() != "connection"}
            odoo.request(verb, path, body=self.body or None, headers=kept)
            answer = odoo.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            odoo.close()

    def half(self) -> None:
        """Send the head and half of the body to Odoo, and lose the rest."""
        with socket.create_connection(self.line.odoo, timeout=SECONDS) as odoo:
            head = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
            odoo.sendall(f"{self.start}\r\n{head}\r\n".encode("latin-1"))
            odoo.sendall(self.body[: len(self.body) // 2])
        self.cut()

    def answer(self, answer: tuple[int, list[tuple[str, str]], bytes]) -> None:
        """Give the caller Odoo's answer."""
        status, headers, body = answer
        kept = [
            f"{name}: {value}\r\n"
            for name, value in headers
            if name.lower() not in ("connection", "content-length", "transfer-encoding")
        ]
        head = f"HTTP/1.1 {status} -\r\n{''.join(kept)}Content-Length: {len(body)}\r\n"
        with contextlib.suppress(OSError):
            self.client.sendall(f"{head}Connection: close\r\n\r\n".encode("latin-1") + body)
        self.cut(gently=True)

    def cut(self, *, gently: bool = False) -> None:
        """Close the caller's end: with a reset, or as one that has nothing more to say."""
        if self.gone:
            return
        self.gone = True
        with contextlib.suppress(OSError):
            if not gently:
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            else:
                self.client.shutdown(socket.SHUT_RDWR)
        self.client.close()


Script = Callable[[Exchange], None]


def through(exchange: Exchange) -> None:
    """What the line does unless it is told otherwise."""
    exchange.answer(exchange.forward())


@dataclass
class Line:
    """Listens on a free port and treats each request as ``script`` says."""

    odoo: tuple[str, int]
    script: Script = through
    calls: Counter[str] = field(default_factory=Counter)
    _listener: socket.socket = field(init=False)
    _under_way: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        """Where the service finds it."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def clear(self, script: Script = through) -> None:
        """Count from the start, and treat what comes now by another script."""
        with self._lock:
            self.calls = Counter()
            self.script = script

    def rest(self, seconds: float = SECONDS) -> None:
        """Wait until no request is on its way any more."""
        until = time.monotonic() + seconds
        while self._under_way and time.monotonic() < until:
            time.sleep(0.01)
        assert not self._under_way, "a request is still on its way"

    def close(self) -> None:
        """Take no more requests."""
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.settimeout(SECONDS)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client.makefile("rb") as reader:
                start, headers, body = _request(reader)
            if not start:
                client.close()
                return
            method = _method(start, body)
            with self._lock:
                self.calls[method] += 1
                number, script = self.calls[method], self.script
            exchange = Exchange(self, client, method, number, start, headers, body)
        except (OSError, ValueError):
            client.close()
            return
        self._under_way.add(id(exchange))
        try:
            script(exchange)
        except (OSError, http.client.HTTPException):
            exchange.cut()
        finally:
            self._under_way.discard(id(exchange))


def _request(reader: BinaryIO) -> tuple[str, list[tuple[str, str]], bytes]:
    """Start line, headers and body; nothing where the caller left."""
    start = reader.readline().decode("latin-1").strip()
    headers: list[tuple[str, str]] = []
    while line := reader.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    body = reader.read(length)
    return (start, headers, body) if len(body) == length else ("", [], b"")


def _method(start: str, body: bytes) -> str:
    """The method of Odoo that a request of either protocol calls."""
    path = start.split(" ", 2)[1]
    if not path.startswith("/jsonrpc"):
        return path.rpartition("/")[2]
    named = json.loads(body)["params"]
    arguments = named.get("args", [])
    return str(arguments[4] if named.get("method") == "execute_kw" else named.get("method"))
