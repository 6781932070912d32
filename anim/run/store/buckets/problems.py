"""What goes wrong with a bucket, and what can be done about it."""

from __future__ import annotations

import re

from anim.errors import BucketError

# What TensorStore says, what it means, and what can be done.
_PROBLEMS = (
    (
        r"NoSuchBucket|bucket does not exist|^NOT_FOUND|missing <ListBucketResult>",
        "there is no such bucket; create it first, or correct its name",
    ),
    (
        r"InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|UNAUTHENTICATED"
        r"|TokenRefreshRequired",
        "the credentials are not accepted; check AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY, and whether they have expired",
    ),
    (
        r"AccessDenied|PERMISSION_DENIED|Forbidden|'403'",
        "access is denied: the credentials that were found, if any, may not do this; check "
        "AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and what they are allowed",
    ),
    (
        r"PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint|resolve aws_reg",
        "the bucket is in another region, or there is none of that name; set AWS_REGION to the "
        "region of the bucket",
    ),
    (
        r"Malformed input to a URL",
        "this version of TensorStore cannot send its name; record to a name without spaces",
    ),
    (
        r"CURL error|Could not resolve|Failed to connect|Could not connect|timed? ?out",
        "the server cannot be reached; check the network, and AWS_ENDPOINT_URL if it is set",
    ),
    (r"retry attempts failed|UNAVAILABLE|SlowDown", "the server fails again and again; try later"),
    (r"NotImplemented|UNIMPLEMENTED", "the server cannot write on a condition, as recording needs"),
)
# What Google has in the place of what AWS has.
_OF_GOOGLE = {
    "AWS_ENDPOINT_URL": "STORAGE_EMULATOR_HOST",
    "AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY": "GOOGLE_APPLICATION_CREDENTIALS",
}
# What only an error of a request has in it, and none of a file.
_OF_REQUEST = re.compile(r"http_response_code=|CURL error|retry attempts failed|resolve aws_region")


def is_of_request(error: Exception) -> bool:
    """Return whether an error of TensorStore is of a request to a server, not of what it read."""
    return _OF_REQUEST.search(str(error)) is not None


def bucket_error(name: str, error: Exception) -> BucketError:
    """Return the error to raise in the place of one of TensorStore, for a place with a name."""
    text = str(error)
    said = re.split(r" \[[a-z_ -]+=", text, maxsplit=1)[0]
    problem = next((told for known, told in _PROBLEMS if re.search(known, text)), None)
    if problem and name.startswith("gs:"):
        for amazon, google in _OF_GOOGLE.items():
            problem = problem.replace(amazon, google)
    return BucketError(f"{name}: {problem} ({said})" if problem else f"{name}: {said}")
