"""What an upload reads, sends, verifies and tells; with a fake of the storage, and without threads unless said."""

import hashlib
import io
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import pytest

from veracity_provider.errors import SasRejected, SourceChanged, SourceError, StorageError, StorageUnavailable
from veracity_provider.storage import uploader
from veracity_provider.storage.fingerprint import Fingerprint
from veracity_provider.storage.sources import TextSource
from veracity_provider.storage.uploader import MAX_APPENDS, MIB, ChunkSizes, Uploader, UploadOptions

KIB = 1024
SAS_URI = "https://acct.dfs.core.windows.net/fs/jobs/1?sig=x"


class AtOnce(Executor):
    """Runs what is submitted on the thread that submits it."""

    def submit(self, call, /, *arguments, **options):
        done = Future()
        try:
            done.set_result(call(*arguments, **options))
        except Exception as error:  # noqa: BLE001 — as an executor does
            done.set_exception(error)
        return done


class FakeFile:
    """A file of the storage, in memory. *clock* moves as a line of *rate* bytes a second would let it."""

    def __init__(self, *, rate=None, clock=None):
        self.calls, self.data, self.committed = [], bytearray(), None
        self.rate, self.clock = rate, clock
        self.lengths = self.committed_length
        self.place = None

    def __call__(self, folder, file_name):
        self.place = (folder.file_system, folder.path_of(file_name))
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.calls.append("close")

    def create(self):
        self.calls.append("create")

    def append(self, chunk, offset, on_sent):
        self.calls.append(("append", offset, len(chunk)))
        on_sent(0)
        if self.rate:
            self.clock.now += len(chunk) / self.rate
        self.data[offset : offset + len(chunk)] = chunk
        on_sent(len(chunk))

    def flush(self, size_bytes):
        self.calls.append(("flush", size_bytes))
        self.committed = bytes(self.data)

    def length(self):
        return self.lengths()

    def committed_length(self):
        return len(self.committed or b"")

    @property
    def chunks(self):
        return [call[2] for call in self.calls if call[0] == "append"]


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Bytes:
    """A source of these bytes."""

    name = "a.csv"

    def __init__(self, data):
        self.data = data

    def open(self):
        return io.BytesIO(self.data)


def fingerprint(data):
    return Fingerprint(hashlib.sha256(data).hexdigest(), len(data))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def remote():
    return FakeFile()


def send(source, remote, *, expected=None, options=None, pool=None, clock=None, on_progress=lambda _: None):
    source = Bytes(source) if isinstance(source, bytes) else source
    Uploader(options or UploadOptions(), open_file=remote, pool=pool or AtOnce(), monotonic=clock or Clock()).upload(
        source,
        sas_uri=SAS_URI,
        file_name="a.csv",
        expected=expected or fingerprint(source.open().read()),
        on_progress=on_progress,
    )


def test_a_file_is_created_appended_committed_and_verified_in_this_order(remote):
    send(b"abc", remote)
    assert remote.place == ("fs", "jobs/1/a.csv")
    assert remote.calls == ["create", ("append", 0, 3), ("flush", 3), "close"]
    assert remote.committed == b"abc"


@pytest.mark.parametrize("size", [1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 1_000_000])
def test_every_byte_arrives_whatever_the_chunks(remote, size):
    data = bytes(number % 251 for number in range(size))
    send(data, remote, options=UploadOptions(chunk_size_bytes=64 * KIB))
    assert remote.committed == data


def test_a_text_of_the_program_is_a_source_too(remote):
    send(TextSource("mål\n", "a.csv"), remote)
    assert remote.committed == "mål\n".encode()


@pytest.mark.parametrize(
    ("rate", "chunks"),
    [
        pytest.param(16_000, [256 * KIB, *[80_000] * 9, 66_432], id="128 kbit/s: what takes 5 s"),
        pytest.param(5_000, [256 * KIB, *[64 * KIB] * 12], id="40 kbit/s: never less than 64 KiB"),
        pytest.param(1e9, [256 * KIB, 1 * MIB - 256 * KIB], id="8 Gbit/s: the rest at once"),
    ],
)
def test_a_chunk_that_is_too_slow_is_made_smaller(clock, rate, chunks):
    remote = FakeFile(rate=rate, clock=clock)
    send(bytes(MIB), remote, clock=clock)
    assert remote.chunks == chunks


