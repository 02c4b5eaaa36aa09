"""Something that was decided is taken back (S0-P13)."""

from uuid import UUID

from schemas.kinds.base import Kind, Payload


class Reversal(Payload):
    """Which proposal is to have no effect any more. Approved, the supervisor decides the other's reversal."""

    about: str
    """Whom or what the other is about, for example ``employee:<id>``."""
    proposal_id: UUID

    @property
    def subject(self) -> str:
        return self.about

    @property
    def takes_back(self) -> UUID:
        return self.proposal_id


KIND = Kind("reversal", Reversal, hr=True, in_favour=True)
