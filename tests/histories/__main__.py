"""Print the hash over what replaying the histories leads to."""

from tests.histories import digest

print(digest())  # noqa: T201 - its only purpose
