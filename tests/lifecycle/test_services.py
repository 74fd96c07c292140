"""What the lifecycles work with."""

from veracity_provider.lifecycle.services import make_uploader
from veracity_provider.storage.uploader import MIB, UploadOptions


def test_an_upload_keeps_within_the_limits_of_the_settings(make_services):
    settings = make_services(uploadChunkMib="4", uploadWorkers="2").settings
    assert make_uploader(settings)._options == UploadOptions(chunk_size_bytes=4 * MIB, workers=2)
