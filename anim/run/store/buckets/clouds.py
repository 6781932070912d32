"""How TensorStore reaches a bucket: its driver, endpoint, region, credentials and patience.

TensorStore finds credentials as the tools of AWS and Google do: variables such as
``AWS_ACCESS_KEY_ID``, ``AWS_PROFILE`` and ``GOOGLE_APPLICATION_CREDENTIALS``, their files, and the
services of the machine. What it does not read itself is filled in here: the endpoint and the region
of S3 (``AWS_ENDPOINT_URL_S3``, ``AWS_ENDPOINT_URL``, ``AWS_REGION``, ``AWS_DEFAULT_REGION`` and the
profile in ``~/.aws/config``), and ``STORAGE_EMULATOR_HOST`` for Google's.
"""

from __future__ import annotations

import configparser
import functools
import os
from pathlib import Path
from typing import Any

import tensorstore as ts

SCHEMES = ("gs", "memory", "s3")
# TensorStore's own retries wait for half an hour; these, for some ten seconds.
_RETRIES = {"max_retries": 5, "initial_delay": "250ms", "max_delay": "4s"}
# Seconds that TensorStore waits for a connection, and for the next byte.
_WAITS = {
    "TENSORSTORE_CURL_CONNECT_TIMEOUT_SECONDS": "10",
    "TENSORSTORE_CURL_LOW_SPEED_TIME_SECONDS": "20",
}
_OF_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")


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
    """Return the connections that all stores of a scheme share, and the memory of ``memory``."""
    return _context(scheme, *(os.environ.get(name) for name in _OF_CREDENTIALS))


@functools.cache
def _context(scheme: str, key: str | None, secret: str | None, *_: str | None) -> ts.Context:
    if scheme == "s3":
        # Else TensorStore complains on stderr that there are no files of credentials.
        own = {"aws_credentials": {"type": "environment"}} if key and secret else {}
        return ts.Context({"s3_request_retries": _RETRIES, **own})
    if scheme == "gs":
        return ts.Context({"gcs_request_retries": _RETRIES})
    return ts.Context()


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
