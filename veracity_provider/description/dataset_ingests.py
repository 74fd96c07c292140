"""`DatasetIngests`: what a component for the files of a pattern takes besides the inputs of each `DatasetIngest`."""

from typing import Literal

from pydantic import Field

from veracity_provider.description.model import Description


class DatasetIngestsInputs(Description):
    """
    Files whose rows a dataset should have received: a `DatasetIngest` for each file that a pattern matches.

    An ingest is named `NAME-PATH`, where the path is that below the pattern's fixed part; they run in the order of
    their names. A new file is one ingest; a file that is gone is forgotten, and its rows stay.
    """

    source: str = Field(
        description="A pattern such as `data/noon/*.csv`: relative to the project, absolute, or with `~`. It matches 1 "
        "to 500 files."
    )
    operation: Literal["Upsert", "Delete", "Append"] = Field(
        description="As for a `DatasetIngest`. An `Overwrite` would leave the rows of the last file alone."
    )
