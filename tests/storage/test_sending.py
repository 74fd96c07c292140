"""How a request to the storage is sent: through which connection, and in which pieces."""

import pytest

from veracity_provider.storage.sas import parse_sas_uri
from veracity_provider.storage.sending import CONNECT_S, WRITE_BYTES, ChunkBody, open_session, transport_of


@pytest.mark.parametrize(
    ("address", "proxies"),
    [
        ("https://acct.dfs.core.windows.net/fs/d?sig=x", {"https": "http://proxy:3128"}),
        ("http://127.0.0.1:8780/fs/d?sig=x", {}),
    ],
    ids=["an account", "the local Veracity"],
)
def test_the_proxies_of_the_environment_are_for_other_machines(monkeypatch, address, proxies):
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    session = open_session(parse_sas_uri(address), connections=1, silence_s=7.0)
    assert session.merge_environment_settings(address, {}, None, None, None)["proxies"] == proxies


def test_the_library_waits_for_a_connection_and_for_a_byte_as_long_as_we_do():
    session = open_session(parse_sas_uri("https://acct.dfs.core.windows.net/fs/d?sig=x"), connections=1, silence_s=7.0)
    transport = transport_of(session, 7.0)
    assert transport.session is session
    assert (transport.connection_config.timeout, transport.connection_config.read_timeout) == (CONNECT_S, 7.0)


def test_a_chunk_is_told_piece_by_piece_and_begins_anew_where_it_is_sent_again():
    told, now = [], iter(range(100))
    body = ChunkBody(bytes(WRITE_BYTES + 1), told.append, lambda: float(next(now)))
    assert len(body) == WRITE_BYTES + 1
    assert [len(piece) for piece in body] == [WRITE_BYTES, 1]
    pieces = iter(body)
    next(pieces)
    assert told == [0, WRITE_BYTES, WRITE_BYTES + 1, 0]
    sending = body.sending()
    assert (sending.sent_bytes, sending.size_bytes, sending.seconds) == (0, WRITE_BYTES + 1, 1.0)
