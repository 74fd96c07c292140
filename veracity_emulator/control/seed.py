"""What an emulator holds at first, and after a reset: `none`, `demo`, or a file, whose form is in the guide."""

import json
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from veracity_emulator.backend import Backend
from veracity_emulator.control.demo import ADMIN, ADMIN_SECRET, DEMO, READER, READER_SECRET, SUBSCRIPTION_KEY, WORKSPACE
from veracity_emulator.errors import StartRefused, errors_by_member
from veracity_emulator.fabric import containers
from veracity_emulator.identity.accounts import TENANT_ID
from veracity_emulator.storage.store import StoreRefused
from veracity_emulator.workbench import filestorage
from veracity_emulator.workbench.datasets import add_dataset, insert_rows
from veracity_emulator.workbench.rows import read_table
from veracity_emulator.workbench.schemas import PREDEFINED, ColumnInput, SchemaInput, add_schema, columns_of

# ruff: noqa: N815 — members are spelled as on the wire

_PREDEFINED_IDS: Final = ("55555555-0000-4000-8000-000000000009", "66666666-0000-4000-8000-000000000009")
_FACT: Final = "demo"
_MEMBERS: Final = {
    "admin": ("clientId", "clientSecret"),
    "reader": ("readerClientId", "readerClientSecret"),
    "scoped": ("scopedClientId", "scopedClientSecret"),
}
"""What `GET demo` calls an account's id and secret."""


class SeedRefused(StartRefused):
    """A seed cannot be read, or is not in the form; the text says why."""


def _existing(path: Path, info: ValidationInfo) -> Path:
    found = Path(info.context["folder"]) / path if info.context else path
    if not found.is_file():
        message = f"there is no file {path}"
        raise ValueError(message)
    return found


