"""docs/authority.md says of authority what the policies do."""

from tests.docs.authority import PAGE, drawn


def test_the_tables_are_as_the_policies_are_now() -> None:
    page = PAGE.read_text("utf-8")
    assert drawn(page) == page, "mend: python -m tests.docs.authority"