class TestSizesOfChunks:
    def test_no_chunk_is_larger_than_chosen(self):
        assert ChunkSizes.of(100 * MIB, 4 * MIB) == ChunkSizes(first=256 * KIB, least=64 * KIB, most=4 * MIB)
        assert ChunkSizes.of(100 * MIB, 4 * MIB).after(4 * MIB, seconds=0.0) == 4 * MIB

    def test_chunks_grow_again_when_the_line_is_faster(self):
        sizes = ChunkSizes.of(100 * MIB, 16 * MIB)
        assert sizes.after(64 * KIB, seconds=60.0) == 64 * KIB
        assert sizes.after(64 * KIB, seconds=0.5) == 640 * KIB

    def test_a_choice_below_the_smallest_size_is_kept(self):
        assert ChunkSizes.of(100, 1000) == ChunkSizes(first=1000, least=1000, most=1000)

    @pytest.mark.parametrize("gib", [0.001, 1, 781, 1024, 5 * 1024])
    def test_a_file_of_any_size_fits_into_as_many_appends_as_azure_keeps(self, gib):
        size = int(gib * 1024 * MIB)
        sizes = ChunkSizes.of(size, 16 * MIB)
        assert {type(one) for one in (sizes.first, sizes.least, sizes.most)} == {int}
        assert -(-size // sizes.least) <= MAX_APPENDS
        assert sizes.least <= sizes.first <= sizes.most
        assert sizes.most == 16 * MIB or size > 781 * 1024 * MIB


class TestWhatIsVerified:
    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(b"other bytes", id="other bytes"),
            pytest.param(b"planned", id="fewer"),
            pytest.param(b"planned bytes and more", id="more"),
        ],
    )
    def test_bytes_that_were_not_planned_are_not_committed(self, remote, data):
        planned, read = fingerprint(b"planned bytes"), fingerprint(data)
        with pytest.raises(SourceChanged) as failed:
            send(data, remote, expected=planned)
        assert str(failed.value) == (
            f"a.csv changed after it was planned: 13 bytes with SHA-256 {planned.content_hash[:12]}… were planned, "
            f"{read.size_bytes} bytes with {read.content_hash[:12]}… were read. No job was started; run "
            "`pulumi preview` again"
        )
        assert remote.committed is None

    def test_bytes_after_the_last_planned_chunk_are_seen(self, remote):
        planned = bytes(256 * KIB)
        with pytest.raises(SourceChanged):
            send(planned + b"a", remote, expected=fingerprint(planned))
        assert remote.committed is None

    def test_a_file_that_grows_without_end_is_left(self, remote):
        endless = 100 * MIB
        with pytest.raises(SourceChanged):
            send(bytes(endless), remote, expected=fingerprint(b"a"), options=UploadOptions(chunk_size_bytes=MIB))
        assert sum(remote.chunks) <= MIB

    def test_a_length_that_is_not_what_was_sent_is_an_error(self, remote):
        remote.lengths = lambda: 1_234
        with pytest.raises(StorageError) as failed:
            send(bytes(1_235), remote)
        assert str(failed.value) == (
            "uploading a.csv failed: the storage holds 1,234 bytes where 1,235 were sent. "
            "Run again, which registers a new ingest job"
        )

    def test_a_length_that_may_not_be_asked_is_left_to_the_commit(self, remote):
        remote.lengths = lambda: None
        send(b"abc", remote)
        assert remote.committed == b"abc"


class TestProgress:
    def test_it_is_the_sum_of_all_chunks(self, remote):
        told = []
        options = UploadOptions(chunk_size_bytes=256 * KIB)
        send(bytes(MIB), remote, options=options, on_progress=told.append)
        assert told == [0, 256 * KIB, 512 * KIB, 768 * KIB, MIB, MIB]

    @pytest.mark.parametrize(
        ("size", "chunks"),
        [
            pytest.param(1, 1, id="while the last chunk is on its way"),
            pytest.param(3 * KIB, 2, id="while there is no place for another chunk"),
        ],
    )
    def test_it_is_told_while_nothing_arrives(self, remote, monkeypatch, size, chunks):
        monkeypatch.setattr(uploader, "_PROGRESS_EVERY_S", 0.01)
        told, told_enough = [], threading.Event()

        def note(sent):
            told.append(sent)
            if len(told) > chunks + 5:
                told_enough.set()

        def append(chunk, offset, on_sent):
            assert told_enough.wait(10)
            remote.data[offset : offset + len(chunk)] = chunk
            on_sent(len(chunk))

        remote.append = append
        options = UploadOptions(chunk_size_bytes=KIB, workers=1)
        send(bytes(size), remote, options=options, pool=ThreadPoolExecutor(1), on_progress=note)
        assert told[: chunks + 5] == [0] * (chunks + 5)

    def test_it_is_told_from_nothing_to_all_on_the_thread_of_the_caller(self, remote):
        told = []
        send(
            bytes(MIB),
            remote,
            options=UploadOptions(chunk_size_bytes=256 * KIB),
            pool=ThreadPoolExecutor(2),
            on_progress=lambda sent: told.append((sent, threading.current_thread())),
        )
        assert told[0][0] == 0
        assert told[-1][0] == MIB
        assert {thread for _, thread in told} == {threading.current_thread()}

    def test_bytes_that_are_sent_again_are_not_counted_twice(self, remote):
        told = []

        def twice(chunk, offset, on_sent):
            for sent in (0, 3, 0, len(chunk)):
                on_sent(sent)
            remote.data[offset:] = chunk

        remote.append = twice
        send(bytes(10), remote, on_progress=told.append)
        assert told == [0, 10, 10]

    @pytest.mark.parametrize("pool", [pytest.param(AtOnce(), id="at once"), pytest.param(None, id="by threads")])
    @pytest.mark.parametrize("at", [0, MIB])
    def test_what_the_listener_raises_ends_the_upload_and_is_raised(self, remote, pool, at):
        def fail(sent):
            if sent == at:
                raise OSError("the listener is gone")

        with pytest.raises(OSError, match="the listener is gone"):
            send(bytes(MIB), remote, pool=pool or ThreadPoolExecutor(2), on_progress=fail)
        assert remote.committed is None