SourceFile = Annotated[Path, AfterValidator(_existing)]
"""Relative to the folder of the seed."""
Identifier = Annotated[str, AfterValidator(lambda text: str(uuid.UUID(text)))]
Name = Annotated[str, Field(min_length=1)]
Metadata = dict[
    Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")],
    Annotated[str, Field(pattern=r"^[ -~]*$", max_length=8000)],
]
"""Of folders and files: identifiers to ASCII texts, as the storage takes them."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class SeedWorkspace(_Part):
    """The one workspace."""

    id: Identifier = WORKSPACE
    name: Name = "Local workspace"
    description: str = ""
    region: str = "EU"


class SeedAccount(_Part):
    """A service account; *datasets*: names of those that it is scoped to."""

    clientId: Name
    clientSecret: str = Field(min_length=8)
    role: Literal["admin", "reader"] = "admin"
    datasets: list[str] = []


class SeedSchema(_Part):
    """A schema with one version, which is active."""

    name: Name
    columns: list[ColumnInput] = Field(min_length=1)
    shortName: str = ""
    description: str = ""
    id: Identifier = Field(default_factory=lambda: str(uuid.uuid4()))
    versionId: Identifier = Field(default_factory=lambda: str(uuid.uuid4()))


class SeedDataset(_Part):
    """A dataset; *schema* is a name, *rows* a CSV file, *key* the name that `GET demo` has for it."""

    name: Name
    schema_name: str = Field(alias="schema")
    id: Identifier = Field(default_factory=lambda: str(uuid.uuid4()))
    description: str = ""
    tags: dict[str, list[str]] = {}
    isDerived: bool = False
    rows: SourceFile | None = None
    key: str = ""


class SeedIcon(_Part):
    """The icon of a container."""

    id: str
    backgroundColor: str


class SeedTag(_Part):
    """A tag of a container."""

    title: Name
    type: Literal["userTag", "systemTag"] = "userTag"


class SeedContainer(_Part):
    """A container; *owner* is a client id (default: the first admin's), *relations* are of client ids."""

    title: str
    id: Identifier = Field(default_factory=lambda: str(uuid.uuid4()))
    shortName: str = "local"
    description: str = ""
    icon: SeedIcon | None = None
    tags: list[SeedTag] = []
    owner: str = ""
    relations: dict[str, Literal["dataSteward", "consumer"]] = {}
    key: str = ""


class SeedFolder(_Part):
    """A folder of file storage, with the folders above it."""

    path: Name
    metadata: Metadata = {}


class SeedFile(SeedFolder):
    """A file of file storage: the bytes of *source*, or a *text*."""

    source: SourceFile | None = None
    text: str = ""


class Seed(_Part):
    """All of it. What is left out: one workspace, an Admin and a Reader, and nothing in it."""

    workspace: SeedWorkspace = SeedWorkspace()
    subscriptionKey: str = Field(default=SUBSCRIPTION_KEY, min_length=8)
    accounts: list[SeedAccount] = [
        SeedAccount(clientId=ADMIN, clientSecret=ADMIN_SECRET),
        SeedAccount(clientId=READER, clientSecret=READER_SECRET, role="reader"),
    ]
    schemas: list[SeedSchema] = []
    datasets: list[SeedDataset] = []
    containers: list[SeedContainer] = []
    folders: list[SeedFolder] = []
    files: list[SeedFile] = []

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        wrong = [*self._doubles(), *self._dangling()]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _doubles(self) -> list[str]:
        named = {
            "accounts": [one.clientId for one in self.accounts],
            "schemas": [one.name for one in self.schemas],
            "datasets": [one.name for one in self.datasets],
            "containers": [one.id for one in self.containers],
            "ids of schemas": [one.id for one in self.schemas],
            "versions of schemas": [one.versionId for one in self.schemas],
            "ids of datasets": [one.id for one in self.datasets],
            **{f"the schema {one.name!r}": [column.name for column in one.columns] for one in self.schemas},
        }
        return [
            f"{part} has {name!r} {names.count(name)} times"
            for part, names in named.items()
            for name in dict.fromkeys(names)
            if names.count(name) > 1
        ]

    def _dangling(self) -> list[str]:
        schemas, datasets = {one.name for one in self.schemas}, {one.name for one in self.datasets}
        return [
            *(
                f"the dataset {one.name!r} names the schema {one.schema_name!r}, which is not among schemas"
                for one in self.datasets
                if one.schema_name not in schemas
            ),
            *(
                f"the account {one.clientId!r} names the dataset {name!r}, which is not among datasets"
                for one in self.accounts
                for name in one.datasets
                if name not in datasets
            ),
        ]


def read_seed(choice: str) -> Seed:
    """The seed that `--seed` names; raises `SeedRefused`."""
    if choice == "none":
        return Seed()
    if choice == "demo":
        return Seed.model_validate(DEMO)
    try:
        return Seed.model_validate(json.loads(Path(choice).read_bytes()), context={"folder": Path(choice).parent})
    except OSError as error:
        message = f"the seed {choice} cannot be read ({error.strerror}); --seed is none, demo, or a JSON file."
    except ValidationError as error:
        wrong = [f"{place}: {text}" for place, texts in errors_by_member(error).items() for text in texts]
        message = f"the seed {choice} is not in the form: {'; '.join(wrong)}."
    except ValueError as error:
        message = f"the seed {choice} is not JSON: {error}."
    raise SeedRefused(message)


def demo(backend: Backend) -> dict[str, Any]:
    """What somebody needs to know to use it, as `GET /_emulator/demo` answers."""
    found = backend.fact(_FACT)
    told = json.loads(found) if found else _told(read_seed("demo"))
    return {"tokenUrl": f"{backend.base_url}/dnvglb2cprod.onmicrosoft.com/oauth2/token", **told}


def load(backend: Backend, seed: Seed) -> None:
    """Make all that is in the *seed*, unless the state has a workspace; raises `SeedRefused`, and makes nothing."""
    with backend.database.transaction() as connection:
        if connection.execute("SELECT 1 FROM workspaces").fetchone():
            return
        place = seed.workspace
        workspace = (place.id, TENANT_ID, place.name, place.description, place.region)
        connection.execute("INSERT INTO workspaces VALUES (?, ?, ?, ?, ?)", workspace)
        connection.execute("INSERT INTO subscription_keys VALUES (?)", (seed.subscriptionKey,))
        _load_accounts(backend, seed)
        _load_schemas(backend, seed)
        for dataset in seed.datasets:
            _load_dataset(backend, seed, dataset)
        for container in seed.containers:
            _load_container(backend, seed, container)
        _load_storage(backend, seed)
        backend.set_fact(_FACT, json.dumps(_told(seed)).encode())


def _told(seed: Seed) -> dict[str, Any]:
    told: dict[str, Any] = {
        "subscriptionKey": seed.subscriptionKey,
        "workspaceId": seed.workspace.id,
        "datasets": {one.key or one.name: one.id for one in seed.datasets},
        "containers": {one.key or one.title: one.id for one in seed.containers},
    }
    for account in reversed(seed.accounts):  # the first of each kind is told
        client_id, client_secret = _MEMBERS["scoped" if account.datasets else account.role]
        told |= {client_id: account.clientId, client_secret: account.clientSecret}
    return told


def _load_accounts(backend: Backend, seed: Seed) -> None:
    ids = {one.name: one.id for one in seed.datasets}
    with backend.database.transaction() as connection:
        for one in seed.accounts:
            values = (one.clientId, one.clientSecret, one.role)
            connection.execute("INSERT INTO accounts (id, secret, role) VALUES (?, ?, ?)", values)
            scopes = ((one.clientId, ids[name]) for name in one.datasets)
            connection.executemany("INSERT INTO account_datasets VALUES (?, ?)", scopes)


def _load_schemas(backend: Backend, seed: Seed) -> None:
    for one in seed.schemas:
        given = SchemaInput(name=one.name, shortName=one.shortName, description=one.description, columns=one.columns)
        add_schema(backend, seed.workspace.id, given, ids=(one.id, one.versionId))
    columns = [ColumnInput(name="File_Name", isRequired=True), ColumnInput(name="File_Link")]
    add_schema(backend, PREDEFINED, SchemaInput(name="File Metadata Schema", columns=columns), ids=_PREDEFINED_IDS)


def _load_dataset(backend: Backend, seed: Seed, given: SeedDataset) -> None:
    version = next(one.versionId for one in seed.schemas if one.name == given.schema_name)
    add_dataset(
        backend,
        seed.workspace.id,
        given.name,
        version,
        dataset_id=given.id,
        description=given.description,
        tags=given.tags,
        is_derived=given.isDerived,
    )
    if given.rows is None:
        return
    table = read_table(given.rows, given.rows.stat().st_size, columns_of(backend, version), operation="Overwrite")
    if table.errors:
        first = table.errors[0]
        raise SeedRefused(f"{given.rows} does not fit the schema: row {first['row']}: {first['message']}")
    insert_rows(backend, given.id, table)


def _load_container(backend: Backend, seed: Seed, given: SeedContainer) -> None:
    admins = [one.clientId for one in seed.accounts if one.role == "admin"]
    containers.add(
        backend,
        short_name=given.shortName,
        owner_id=given.owner or next(iter(admins), ""),
        metadata=given.model_dump(include={"title", "description", "icon", "tags"}),
        relations=dict(given.relations),
        container_id=given.id,
    )


@contextmanager
def _told_refusals(path: str) -> Generator[None]:
    try:
        yield
    except StoreRefused as refused:
        message = f"the seed's path {path} cannot be made: {refused.code}."
        raise SeedRefused(message) from None


def _load_storage(backend: Backend, seed: Seed) -> None:
    workspace, root = seed.workspace.id, filestorage.root_of(seed.workspace.id)
    for folder in seed.folders:
        with _told_refusals(folder.path):
            path = f"{root}/{folder.path.strip('/')}"
            backend.files.create(workspace, path, is_directory=True, metadata=folder.metadata)
    for file in seed.files:
        with _told_refusals(file.path), backend.files.received() as (name, target):
            target.write(file.source.read_bytes() if file.source else file.text.encode())
            backend.files.put(workspace, f"{root}/{file.path.strip('/')}", name, metadata=file.metadata, headers={})
