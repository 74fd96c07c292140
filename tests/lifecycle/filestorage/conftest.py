import pytest

from tests.file_storage import USUAL_RIGHTS, FileStorage


@pytest.fixture
def storage(veracity):
    """File storage as somebody else sees it, with the emulator's own settings again at the end."""
    found = FileStorage(veracity)
    found.metadata("nothing")  # what it asks for itself is asked before the test begins
    veracity.forget_requests()
    yield found
    found.set_rights(USUAL_RIGHTS)
    found.let_readers_read(True)
