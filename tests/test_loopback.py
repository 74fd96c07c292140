import pytest

from veracity_provider.loopback import is_loopback


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
