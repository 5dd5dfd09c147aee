"""A store in an object store that speaks S3, served on this machine: no renaming, no appending, conditional creation."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from remote_samples import numbers_in, publish_number
from store_samples import parse_sample, write_sample

from kpi.catalog.layout import Layout
from kpi.catalog.publish import Published
from kpi.cli import command
from kpi.errors import StoreError
from kpi.ingestion import SerialExecutor, ingest
from kpi.store import open_store

pytest.importorskip("s3fs", reason="s3fs is not installed: pip install 'kpi-atlas[s3]'")
moto = pytest.importorskip("moto.server", reason="moto is not installed: pip install 'kpi-atlas[dev]'")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    import s3fs

    for name, value in (("ACCESS_KEY_ID", "tester"), ("SECRET_ACCESS_KEY", "hidden"), ("ENDPOINT_URL", endpoint)):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("KPI_CACHE", str(tmp_path / "machines" / "a"))
    s3fs.S3FileSystem.clear_instance_cache()  # its answers must come from this endpoint
    name = f"bucket-{tmp_path.name.replace('_', '-')}"[:60].lower()
    s3fs.S3FileSystem(use_listings_cache=False).mkdir(name)
    return f"s3://{name}"


def test_a_store_is_made_read_elsewhere_and_added_to(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, folder = f"{bucket}/national/kpi", tmp_path / "in"
    for number, city in enumerate(("焦作市", "许昌市")):
        write_sample(folder / f"{number}.txt", city=city, projects=["城乡医疗救助补助"])
    assert ingest([folder], store, executor=SerialExecutor(), parse=parse_sample).counts == {"parsed": 2}

    monkeypatch.setenv("KPI_CACHE", str(tmp_path / "machines" / "b"))
    with open_store(store) as opened:
        before = opened.search("满意度", limit=None)
        assert {hit.record["city"] for hit in before.hits} == {"焦作市", "许昌市"}
        write_sample(folder / "2.txt", city="晋州市", projects=["城乡医疗救助补助"])
        assert ingest([folder], store, executor=SerialExecutor(), parse=parse_sample).counts == {
            "known": 2,
            "parsed": 1,
        }
        assert opened.search("满意度", limit=None).total == before.total, "an open store stays as it is"
        assert opened.refresh()
        assert opened.count("city:晋州市") > 0

    told = CliRunner().invoke(command, ["status", "--store", store])
    assert told.exit_code == 0, told.output
    assert "文件：3" in told.output


def test_of_writers_at_once_none_loses_anything(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = f"{bucket}/kpi"

    def write(number: int) -> Published:
        return publish_number(Layout(store), number, wait=60)

    with ThreadPoolExecutor(4) as pool:
        assert all(published.changed for published in pool.map(write, range(4)))
    assert numbers_in(Layout(store)) == {0, 1, 2, 3}


def test_a_bucket_that_is_not_there_is_told_without_credentials(bucket: str) -> None:
    with pytest.raises(StoreError) as told:
        publish_number(Layout(f"s3://tester:hidden@{bucket.removeprefix('s3://')}-missing/kpi"), 1)
    assert "hidden" not in str(told.value)
