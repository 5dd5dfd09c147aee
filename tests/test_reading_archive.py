"""ZIP archives: names, nesting, limits, damage."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from kpi.errors import BadInput, KpiError
from kpi.ingestion.parsing import is_lasting
from kpi.reading import detect_format, open_file
from kpi.reading.archive import Limits, expand


def archive(members: dict[str, bytes], *, raw_names: str = "") -> bytes:
    """A ZIP file; with `raw_names` its names are stored in that encoding without the UTF-8 flag, as Windows does."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            stored = (
                f"placeholder-{len(name.encode(raw_names)):04d}".ljust(len(name.encode(raw_names)), "x")
                if raw_names
                else name
            )
            target.writestr(stored, data)
    data = buffer.getvalue()
    for name in members if raw_names else ():
        encoded = name.encode(raw_names)
        data = data.replace(f"placeholder-{len(encoded):04d}".ljust(len(encoded), "x").encode(), encoded)
    return data


def names(path: Path, limits: Limits | None = None) -> list[str]:
    return [member.name for member in expand(path, limits=limits)]


def write(folder: Path, data: bytes, name: str = "公开.zip") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_without_the_utf8_flag(tmp_path: Path, encoding: str) -> None:
    path = write(
        tmp_path, archive({"二〇二六年部门预算公开/医疗保障局绩效目标表.txt": "绩效".encode()}, raw_names=encoding)
    )
    assert names(path) == ["二〇二六年部门预算公开/医疗保障局绩效目标表.txt"]


def test_members_are_files_only_until_the_next_one(tmp_path: Path) -> None:
    path = write(tmp_path, archive({"a.txt": b"one", "b.txt": b"two"}))
    seen = []
    previous = None
    for member in expand(path):
        assert member.path is not None
        assert previous is None or not previous.exists()
        seen.append(member.path.read_bytes())
        previous = member.path
    assert seen == [b"one", b"two"]
    assert previous is not None
    assert not previous.exists()


def test_nested_archives_and_system_files(tmp_path: Path) -> None:
    inner = archive({"内.txt": b"x", "__MACOSX/._内.txt": b"x"})
    path = write(
        tmp_path, archive({"外.txt": b"x", "内.zip": inner, ".DS_Store": b"x", "Thumbs.db": b"x", "~$锁.docx": b"x"})
    )
    assert names(path) == ["外.txt", "内.zip/内.txt"]


def test_nesting_deeper_than_allowed_is_told(tmp_path: Path) -> None:
    data = archive({"a.txt": b"x"})
    for _ in range(4):
        data = archive({"in.zip": data})
    (member,) = expand(write(tmp_path, data))
    assert member.path is None
    assert member.error is not None
    assert "上限 3 层" in str(member.error)


def test_too_many_members(tmp_path: Path) -> None:
    path = write(tmp_path, archive({f"{n}.txt": b"x" for n in range(6)}))
    with pytest.raises(BadInput, match="上限 5 个"):
        names(path, Limits(members=5))


def test_a_bomb_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    path = write(tmp_path, archive({"bomb.txt": b"0" * 5_000_000, "after.txt": b"x"}))
    assert path.stat().st_size < 20_000
    bomb, after = expand(path, limits=Limits(file_bytes=1_000_000))
    assert bomb.error is not None
    assert bomb.error.code == "limit_file_bytes"
    assert after.error is None
    with pytest.raises(BadInput, match="上限 1,000 字节"):
        names(path, Limits(total_bytes=1000))


def test_a_name_never_leaves_the_folder(tmp_path: Path) -> None:
    path = write(tmp_path, archive({"../../escape.txt": b"x"}))
    for member in expand(path):
        assert member.name == "escape.txt"
        assert member.path is not None
        assert ".." not in member.path.parts


def test_damaged_and_protected_members_do_not_stop_the_others(tmp_path: Path) -> None:
    data = bytearray(archive({"bad.txt": b"0123456789" * 9, "good.txt": b"x"}))
    data[data.index(b"bad.txt") + 9] ^= 0xFF
    bad, good = expand(write(tmp_path, bytes(data)))
    assert bad.error is not None
    assert bad.error.code == "damaged_archive"
    assert good.error is None
    flagged = bytearray(archive({"locked.txt": b"x"}))
    flagged[flagged.index(b"PK\x01\x02") + 8] |= 1
    (locked,) = expand(write(tmp_path, bytes(flagged)))
    assert locked.error is not None
    assert locked.error.code == "password_protected"


def test_empty_members_are_named(tmp_path: Path) -> None:
    (member,) = expand(write(tmp_path, archive({"空.docx": b""})))
    assert member.error is not None
    assert member.error.code == "empty_file"


def test_an_archive_is_not_read_as_one_document(tmp_path: Path) -> None:
    path = write(tmp_path, archive({"a.txt": b"x"}))
    assert detect_format(path) == "zip"
    with pytest.raises(BadInput, match="ZIP 压缩包"):
        open_file(path)


def test_an_archive_cut_off(tmp_path: Path) -> None:
    path = write(tmp_path, archive({"a.txt": b"x" * 100})[:60])
    with pytest.raises(BadInput, match="已损坏"):
        names(path)


def test_a_full_disk_is_no_damage_of_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.zip").write_bytes(archive({"预算.txt": b"text"}))

    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipExtFile, "read", full)
    with pytest.raises(KpiError) as told:
        list(expand(tmp_path / "a.zip"))
    assert told.value.code == "disk_full"
    assert not is_lasting(told.value), "the next run takes it out again"
