"""An append: the body goes to disk as it arrives, and never whole into memory."""

import base64
import errno
import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from starlette.concurrency import run_in_threadpool

from veracity_emulator.storage.append_target import AppendTarget
from veracity_emulator.storage.calls import StorageCall
from veracity_emulator.storage.entries import StoredFile
from veracity_emulator.storage.store import FileStore

_WRITE_BLOCK: Final = 1024 * 1024
_LARGEST: Final = 4000 * 1024 * 1024
"""Bytes that one append may carry."""


async def append(files: FileStore, call: StorageCall, file: StoredFile) -> int:
    """Take the body to its position; on return it is there, uncommitted, for good. Returns where it ends."""
    position, length = call.integer("position"), _length(call)
    async with files.landing(file, position, position + length) as landing:
        digest = await _taken(call, landing)
        wanted = call.request.headers.get("Content-MD5")
        if wanted is not None and wanted != digest:
            raise call.refuse(400, "Md5Mismatch")
        await run_in_threadpool(files.appended, file, landing)
        return landing.end


def _length(call: StorageCall) -> int:
    """Bytes to come; a body of unknown length may have as many as an append can."""
    given = call.request.headers.get("Content-Length")
    if given is None:
        return _LARGEST
    if not given.isdecimal() or int(given) == 0:
        raise call.refuse(400, "InvalidHeaderValue")
    if int(given) > _LARGEST:
        raise call.refuse(413, "RequestBodyTooLarge")
    return int(given)


async def _taken(call: StorageCall, landing: AppendTarget) -> str | None:
    """The MD5 of what has landed, if the client told one."""
    digest = hashlib.md5(usedforsecurity=False) if "Content-MD5" in call.request.headers else None
    async with aclosing(_blocks(call)) as blocks:
        async for block in blocks:
            _write(call, landing, block)
            if digest:
                digest.update(block)
    return base64.b64encode(digest.digest()).decode() if digest else None


def _write(call: StorageCall, landing: AppendTarget, block: bytes) -> None:
    if landing.end + len(block) - landing.start > _LARGEST:
        raise call.refuse(413, "RequestBodyTooLarge")
    try:
        landing.write(block)
    except OSError as error:
        if error.errno in {errno.EFBIG, errno.EINVAL, errno.EOVERFLOW}:
            raise call.refuse(400, "OutOfRangeQueryParameterValue") from None
        raise call.refuse(500, "InternalError") from error


async def _blocks(call: StorageCall) -> AsyncGenerator[bytes]:
    """The body in pieces of a MiB or so."""
    held, size = list[bytes](), 0
    async for piece in call.request.stream():
        held.append(piece)
        size += len(piece)
        if size >= _WRITE_BLOCK:
            yield b"".join(held)
            held, size = [], 0
    if size:
        yield b"".join(held)
