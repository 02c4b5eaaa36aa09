"""docs/authority.md says of authority what the policies do."""

from typing import get_args

import yaml

from schemas.policies.routing import FACTS, RoutingPolicy, Way
from tests.docs.authority import PAGE, drawn
from tests.docs.pages import blocks


def test_the_tables_are_as_the_policies_are_now() -> None:
    page = PAGE.read_text("utf-8")
    assert drawn(page) == page, "mend: python -m tests.docs.authority"


def test_the_rules_that_it_shows_can_be_published() -> None:
    (block,) = blocks("authority.md", "yaml")
    document = yaml.safe_load(block.text)
    assert document.pop("policy") == RoutingPolicy.name
    assert len(RoutingPolicy.model_validate(document).rules) == 3


def test_it_names_every_fact_and_every_way() -> None:
    text = PAGE.read_text("utf-8")
    assert all(f"`{each}`" in text for each in (*FACTS, *get_args(Way)))
