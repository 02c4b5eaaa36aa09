"""Somebody else's registry and Connect: how they are entered, and what is said when they do not let us in."""

import ssl
import threading
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from schemas.faults import Misconfigured, Unavailable
from streams.connect_rest import Connect
from streams.registry import Registry
from streams.rest import Access, Denied, before_anything_runs
from streams.settings import Settings
from tests.tls import Certificates, certificates


class Guarded(BaseHTTPRequestHandler):
    """Lets in who knows the password, and says its one schema."""

    def do_GET(self) -> None:
        known = b64decode(self.headers.get("authorization", "").removeprefix("Basic ")) == b"ines:s3cr3t"
        body = b'{"schema": "\\"string\\""}' if known else b'{"message": "who are you?"}'
        self.send_response(200 if known else 401)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
        pass


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def url(trusted: Certificates) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Guarded) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(trusted.server)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()


def settings(url: str, ca: Path, **given: object) -> Settings:
    login = {"registry_user": "ines", "registry_password": SecretStr("s3cr3t")}
    return Settings.model_validate({"home": ca.parent, "registry_url": url, "registry_ca": ca, **login, **given})


def test_a_login_over_tls_is_let_in(url: str, trusted: Certificates) -> None:
    assert Registry.of(settings(url, trusted.ca)).text(7) == '"string"'


def test_a_wrong_password_names_its_setting(url: str, trusted: Certificates) -> None:
    wrong = settings(url, trusted.ca, registry_password=SecretStr("guess"))

    with pytest.raises(Denied, match=r"answers 401.*ROLLCALL_REGISTRY_USER and ROLLCALL_REGISTRY_PASSWORD") as told:
        Registry.of(wrong).text(7)

    assert "guess" not in str(told.value)
    assert isinstance(told.value, Unavailable)  # while we run, it is waited for


def test_a_certificate_of_somebody_else_names_the_setting(url: str, trusted: Certificates) -> None:
    with pytest.raises(Denied, match=r"not trusted.*ROLLCALL_REGISTRY_CA"):
        Registry.of(settings(url, trusted.stranger)).text(7)


def test_a_certificate_for_another_name_is_not_taken(url: str, trusted: Certificates) -> None:
    with pytest.raises(Denied, match="not trusted"):
        Registry.of(settings(url.replace("127.0.0.1", "localhost"), trusted.ca)).text(7)


def test_at_start_a_refusal_is_a_wrong_setting(url: str, trusted: Certificates) -> None:
    with pytest.raises(Misconfigured, match="ROLLCALL_REGISTRY_CA"), before_anything_runs():
        Registry.of(settings(url, trusted.stranger)).text(7)


def test_a_file_without_certificates_is_named(url: str, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("none")

    with pytest.raises(Misconfigured, match=r"ROLLCALL_REGISTRY_CA is .*ca\.pem"):
        Registry.of(settings(url, tmp_path / "ca.pem"))


def test_connect_is_entered_in_the_same_way() -> None:
    asked: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("authorization"))
        return httpx.Response(403)

    access = Access("connect", "ines", SecretStr("s3cr3t"))
    with pytest.raises(Denied, match=r"answers 403.*ROLLCALL_CONNECT_USER and ROLLCALL_CONNECT_PASSWORD"):
        Connect("http://connect", "door", httpx.MockTransport(answer), access).status()
    assert asked == ["Basic aW5lczpzM2NyM3Q="]
