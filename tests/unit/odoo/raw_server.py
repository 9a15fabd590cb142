"""A server that answers as it is told, byte by byte."""

from __future__ import annotations

import socket
import threading

CANARY = "c4n4ry" + "0123456789abcdef" * 3
"""A key that must never be seen anywhere."""


class RawServer:
    """Reads one request per connection, keeps it, and sends the next of its scripted answers.

    An answer of ``None`` closes the connection without a word; ``b""`` never answers.
    """

    def __init__(self) -> None:
        self.answers: list[bytes | None] = []
        self.requests: list[bytes] = []
        self._done = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop."""
        self._done.set()
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        while not self._done.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(5)
            with connection:
                self.requests.append(self._read(connection))
                answer = self.answers.pop(0) if self.answers else None
                if answer:
                    connection.sendall(answer)
                elif answer == b"":
                    self._done.wait(3)

    @staticmethod
    def _read(connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return data
            data += part
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body


def http(body: bytes, status: str = "200 OK", length: int | None = None, extra: str = "") -> bytes:
    """A raw response; ``length`` may lie about the body's."""
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n"
    return f"{head}{extra}Connection: close\r\n\r\n".encode() + body
