"""`DatasetIngests`: what a component for the files of a pattern takes besides the inputs of each `DatasetIngest`."""

from typing import Literal

from pydantic import Field

from veracity_provider.description.model import Description


class DatasetIngestsInputs(Description):
    """
    Files whose rows a dataset should have received: a `DatasetIngest` for each file that a glob pattern matches.

    An ingest is named `NAME-PATH`, where the path is relative to the folders before the first wildcard; they run in the
    order of these names. A new file is one more ingest; the ingest of a deleted file is removed from the state, and its
    rows stay.
    """

    source: str = Field(
        description="A glob pattern such as `data/noon/*.csv`: relative to the project, absolute, or with `~`. It "
        "matches 1 "
        "to 500 files."
    )
    operation: Literal["Upsert", "Delete", "Append"] = Field(
        description="As for a `DatasetIngest`. `Overwrite` is not allowed: each file would replace the rows of the "
        "one before."
    )
