"""Vocabulary of indicator names (指标名称词表): data files → one lexicon that reads a name in a single pass.

The words are data (`BUILT_IN` in `kpi/data`); users add files of the same shape, whose lists are joined to them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from kpi.errors import BadInput
from kpi.text import fold

NEUTRAL, FILLER, WEAK, PLAIN, PERSON, ACTION, ASPECT, NARROW = (
    "neutral", "filler", "weak", "plain", "person", "action", "aspect", "narrow",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """What a word contributes to a name: `(kind, text)` tokens and the tags that vetoes look at."""

    tokens: tuple[tuple[str, str], ...] = ()
    actions: frozenset[str] = frozenset()
    strong: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()
    contrasts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """The compiled word lists; `words` and `heads` are looked up by longest match."""

    words: Mapping[str, Entry]
    heads: Mapping[str, str]
    """Suffix of a name → family of measures (`数量/人`)."""
    units: Mapping[str, str]
    """Unit in brackets → family, "" for units that say nothing about it (%)."""
    alone: frozenset[str]
    """Contrasts of which a member against none is a difference too."""
    not_for: Mapping[str, frozenset[str]]
    """Contrast → groups of families in which it does not count (户均 in a 补助标准)."""
    endings: tuple[str, ...]
    """Words after the head that do not hide it (死亡人数下降), longest first."""
    adverbs: tuple[str, ...]
    """Words between a head and its ending (服务能力|显著|提升)."""
    respondents: tuple[tuple[str, str], ...]
    """Who answers in other words → the one word for it, longest first."""
    answering: Mapping[str, tuple[str, ...]]
    """Who answers → the places and services that go without saying (游客: 景区)."""
    implied: Mapping[str, tuple[str, ...]]
    """Narrowing word → words that say it already: 老年人 adds little beside 高龄."""
    telling: frozenset[str]
    """Actions that say of what they are (造林, 审计): a name with one of them has a subject."""
    vague: frozenset[str]
    """Words of weight that are no subject (补助 in 补助发放及时率)."""
    whole: Mapping[str, frozenset[str]]
    """Family → words that leave its measure without a subject of its own (项目预算控制数)."""
    lengths: Mapping[str, tuple[int, ...]]
    """Last character of a word → lengths of the words that end so."""
    longest_head: int
    head_words: Mapping[str, tuple[Entry, ...]]
    """Head or ending → entries of the words in it: 下降幅度 tells of 下降."""

    def said_by(self, suffix: str) -> tuple[Entry, ...]:
        """What a head or an ending says beside what is measured."""
        return self.head_words.get(suffix, ())


BUILT_IN = ("cluster_vocabulary.toml", "cluster_fields.toml")
"""General words of officers, then those of single fields (education, health, water …)."""
SECTIONS = (
    "heads",
    "units",
    "words",
    "synonyms",
    "actions",
    "aspects",
    "qualifiers",
    "implied",
    "respondents",
    "answering",
    "contrasts",
)


def load_vocabulary(paths: Iterable[str | Path] = ()) -> Vocabulary:
    """The built-in vocabulary joined with the user's files.

    Raises:
        BadInput: a file cannot be read, is no TOML, or has a section or value of another shape.
    """
    return _load(tuple(str(path) for path in paths))


@lru_cache(maxsize=8)
def _load(paths: tuple[str, ...]) -> Vocabulary:
    data: dict[str, Any] = {}
    for name in BUILT_IN:
        data = _joined(data, tomllib.loads(files("kpi.data").joinpath(name).read_text(encoding="utf-8")))
    for path in paths:
        data = _joined(data, _read(Path(path)))
    return _compile(data)


def _read(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput("词表文件无法读取", where=str(path), found=str(error), advice="检查路径和权限") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput("词表文件不是 TOML", where=str(path), found=str(error), advice="参照内置词表的格式") from error
    unknown = sorted(set(data) - set(SECTIONS))
    if unknown:
        raise BadInput(
            "词表文件有未知的部分", where=str(path), found="、".join(unknown), advice=f"可用：{'、'.join(SECTIONS)}"
        )
    _check(data, str(path))
    return data


def _check(data: Mapping[str, Any], where: str) -> None:
    for section, tables in data.items():
        if not isinstance(tables, dict):
            raise BadInput("词表的部分应为表", where=f"{where} [{section}]", found=repr(tables), advice="参照内置词表")
        lists = (
            [t.get("members", {}) for t in tables.values() if isinstance(t, dict)]
            if section == "contrasts"
            else [tables]
        )
        for table in lists:
            for key, words in table.items():
                if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
                    found = f"{key} = {words!r}"
                    raise BadInput(
                        "词表的值应为词的列表", where=f"{where} [{section}]", found=found, advice='写作 ["词"]'
                    )


def _joined(base: Any, more: Any) -> Any:
    """Tables are joined key by key, lists are appended, other values are replaced."""
    if isinstance(base, dict) and isinstance(more, dict):
        return {key: _joined(base[key], more[key]) if key in base and key in more else base.get(key, more.get(key))
                for key in [*base, *(key for key in more if key not in base)]}  # fmt: skip
    if isinstance(base, list) and isinstance(more, list):
        return base + more
    return more


class _Draft:
    """Collects what the sections say about one word before the entries are frozen."""

    def __init__(self) -> None:
        self.tokens: dict[str, list[tuple[str, str]]] = {}
        self.tags: dict[str, dict[str, list[Any]]] = {}

    def token(self, word: str, kind: str, text: str) -> None:
        found = self.tokens.setdefault(fold(word), [])
        if (kind, text) not in found:
            found.append((kind, text))

    def tag(self, word: str, role: str, value: Any) -> None:
        self.tags.setdefault(fold(word), {}).setdefault(role, []).append(value)


# A word may stand in several sections: the more telling kind gives its token, all of them give their tags.
_RANK = {ACTION: 0, ASPECT: 1, NARROW: 2, PLAIN: 3, PERSON: 4, WEAK: 5, FILLER: 6, NEUTRAL: 7}


def _compile(data: Mapping[str, Any]) -> Vocabulary:
    draft = _Draft()
    _draft_words(draft, data)
    _draft_tags(draft, data)
    alone = frozenset(name for name, group in data["contrasts"].items() if group.get("alone"))
    entries = {word: _entry(draft, word, alone) for word in sorted({*draft.tokens, *draft.tags})}
    _add_synonyms(entries, data["synonyms"])
    heads = _heads(data["heads"])
    units = {fold(unit): family for family, words in data["units"].items() for unit in words}
    return Vocabulary(
        words=entries,
        heads=heads,
        units=units,
        alone=alone,
        not_for={name: frozenset(group.get("not_for", ())) for name, group in data["contrasts"].items()},
        endings=tuple(sorted(data["words"]["endings"], key=lambda word: (-len(word), word))),
        adverbs=tuple(sorted(data["words"].get("adverbs", ()), key=lambda word: (-len(word), word))),
        respondents=tuple(
            sorted(
                ((fold(word), fold(who)) for who, wordings in data.get("respondents", {}).items() for word in wordings),
                key=lambda pair: (-len(pair[0]), pair),
            )
        ),
        answering={fold(who): tuple(map(fold, served)) for who, served in data.get("answering", {}).items()},
        implied={fold(word): tuple(map(fold, hints)) for word, hints in data["implied"].items()},
        telling=frozenset(map(fold, data["words"].get("telling", ()))),
        vague=frozenset(map(fold, data["words"].get("vague", ()))),
        whole={family: frozenset(map(fold, words)) for family, words in data["words"]["whole"].items()},
        lengths=_lengths(entries),
        longest_head=max(map(len, heads)),
        head_words={suffix: _words_in(suffix, entries) for suffix in (*heads, *map(fold, data["words"]["endings"]))},
    )


COUNTED = ("数", "数量", "总数", "总量", "规模", "完成量", "任务数", "任务量")
"""What is put after a measure without saying more: 里程数, 面积总数, 金额规模."""
MEASURED = frozenset({"面积", "长度", "天数", "月数", "时间", "金额", "成本", "数量/重", "数量/体积"})


def _heads(families: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Suffix → family, with measures that are counted once more (里程数 is a length, not a number)."""
    heads = {fold(suffix): family for family, words in families.items() for suffix in words}
    for suffix, family in list(heads.items()):
        if family in MEASURED and len(suffix) > 1:
            for count in COUNTED:
                heads.setdefault(suffix + count, family)
    return heads


