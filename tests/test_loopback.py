import pytest

from veracity_provider.loopback import is_loopback, unreachable_text


@pytest.mark.parametrize(
    ("url", "is_here"),
    [
        ("http://127.0.0.1:8780/x", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:1", True),
        ("http://localhost", True),
        ("http://localhost.example.org", False),
        ("https://10.0.0.1", False),
        ("https://api.veracity.com", False),
        ("", False),
    ],
)
def test_only_what_is_on_this_machine_is_loopback(url, is_here):
    assert is_loopback(url) is is_here


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("http://127.0.0.1:8780", ". Start the emulator, or check veracity:endpoint"),
        ("https://api.veracity.com", ""),
    ],
)
def test_an_emulator_that_does_not_run_is_to_be_started(url, remedy):
    assert unreachable_text(url, "connection refused") == f"{url} cannot be reached (connection refused){remedy}"
