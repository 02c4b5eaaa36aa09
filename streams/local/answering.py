"""Whether somebody answers by HTTP on this machine."""

from http import HTTPStatus
from http.client import HTTPConnection, HTTPException


def answers(port: int, path: str) -> bool:
    """A GET is answered with success. The smallest client there is, because this is asked many times a second."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
