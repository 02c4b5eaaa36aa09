"""Who may do what with a proposal, as Cedar policies and the schema that they are held against: data, read once."""

from importlib.resources import files

SCHEMA = (files(__name__) / "authority.cedarschema").read_text("utf-8")
POLICIES = (files(__name__) / "authority.cedar").read_text("utf-8")
