"""What a policy is."""

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[timedelta, Field(gt=timedelta())]
Window = Annotated[timedelta, Field(gt=timedelta(), le=timedelta(days=1))]


class Policy(BaseModel):
    """A document that people publish; the defaults hold until somebody does."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: ClassVar[str]

    def canonical(self) -> str:
        """Return the document as it travels: JSON, keys in the order of declaration, all defaults written out."""
        return self.model_dump_json()