class TestFailures:
    def test_a_failure_stops_the_reading_and_is_raised(self, remote):
        failure, file = StorageUnavailable("x"), io.BytesIO(bytes(100 * MIB))

        def fail(_chunk, _offset, _on_sent):
            raise failure

        remote.append = fail
        source = Bytes(b"")
        source.open = lambda: file
        with pytest.raises(StorageUnavailable) as failed:
            send(source, remote, expected=Fingerprint("0", 100 * MIB))
        assert failed.value is failure
        assert remote.calls == ["create", "close"]

    def test_what_is_still_on_its_way_ends_with_the_first_failure(self, remote):
        both_begun, one_failed, ended = threading.Barrier(2, timeout=20), threading.Event(), []

        def append(_chunk, offset, on_sent):
            both_begun.wait()
            if offset == 0:
                one_failed.set()
                raise StorageUnavailable("the first")
            one_failed.wait(20)
            for sent in range(1_000_000):
                try:
                    on_sent(sent)
                except Exception:
                    ended.append(sent)
                    raise

        remote.append = append
        with pytest.raises(StorageUnavailable, match="the first"):
            send(
                bytes(512 * KIB),
                remote,
                options=UploadOptions(chunk_size_bytes=256 * KIB, workers=2),
                pool=ThreadPoolExecutor(2),
            )
        assert len(ended) == 1

    @pytest.mark.parametrize(
        ("step", "error"),
        [
            pytest.param("create", SasRejected("x"), id="the file cannot be made"),
            pytest.param("flush", StorageError("x"), id="it cannot be committed"),
            pytest.param("length", StorageError("x"), id="its length is not told"),
        ],
    )
    def test_a_failure_of_the_storage_is_raised_as_it_is(self, remote, step, error):
        def fail(*_):
            raise error

        setattr(remote, step, fail)
        with pytest.raises(StorageError) as failed:
            send(b"abc", remote)
        assert failed.value is error
        assert remote.calls[-1] == "close"

    def test_a_file_that_cannot_be_read_gives_its_place_back(self, remote):
        class Broken(io.BytesIO):
            def read(self, _size):
                raise SourceError("cannot be read")

        one = Uploader(UploadOptions(workers=1), open_file=remote, pool=AtOnce())
        broken = Bytes(b"")
        broken.open = lambda: Broken(b"")
        for _ in range(5):
            with pytest.raises(SourceError):
                one.upload(
                    broken, sas_uri=SAS_URI, file_name="a", expected=Fingerprint("", 1), on_progress=lambda _: None
                )
        one.upload(Bytes(b"a"), sas_uri=SAS_URI, file_name="a", expected=fingerprint(b"a"), on_progress=lambda _: None)
        assert remote.committed == b"a"


def test_as_many_appends_are_in_flight_as_there_are_workers():
    class Waiting(FakeFile):
        def append(self, chunk, offset, on_sent):
            with lock:
                flying.add(offset)
                most.append(len(flying))
            if len(flying) > 2:
                too_many.set()
            too_many.wait(0.05)
            with lock:
                flying.discard(offset)
                super().append(chunk, offset, on_sent)

    lock, flying, most, too_many = threading.Lock(), set(), [], threading.Event()
    remote = Waiting()
    remote.data = bytearray(8000)
    Uploader(UploadOptions(chunk_size_bytes=1000, workers=2), open_file=remote).upload(
        Bytes(bytes(8000)),
        sas_uri=SAS_URI,
        file_name="a.csv",
        expected=fingerprint(bytes(8000)),
        on_progress=lambda _: None,
    )
    assert max(most) == 2


def test_all_uploads_together_hold_no_more_than_the_formula_says():
    options = UploadOptions(chunk_size_bytes=1000, workers=3)
    lock, held, most = threading.Lock(), [0], [0]

    class Counting(io.BytesIO):
        def read(self, size):
            found = super().read(size)
            with lock:
                held[0] += len(found)
                most[0] = max(most[0], held[0])
            return found

    class Forgetting(FakeFile):
        def append(self, chunk, offset, on_sent):
            super().append(chunk, offset, on_sent)
            with lock:
                held[0] -= len(chunk)

    class Source(Bytes):
        def open(self):
            return Counting(self.data)

    shared = Uploader(options, open_file=lambda _folder, _name: Forgetting())
    data = bytes(100_000)

    def upload(_):
        shared.upload(
            Source(data),
            sas_uri=SAS_URI,
            file_name="a.csv",
            expected=fingerprint(data),
            on_progress=lambda _: None,
        )

    with ThreadPoolExecutor(4) as callers:
        list(callers.map(upload, range(4)))
    assert most[0] <= options.chunk_size_bytes * (options.workers + 1)
