"""How buckets are reached: drivers, endpoints, regions, and a bucket of Google's."""

import pytest

from anim.errors import BucketError
from anim.run.store.buckets import clouds
from anim.run.store.store import store_of
from tests.support import google
from tests.support.recordings import check_recording, record

AWS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE")
CONFIG = """
[default]
region = eu-west-1
[profile minio]
endpoint_url = http://minio:9000/
region = here
[profile nested]
services = mine
region = there
[services mine]
s3 =
  endpoint_url = http://nested:1
"""
ALWAYS = {"driver": "s3", "path": "a/run/", "use_conditional_write": True}


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    for name in AWS:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config").write_text(CONFIG)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name in ("TENSORSTORE_GCS_HTTP_URL", "GOOGLE_AUTH_TOKEN_FOR_TESTING"):
        # Set, and removed again: what is set in a test goes with it.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, {}),
        ({"AWS_REGION": "x"}, {}),
        ({"AWS_ENDPOINT_URL": "http://e/"}, {"endpoint": "http://e", "aws_region": "eu-west-1"}),
        (
            {"AWS_ENDPOINT_URL": "http://e", "AWS_ENDPOINT_URL_S3": "http://s", "AWS_REGION": "r"},
            {"endpoint": "http://s", "aws_region": "r"},
        ),
        (
            {"AWS_ENDPOINT_URL": "http://e", "AWS_DEFAULT_REGION": "d"},
            {"endpoint": "http://e", "aws_region": "d"},
        ),
        ({"AWS_PROFILE": "minio"}, {"endpoint": "http://minio:9000", "aws_region": "here"}),
        ({"AWS_PROFILE": "nested"}, {"endpoint": "http://nested:1", "aws_region": "there"}),
        ({"AWS_PROFILE": "missing"}, {}),
        ({"AWS_CONFIG_FILE": "/nowhere", "AWS_ENDPOINT_URL": "http://e"}, {"endpoint": "http://e"}),
    ],
)
def test_s3_is_reached_as_the_tools_of_aws_reach_it(monkeypatch, variables, expected):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = clouds.spec_of("s3", "bucket", "a/run")
    assert {**ALWAYS, "bucket": "bucket", **expected}.items() <= found.items()
    # Of AWS itself, a bucket may be in another region than the default.
    assert ("aws_region" in found) == ("endpoint" in found)


def test_a_bucket_with_a_dot_needs_its_region():
    assert clouds.spec_of("s3", "a.b", "r")["aws_region"] == "eu-west-1"


def test_google_is_reached_at_its_emulator_if_there_is_one(monkeypatch):
    spec = {"driver": "gcs", "bucket": "bucket", "path": "a/run/"}
    assert clouds.spec_of("gs", "bucket", "a/run") == spec
    assert "TENSORSTORE_GCS_HTTP_URL" not in clouds.os.environ
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "localhost:4443")
    assert clouds.spec_of("gs", "bucket", "a/run") == spec
    assert clouds.os.environ["TENSORSTORE_GCS_HTTP_URL"] == "http://localhost:4443"


def test_a_bucket_of_google_is_recorded_to_resumed_and_held(monkeypatch):
    with google.serving() as (address, objects):
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
        url = f"gs://{google.BUCKET}/a b/run"
        record(url, range(3))
        record(url, [5], resume=True)
        check_recording(url, [0, 1, 2, 5])
        assert "a b/run/steps/c/0" in objects.found
        record(url, [7], overwrite=True)
        check_recording(url, [7])
        assert not store_of(url).is_held()
        with pytest.raises(BucketError, match=r"no such bucket"):
            record("gs://another-bucket/run", [0])
