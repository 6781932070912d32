"""How TensorStore reaches a bucket: its driver, endpoint, region, credentials and patience.

TensorStore finds credentials as the tools of AWS and Google do: variables such as
``AWS_ACCESS_KEY_ID``, ``AWS_PROFILE`` and ``GOOGLE_APPLICATION_CREDENTIALS``, their files, and the
services of the machine. What it does not read itself is filled in here: the endpoint and the region
of S3 (``AWS_ENDPOINT_URL_S3``, ``AWS_ENDPOINT_URL``, ``AWS_REGION``, ``AWS_DEFAULT_REGION`` and the
profile in ``~/.aws/config``), and ``STORAGE_EMULATOR_HOST`` for Google's.
"""

from __future__ import annotations

import configparser
import contextlib
import functools
import http.client
import os
import urllib.request
from pathlib import Path
from typing import Any

import tensorstore as ts

from anim.errors import BucketError

SCHEMES = ("gs", "memory", "s3")
# TensorStore's own retries wait for half an hour; these, for some ten seconds.
_RETRIES = {"max_retries": 5, "initial_delay": "250ms", "max_delay": "4s"}
# Seconds that TensorStore waits for a connection, and for the next byte.
_WAITS = {
    "TENSORSTORE_CURL_CONNECT_TIMEOUT_SECONDS": "10",
    "TENSORSTORE_CURL_LOW_SPEED_TIME_SECONDS": "20",
}
_OF_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")
# Files and variables, besides keys, from which the credentials of AWS may come.
_FILES = {
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
    "AWS_CONFIG_FILE": "~/.aws/config",
}
_OTHERS = (
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
# Where a machine of AWS is told its role, and the seconds until that is not answered.
_MACHINE, _PROBE = "http://169.254.169.254", 1.0


def spec_of(scheme: str, bucket: str, path: str) -> dict[str, Any]:
    """Return the key-value store of TensorStore for a path in a bucket.

    Args:
        scheme: one of `SCHEMES`.
        bucket: its name.
        path: in the bucket, without slashes at its ends.
    """
    for name, value in _WAITS.items():
        os.environ.setdefault(name, value)
    inside = f"{path}/" if path else ""
    if scheme == "memory":
        return {"driver": "memory", "path": f"{bucket}/{inside}"}
    if scheme == "gs":
        _reach_emulator()
        return {"driver": "gcs", "bucket": bucket, "path": inside}
    return {"driver": "s3", "bucket": bucket, "path": inside, **_s3(bucket)}


def context_of(scheme: str) -> ts.Context:
    """Return the connections that all stores of a scheme share, and the memory of ``memory``.

    Raises:
        BucketError: a variable names credentials that are not there.
    """
    google = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    if scheme == "gs" and google and not Path(google).is_file():
        # TensorStore would look elsewhere.
        raise BucketError(f"GOOGLE_APPLICATION_CREDENTIALS: there is no file {google!r}")
    found = map(os.environ.get, (*_OF_CREDENTIALS, *_OTHERS))
    # Credentials may come while a notebook runs.
    return _context(scheme, *found, *(str(file) for file in _files() if file.is_file()))


@functools.cache
def _context(scheme: str, key: str | None, secret: str | None, *_: str | None) -> ts.Context:
    if scheme == "s3":
        kind = "environment" if key and secret else _kind_of_credentials()
        return ts.Context({"s3_request_retries": _RETRIES, "aws_credentials": {"type": kind}})
    if scheme == "gs":
        return ts.Context({"gcs_request_retries": _RETRIES})
    return ts.Context()


def _files() -> list[Path]:
    """Return the files from which the credentials of AWS may come."""
    return [Path(os.environ.get(name) or usual).expanduser() for name, usual in _FILES.items()]


def _kind_of_credentials() -> str:
    """Return where TensorStore looks for credentials of AWS, apart from keys in variables.

    It says on stderr, in a dozen lines that nothing turns off, where it found none: so it is asked
    to look only if there may be some.
    """
    files = _files()
    found = [file for file in files if file.is_file()]
    if profile := os.environ.get("AWS_PROFILE"):
        parser = configparser.RawConfigParser()
        # What cannot be read is left to TensorStore.
        with contextlib.suppress(UnicodeDecodeError, configparser.Error):
            parser.read(found)
            if not any(map(parser.has_section, (profile, f"profile {profile}"))):
                where = " or ".join(map(str, files))
                raise BucketError(f"AWS_PROFILE: there is no profile {profile!r} in {where}")
    if found or any(os.environ.get(name) for name in _OTHERS) or _has_role():
        return "default"
    return "anonymous"


def _has_role() -> bool:
    """Return whether this is a machine of AWS that gives its programs credentials."""
    if os.environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        return False
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def answer(key: str, **more: Any) -> str:
        request = urllib.request.Request(f"{_MACHINE}/latest/{key}", **more)
        try:
            with opener.open(request, timeout=_PROBE) as found:
                return found.read(1 << 12).decode().strip()
        except (OSError, ValueError, http.client.HTTPException):
            return ""

    life = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    token = answer("api/token", method="PUT", headers=life)
    given = {"X-aws-ec2-metadata-token": token} if token else {}
    return answer("meta-data/iam/security-credentials/", headers=given) != ""


def _s3(bucket: str) -> dict[str, Any]:
    profile = _profile()
    endpoint = (
        os.environ.get("AWS_ENDPOINT_URL_S3")
        or os.environ.get("AWS_ENDPOINT_URL")
        or profile.get("endpoint_url")
    )
    region = (
        os.environ.get("AWS_REGION")
        or os.environ.get("AWS_DEFAULT_REGION")
        or profile.get("region")
    )
    # Without, TensorStore looks first and writes then, where others may write in between.
    found: dict[str, Any] = {"use_conditional_write": True}
    if endpoint:
        found["endpoint"] = endpoint.rstrip("/")
        found["aws_region"] = region or "us-east-1"
    elif region and "." in bucket:
        found["aws_region"] = region
    # Otherwise TensorStore asks AWS, where a bucket may be in another region than the default.
    return found


def _profile() -> dict[str, str]:
    """Return endpoint_url and region of the profile in AWS's file, as far as it has them."""
    file = Path(os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config").expanduser()
    parser = configparser.RawConfigParser()
    try:
        parser.read(file)
    except (OSError, UnicodeDecodeError, configparser.Error):
        return {}
    name = os.environ.get("AWS_PROFILE") or "default"
    section = next((one for one in (f"profile {name}", name) if parser.has_section(one)), None)
    if section is None:
        return {}
    found = dict(parser.items(section))
    services = f"services {found.get('services')}"
    if parser.has_section(services):
        # A section in a section: lines that are indented below "s3 =".
        lines = parser.get(services, "s3", fallback="").splitlines()
        pairs = (line.partition("=") for line in lines)
        found |= {key.strip(): value.strip() for key, equals, value in pairs if equals}
    return {key: found[key] for key in ("endpoint_url", "region") if found.get(key)}


def _reach_emulator() -> None:
    host = os.environ.get("STORAGE_EMULATOR_HOST")
    if host:
        url = host if "://" in host else f"http://{host}"
        os.environ.setdefault("TENSORSTORE_GCS_HTTP_URL", url.rstrip("/"))
        # An emulator asks for no credentials, which TensorStore would search the network for.
        os.environ.setdefault("GOOGLE_AUTH_TOKEN_FOR_TESTING", "emulator")
