"""REST interfaces of other people's parts: basic auth, TLS under an authority of their own, clear refusals."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr

from schemas.faults import Misconfigured, Unavailable
from streams.settings import variable

KEPT = httpx.Limits(max_keepalive_connections=0)
"""Questions are seldom: nothing to keep, nothing to close."""


class Denied(Unavailable):
    """It answers, and does not let us in; while we run, a password or certificate that was changed may still come."""


@dataclass(frozen=True, slots=True)
class Access:
    """How an interface is entered; `prefix` is what its settings' names begin with."""

    prefix: str = ""
    user: str | None = None
    password: SecretStr | None = None
    ca: Path | None = None

    def client(self, url: str, timeout: float, transport: httpx.BaseTransport | None) -> httpx.Client:
        """Return a client of this interface.

        Raises:
            Misconfigured: there is no such file of certificates, or it holds none.

        """
        auth = None
        if self.user is not None:
            auth = httpx.BasicAuth(self.user, self.password.get_secret_value() if self.password else "")
        return httpx.Client(
            base_url=url, timeout=timeout, limits=KEPT, trust_env=False, transport=transport, auth=auth,
            verify=self._context() if url.startswith("https:") else False,
        )  # fmt: skip

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca)
        except OSError as error:
            name = variable(f"{self.prefix}_ca")
            raise Misconfigured(
                f"{name} is {self.ca}, which holds no certificates: {error}; mend: name a PEM file"
            ) from error

    def fault(self, what: str, error: httpx.TransportError) -> Unavailable:
        """Return what it means that a question was not answered."""
        if _of_tls(error):
            return Denied(
                f"{what} shows a certificate that is not trusted: {error}; mend: {variable(f'{self.prefix}_ca')} names"
                " the certificates of who vouches for it, and its name is in it"
            )
        return Unavailable(
            f"{what}: {error}; mend: start it, or see that {variable(f'{self.prefix}_url')} is its place"
        )

    def refusal(self, what: str, status: int, said: str) -> Unavailable:
        """Return what it means that a question was answered like this."""
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            names = " and ".join(variable(f"{self.prefix}_{each}") for each in ("user", "password"))
            return Denied(f"{what} answers {status}, so it refuses the login ({self.user or 'none'}); mend: {names}")
        return Unavailable(f"{what} answers {status}: {said}")


@contextmanager
def before_anything_runs() -> Iterator[None]:
    """Being refused at start is a wrong setting, and no reason to wait.

    Raises:
        Misconfigured: an interface has refused us.

    """
    try:
        yield
    except Denied as denied:
        raise Misconfigured(str(denied)) from denied


def _of_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
