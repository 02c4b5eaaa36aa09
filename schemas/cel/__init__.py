"""Conditions in CEL, the Common Expression Language, over typed facts: read, type-checked, asked without any error.

A subset: ``||``, ``&&``, ``!``, comparisons, ``in`` a list, ``size()``, ``startsWith``, ``endsWith``, ``contains``.
What it accepts means the same in CEL; what could fail or surprise when it is asked (indexes, arithmetic, macros, a word
that a fact never is) it refuses when it is published. Pure, and total. Why not a library: ADR 11.
"""

from schemas.cel.checking import checked
from schemas.cel.compiling import Condition, Value, compiled
from schemas.cel.reading import ConditionWrong
from schemas.cel.types import BOOL, INT, STRING, Type, Words

__all__ = ["BOOL", "INT", "STRING", "Condition", "ConditionWrong", "Type", "Value", "Words", "checked", "compiled"]
