"""Parsed documents survive being written and read."""

from __future__ import annotations

import dataclasses

import pytest
from store_samples import full_document, make_document

from kpi.errors import StoreError
from kpi.model import Document
from kpi.serial import bytes_to_document, bytes_to_plain, document_to_bytes, document_to_plain, plain_to_document


def everything(value: object) -> object:
    """A value with all fields of all dataclasses in it, those left out of equality too."""
    if dataclasses.is_dataclass(value):
        return [(item.name, everything(getattr(value, item.name))) for item in dataclasses.fields(value)]
    if isinstance(value, tuple):
        return [everything(item) for item in value]
    return type(value), value


@pytest.mark.parametrize("document", [full_document(), make_document("plain")], ids=["every field", "usual"])
def test_round_trip_keeps_every_field(document: Document) -> None:
    assert everything(plain_to_document(document_to_plain(document))) == everything(document)
    assert everything(bytes_to_document(document_to_bytes(document))) == everything(document)


def test_full_document_uses_every_field() -> None:
    """The round trip proves nothing about fields that are at their default."""
    document = full_document()
    indicator = document.indicators[-1]
    for item in dataclasses.fields(indicator):
        assert getattr(indicator, item.name) not in ("", None, False, ()), item.name
    for name in ("tables", "projects", "units", "indicators", "warnings", "suspect_pages"):
        assert getattr(document, name), name


def test_same_document_same_bytes() -> None:
    assert document_to_bytes(make_document("x")) == document_to_bytes(make_document("x"))


def test_other_version_is_told() -> None:
    plain = document_to_plain(make_document())
    with pytest.raises(StoreError) as told:
        plain_to_document({**plain, "version": 999})
    assert told.value.code == "serial_version"


@pytest.mark.parametrize("cut", [0, 1, 10, 100])
def test_damage_is_told(cut: int) -> None:
    data = document_to_bytes(make_document())
    with pytest.raises(StoreError) as told:
        bytes_to_plain(data[:cut])
    assert told.value.code == "damaged_result"


def test_half_a_surrogate_does_not_stop_publishing() -> None:
    document = dataclasses.replace(make_document(), title="a\ud800b")
    assert bytes_to_document(document_to_bytes(document)).title == "a?b"
