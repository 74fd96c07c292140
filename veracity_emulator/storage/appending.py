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
    position = call.integer("position")
    async with files.append_target(file, position, position + _length(call, _LARGEST, may_be_empty=False)) as target:
        await write_body(call, target, most=_LARGEST)
        await run_in_threadpool(files.appended, file, target)
        return target.end


async def write_body(call: StorageCall, target: AppendTarget, *, most: int, may_be_empty: bool = False) -> None:
    """Write the body, of at most so many bytes, to *target*; its MD5 is compared if the client told one."""
    _length(call, most, may_be_empty=may_be_empty)
    wanted = call.request.headers.get("Content-MD5")
    digest = hashlib.md5(usedforsecurity=False) if wanted is not None else None
    async with aclosing(_blocks(call)) as blocks:
        async for block in blocks:
            if target.end + len(block) - target.start > most:
                raise call.refuse(413, "RequestBodyTooLarge")
            _write(call, target, block)
            if digest:
                digest.update(block)
    if digest and wanted != base64.b64encode(digest.digest()).decode():
        raise call.refuse(400, "Md5Mismatch")


def _length(call: StorageCall, most: int, *, may_be_empty: bool) -> int:
    """Bytes to come; a body of unknown length may have as many as there may be."""
    given = call.request.headers.get("Content-Length")
    if given is None:
        return most
    if not given.isdecimal() or (int(given) == 0 and not may_be_empty):
        raise call.refuse(400, "InvalidHeaderValue")
    if int(given) > most:
        raise call.refuse(413, "RequestBodyTooLarge")
    return int(given)


def _write(call: StorageCall, target: AppendTarget, block: bytes) -> None:
    try:
        target.write(block)
    except OSError as error:
        if error.errno in {errno.EFBIG, errno.EINVAL, errno.EOVERFLOW}:
            raise call.refuse(400, "OutOfRangeQueryParameterValue") from None
        raise


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
