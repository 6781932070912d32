"""How buckets are reached: drivers, endpoints, regions, and a bucket of Google's."""

import http.server
import threading
import time

import pytest

from anim.errors import BucketError
from anim.run.store.buckets import clouds
from anim.run.store.store import store_of
from tests.support import google
from tests.support.recordings import check_recording, record
from tests.support.subprocesses import run_python

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


def kind():
    return clouds._kind_of_credentials()


def test_credentials_are_looked_for_where_there_may_be_some(monkeypatch, tmp_path):
    monkeypatch.setattr(clouds, "_has_role", lambda: False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    assert kind() == "default"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "nothing"))
    assert kind() == "anonymous"
    monkeypatch.setenv("AWS_PROFILE", "mine")
    with pytest.raises(BucketError, match=r"AWS_PROFILE: there is no profile 'mine' in .*nothing"):
        kind()
    (tmp_path / "credentials").write_text("[mine]\naws_access_key_id = a\n")
    assert kind() == "default"
    (tmp_path / "credentials").unlink()
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/x")
    assert kind() == "default"
    monkeypatch.delenv("AWS_WEB_IDENTITY_TOKEN_FILE")
    monkeypatch.setattr(clouds, "_has_role", lambda: True)
    assert kind() == "default"


def test_credentials_that_come_later_are_found(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(clouds, "_has_role", lambda: False)
    file = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "nothing"))
    without = clouds.context_of("s3")
    assert clouds.context_of("s3") is without
    file.write_text("[default]\naws_access_key_id = a\n")
    assert clouds.context_of("s3") is not without


class Machine(http.server.BaseHTTPRequestHandler):
    """Gives a role to those who ask with a token."""

    role = b"mine"

    def do_PUT(self):
        self.say(b"token")

    def do_GET(self):
        self.say(self.role if self.headers["X-aws-ec2-metadata-token"] == "token" else b"")

    def say(self, content):
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("role", [b"mine", b""])
def test_a_machine_of_aws_is_asked_for_its_role(monkeypatch, role):
    monkeypatch.setattr(Machine, "role", role)
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED", raising=False)
    with http.server.HTTPServer(("127.0.0.1", 0), Machine) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
        thread.start()
        monkeypatch.setattr(clouds, "_MACHINE", f"http://127.0.0.1:{server.server_port}")
        assert clouds._has_role() == (role != b"")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        assert not clouds._has_role()
        server.shutdown()
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    start = time.monotonic()
    assert not clouds._has_role()
    assert time.monotonic() - start < 10


def test_a_file_of_credentials_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "x.json"))
    with pytest.raises(BucketError, match=r"GOOGLE_APPLICATION_CREDENTIALS: there is no file '.*x"):
        store_of("gs://bucket/run")


@pytest.mark.slow
def test_without_credentials_and_server_there_is_one_line(monkeypatch, tmp_path):
    for name in clouds._OF_CREDENTIALS:
        monkeypatch.delenv(name, raising=False)
    env = {
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(tmp_path / "nothing"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }
    code = "import sys; from anim.report.__main__ import main; sys.exit(main(sys.argv[1:]))"
    start = time.monotonic()
    done = run_python(code, "s3://bucket/run", env=env, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("anim.report: error: s3://bucket/run: the server cannot be reach")
    assert done.stderr.count("\n") == 1
    assert time.monotonic() - start < 120