def _words_in(suffix: str, entries: Mapping[str, Entry]) -> tuple[Entry, ...]:
    """Entries with tags of the words in a suffix, longest first from the left; its own entry where it is a word itself."""
    found, at = [], 0
    while at < len(suffix):
        end = next((end for end in range(len(suffix), at, -1) if suffix[at:end] in entries), at + 1)
        if suffix[at:end] in entries:
            found.append(entries[suffix[at:end]])
        at = end
    return tuple(found)


def _lengths(entries: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for word in entries:
        if word:
            found.setdefault(word[-1], set()).add(len(word))
    return {character: tuple(sorted(lengths)) for character, lengths in found.items()}


def _draft_words(draft: _Draft, data: Mapping[str, Any]) -> None:
    """Tokens of light words, and of whole words that a family skips."""
    for kind in (NEUTRAL, FILLER, WEAK, PERSON, PLAIN):
        for word in data["words"].get(kind, ()):
            draft.token(word, kind, fold(word))
    for word in (word for words in data["words"]["whole"].values() for word in words):
        if fold(word) not in draft.tokens:
            draft.token(word, PLAIN, fold(word))
    for word in data["qualifiers"]["narrow"]:
        draft.token(word, NARROW, fold(word))


def _draft_tags(draft: _Draft, data: Mapping[str, Any]) -> None:
    """Actions, aspects and contrasts: tags, and the tokens of the first two."""
    for canonical, words in data["actions"].items():
        for word in (canonical, *words):
            draft.token(word, ACTION, canonical)
            draft.tag(word, "actions", canonical)
    for strength, kind in (("strong", ASPECT), ("weak", FILLER)):
        for canonical, words in data["aspects"][strength].items():
            for word in (canonical, *words):
                draft.token(word, kind, canonical)
                draft.tag(word, strength, canonical)
    for name, group in data["contrasts"].items():
        for member, words in group["members"].items():
            wordings = [wording for word in words for wording in data["aspects"]["strong"].get(word, ())]
            for word in (*words, *wordings):
                draft.tag(word, "contrasts", (name, member))


def _add_synonyms(entries: dict[str, Entry], synonyms: Mapping[str, Sequence[str]]) -> None:
    """Give every wording the tokens of its canonical word."""
    for canonical, words in sorted(_classes(synonyms).items(), key=lambda item: len(item[0])):
        target = _spelled(canonical, entries)  # 脱贫户 is spelled with 脱贫, which may be a wording itself
        for word in words:
            own = entries.get(word)
            entries[word] = _merged(target, own) if own else target


def _classes(synonyms: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Canonical word → all wordings: lists of several files that share a canonical word or a wording of it are one class."""
    canonical_of: dict[str, str] = {}
    classes: dict[str, list[str]] = {}
    for canonical, words in synonyms.items():
        mine = canonical_of.get(fold(canonical), fold(canonical))
        for word in map(fold, (canonical, *words)):
            theirs = canonical_of.get(word, mine)
            if theirs != mine and word == theirs:  # a canonical word that another list calls a wording
                classes[mine].extend(classes.pop(theirs))
                canonical_of.update(dict.fromkeys(classes[mine], mine))
            canonical_of[word] = mine
            classes.setdefault(mine, []).append(word)
    return {
        canonical: [word for word in dict.fromkeys(words) if canonical_of[word] == canonical]
        for canonical, words in classes.items()
    }


def _entry(draft: _Draft, word: str, alone: frozenset[str]) -> Entry:
    tokens = draft.tokens.get(word)
    groups = {name for name, _ in draft.tags.get(word, {}).get("contrasts", ())}
    kept: tuple[tuple[str, str], ...]
    if not tokens and groups and groups <= alone:
        kept = ()
    elif tokens:
        best = min(_RANK[kind] for kind, _ in tokens)
        kept = tuple(token for token in tokens if _RANK[token[0]] == best)
    else:
        kept = tuple((PLAIN, character) for character in word)
    tags = draft.tags.get(word, {})
    return Entry(
        tokens=kept,
        actions=frozenset(tags.get("actions", ())),
        strong=frozenset(tags.get("strong", ())),
        weak=frozenset(tags.get("weak", ())),
        contrasts=tuple(dict.fromkeys(tags.get("contrasts", ()))),
    )


def _spelled(text: str, entries: Mapping[str, Entry]) -> Entry:
    """The entry of a canonical word: its own, else of the words and characters that it is made of."""
    found, at = Entry(), 0
    while at < len(text):
        end = next((end for end in range(len(text), at, -1) if text[at:end] in entries), at + 1)
        part = entries.get(text[at:end]) or Entry(tokens=((PLAIN, text[at]),))
        found = _merged(Entry(tokens=found.tokens + part.tokens), _merged(found, part))
        at = end
    return found


def _merged(target: Entry, own: Entry) -> Entry:
    """A synonym that also stands in other lists: the canonical word's tokens, the tags of both."""
    return Entry(
        tokens=target.tokens,
        actions=target.actions | own.actions,
        strong=target.strong | own.strong,
        weak=target.weak | own.weak,
        contrasts=tuple(dict.fromkeys((*target.contrasts, *own.contrasts))),
    )
