"""Advice: somebody has worked too long without a break (S1-R4)."""

from uuid import UUID

from pydantic import AwareDatetime

from schemas.kinds.base import AboutEmployee, Kind


class BreakSuggestion(AboutEmployee):
    """Who has worked since when, by which in-punch."""

    punch_id: UUID
    since: AwareDatetime


KIND = Kind("break_suggestion", BreakSuggestion)
