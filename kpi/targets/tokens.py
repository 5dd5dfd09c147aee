"""Tokens (词元) of a cleaned target, and the list that a scanner writes them to."""

from __future__ import annotations

from typing import Any, NamedTuple


class Token(NamedTuple):
    """One token: its role, its stretch `[start, end)` of the cleaned text, and what it means."""

    role: str
    start: int
    end: int
    value: Any = None


_new = tuple.__new__


class TokenWriter:
    """The tokens of one text so far; what stands between two of them becomes a `words` token."""

    __slots__ = ("text", "tokens", "words_start")

    text: str
    tokens: list[Token]
    words_start: int

    def flush(self, position: int) -> None:
        """Write the pending words up to `position`."""
        if position > self.words_start:
            self.tokens.append(Token("words", self.words_start, position))

    def add(self, role: str, start: int, end: int, value: Any = None) -> int:
        """Write a token after the words before it; its end is returned."""
        if start > self.words_start:
            self.tokens.append(Token("words", self.words_start, start))
        self.tokens.append(_new(Token, (role, start, end, value)))
        self.words_start = end
        return end

    def previous_role(self, position: int) -> str:
        """Role of the token that ends at `position`; `words` for pending words, "" at the beginning."""
        if position > self.words_start:
            return "words"
        return self.tokens[-1].role if self.tokens else ""
