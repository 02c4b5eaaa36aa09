"""librdkafka's own mock broker, by its C interface: real client code against a broker that errs when told to."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import confluent_kafka

NOT_LEADER = 6
PRODUCE = 0
_POINTER, _TEXT, _INT = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
_FUNCTIONS = {
    "conf_new": (_POINTER, ()),
    "new": (_POINTER, (_INT, _POINTER, _TEXT, ctypes.c_size_t)),
    "destroy": (None, (_POINTER,)),
    "mock_cluster_new": (_POINTER, (_POINTER, _INT)),
    "mock_cluster_destroy": (None, (_POINTER,)),
    "mock_cluster_bootstraps": (_TEXT, (_POINTER,)),
    "mock_topic_create": (_INT, (_POINTER, _TEXT, _INT, _INT)),
    "mock_broker_set_rtt": (_INT, (_POINTER, ctypes.c_int32, _INT)),
    "mock_push_request_errors_array": (None, (_POINTER, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(_INT))),
}


class Broker:
    """One broker on a free port; it answers `rtt` milliseconds late."""

    def __init__(self, library: ctypes.CDLL, cluster: int, rtt: int) -> None:
        self._library, self._cluster = library, cluster
        self.bootstrap: str = library.rd_kafka_mock_cluster_bootstraps(cluster).decode()
        library.rd_kafka_mock_broker_set_rtt(cluster, 1, rtt)

    def create(self, topic: str) -> None:
        """Make a topic of one partition."""
        assert self._library.rd_kafka_mock_topic_create(self._cluster, topic.encode(), 1, 1) == 0

    def refuse(self, request: int, error: int) -> None:
        """Answer the next request of this kind with an error."""
        errors = (_INT * 1)(error)
        self._library.rd_kafka_mock_push_request_errors_array(self._cluster, request, 1, errors)


@contextmanager
def broker(rtt: int) -> Iterator[Broker]:
    library = _library()
    why = ctypes.create_string_buffer(512)
    client = library.rd_kafka_new(0, library.rd_kafka_conf_new(), why, 512)
    assert client, why.value
    cluster = library.rd_kafka_mock_cluster_new(client, 1)
    try:
        yield Broker(library, cluster, rtt)
    finally:
        library.rd_kafka_mock_cluster_destroy(cluster)
        library.rd_kafka_destroy(client)


def _library() -> ctypes.CDLL:
    package = Path(confluent_kafka.__file__).parent
    folders = (package.parent / "confluent_kafka.libs", package / ".dylibs")  # Linux, macOS
    library = ctypes.CDLL(str(next(file for folder in folders for file in folder.glob("librdkafka*"))))
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, f"rd_kafka_{name}")
        function.restype, function.argtypes = result, arguments
    return library
