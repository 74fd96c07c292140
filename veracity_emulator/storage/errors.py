"""Errors of the storage, in both of its dialects. Source: docs/platform.md, "The Data Lake's errors"."""

import uuid
from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape

from veracity_emulator.errors import ServiceError

_TEXTS: Final = {
    "AuthenticationFailed": (
        "Server failed to authenticate the request. Make sure the value of the Authorization header is formed "
        "correctly including the signature."
    ),
    "AuthorizationPermissionMismatch": (
        "This request is not authorized to perform this operation using this permission."
    ),
    "NoAuthenticationInformation": "Server failed to authenticate the request. Please refer to the information in the "
    "www-authenticate header.",
    "PathNotFound": "The specified path does not exist.",
    "BlobNotFound": "The specified blob does not exist.",
    "PathAlreadyExists": "The specified path already exists.",
    "ConditionNotMet": "The condition specified using HTTP conditional header(s) is not met.",
    "InvalidFlushPosition": "The uploaded data is not contiguous or the position query parameter value is not equal to "
    "the length of the file after appending the uploaded data.",
    "InvalidResourceName": "The specified resource name contains invalid characters.",
    "InvalidRange": "The range specified is invalid for the current size of the resource.",
    "Md5Mismatch": "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
    "ServerBusy": "The server is busy.",
    "PathConflict": "The specified path, or an element of the path, exists and its resource type is invalid for this "
    "operation.",
    "ResourceTypeMismatch": "The resource type is invalid for this operation.",
    "DirectoryNotEmpty": "The recursive query parameter value must be true to delete a non-empty directory.",
    "SourcePathNotFound": "The source path for a rename operation does not exist.",
    "InvalidRenameSourcePath": "The source directory cannot be the same as the destination directory, nor can the "
    "destination be a subdirectory of the source directory.",
    "RenameDestinationParentPathNotFound": "The parent directory of the destination path does not exist.",
    "UnsupportedHttpVerb": "The resource doesn't support the specified HTTP verb.",
    "UnsupportedQueryParameter": "One of the query parameters specified in the request URI is not supported.",
    "MissingRequiredQueryParameter": "A query parameter that's mandatory for this request is not specified.",
    "InvalidQueryParameterValue": "Value for one of the query parameters specified in the request URI is invalid.",
    "OutOfRangeQueryParameterValue": "One of the query parameters specified in the request URI is outside the "
    "permissible range.",
    "InvalidHeaderValue": "The value for one of the HTTP headers is not in the correct format.",
    "ContentLengthMustBeZero": "The Content-Length request header must be zero.",
    "RequestBodyTooLarge": "The request body is too large and exceeds the maximum permissible limit.",
    "InvalidMetadata": "The metadata specified is invalid. It has characters that are not permitted.",
    "InvalidPropertyName": "The property name contains invalid characters.",
    "BlobAlreadyExists": "The specified blob already exists.",
    "InvalidBlobType": "The blob type is invalid for this operation.",
    "InvalidBlockList": "The specified block list is invalid.",
    "InvalidBlockId": "The specified block ID is invalid. The block ID must be Base64-encoded.",
    "InvalidBlobOrBlock": "The specified blob or block content is invalid.",
    "InvalidXmlDocument": "XML specified is not syntactically valid.",
    "MissingContentLengthHeader": "The Content-Length header was not specified.",
    "MetadataTooLarge": "The size of the specified metadata exceeds the maximum size permitted.",
    "InternalError": "The server encountered an internal error. Please retry the request.",
}


def storage_error(status: int, code: str, *, is_blob: bool = False, is_head: bool = False) -> ServiceError:
    """
    An error of the storage.

    Args:
        is_blob: In the blob dialect's XML, else in the JSON of the Data Lake's own.
        is_head: The answer to HEAD, which has the code alone.
    """
    request_id = str(uuid.uuid4())
    text = f"{_TEXTS.get(code, code)}\nRequestId:{request_id}\nTime:{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f0Z}"
    headers = {"x-ms-error-code": code, "x-ms-request-id": request_id}
    if status == 304 or is_head:
        return ServiceError(status, content_type=None, headers=headers)
    if not is_blob:
        body = {"error": {"code": code, "message": text}}
        return ServiceError(status, body, content_type="application/json;charset=utf-8", headers=headers)
    error = f"<Error><Code>{code}</Code><Message>{escape(text)}</Message></Error>"
    xml = f'\ufeff<?xml version="1.0" encoding="utf-8"?>{error}'
    return ServiceError(status, xml.encode(), content_type="application/xml", headers=headers)
