"""What a policy is."""

from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

Positive = Annotated[timedelta, Field(gt=timedelta())]
Window = Annotated[timedelta, Field(gt=timedelta(), le=timedelta(days=1))]
UNITS = {"days": timedelta(days=1), "hours": timedelta(hours=1), "minutes": timedelta(minutes=1)}


def words(length: timedelta) -> str:
    """Return a policy's length as a rule trace says it: in the largest unit that fits."""
    whole = next((unit for unit in UNITS if length % UNITS[unit] == timedelta()), None)
    return str(length) if whole is None else f"{length // UNITS[whole]} {whole}"


class Policy(BaseModel):
    """A document that people publish; the defaults hold until somebody does."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: ClassVar[str]
    retired: ClassVar[frozenset[str]] = frozenset()
    """Fields of earlier versions: documents that were published with them are still read."""

    @model_validator(mode="before")
    @classmethod
    def _without_retired(cls, document: Any) -> Any:
        if not isinstance(document, dict) or cls.retired.isdisjoint(document):
            return document
        return {name: value for name, value in document.items() if name not in cls.retired}

    def canonical(self) -> str:
        """Return the document as it travels: JSON, keys in the order of declaration, all defaults written out."""
        return self.model_dump_json()
