"""One thing the demo model knows: an answer and the ways to ask for it.

`asks` are phrasing patterns (see phrasing.py). `fresh` are questions written by hand that training
never sees; they measure whether the model understands wording of its own accord.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    answer: str
    asks: tuple[str, ...]
    fresh: tuple[str, ...] = ()


def about(name: str) -> str:
    """The pattern of plain questions about a command, a flag or a variable."""
    return (
        f"[what does {name} do|what is {name} for|what is {name}|explain {name}|{name}|"
        f"what does {name} mean|when do i need {name}]"
    )
