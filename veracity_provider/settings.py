"""Where Veracity is and who we are: from stack config, then the environment, then defaults; complete or refused."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, Self, cast
from urllib.parse import urlsplit
from uuid import UUID

from veracity_provider.config_text import date_in, is_placeholder, stray_character
from veracity_provider.errors import InputProblem, SettingsError
from veracity_provider.loopback import is_loopback
from veracity_provider.texts import shown

PatchStyle = Literal["rfc6902", "documented"]
Answer = Literal["applied", "not-applied", "ended"]
"""What a person says of a job: its rows are in the dataset; they are not, and it will not add them; it does no more."""
_ANSWERS: Final = ("applied", "not-applied", "ended")

DEFAULT_JOB_TIMEOUT_S: Final = 900
EMULATOR: Final = "emulator"
EMULATOR_PORT: Final = "8780"
_TENANT: Final = "https://dnvglb2cprod.onmicrosoft.com"
_WORKBENCH_API: Final = f"{_TENANT}/83054ebf-1d7b-43f5-82ad-b2bde84d7b75"
_FABRIC_RESOURCE: Final = f"{_TENANT}/dfba9693-546d-4300-bcd7-d8d525bdff38"
_FABRIC_SCOPE: Final = f"{_TENANT}/37c59c8d-cd9d-4cd5-b05a-e67f1650ee14/.default"
_LOGIN: Final = "https://login.microsoftonline.com"
_API: Final = "https://api.veracity.com"
_TOKEN_PATH: Final = {
    "resource": "/dnvglb2cprod.onmicrosoft.com/oauth2/token",
    "scope": "/dnvglb2cprod.onmicrosoft.com/oauth2/v2.0/token",
}
_SERVICE_PATHS: Final = {
    "dataWorkbenchUrl": "/veracity/dw/gateway/api/v2",
    "provisioningUrl": "/veracity/datafabric/provisioning/api/1",
    "dataApiUrl": "/veracity/datafabric/data/api/1",
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a number may be, and what it is where nothing is set."""

    default: float
    minimum: float
    maximum: float


@dataclass(frozen=True)
class Key:
    """A key of the stack config's namespace `veracity`, and of the environment; *choices* begin with the default."""

    name: str
    description: str
    is_secret: bool = False
    limits: Limits | None = None
    choices: tuple[str, ...] = ()

    @property
    def doc(self) -> str:
        """The description, with the limits and the default of a number."""
        if self.limits is None:
            return self.description
        low, high, default = self.limits.minimum, self.limits.maximum, self.limits.default
        return f"{self.description}, {low:g} to {high:g}. Default {default:g}."

    @property
    def environment_variable(self) -> str:
        """`VERACITY_CLIENT_SECRET` for `clientSecret`."""
        return "VERACITY_" + "".join(f"_{c}" if c.isupper() else c for c in self.name).upper()


KEYS: Final = (
    Key("endpoint", "One base URL for all services, or `emulator`. Default: production."),
    Key("tokenUrl", "Token endpoint. Default: the endpoint's, in the form that `resource` or `scope` asks for."),
    Key("dataWorkbenchUrl", "Data Workbench gateway (datasets, ingest). Default: the endpoint's."),
    Key("provisioningUrl", "Data Fabric Provisioning API (metadata patches). Default: the endpoint's."),
    Key("dataApiUrl", "Data Fabric Data API (reading containers). Default: the endpoint's."),
    Key("clientId", "Service account id."),
    Key("clientSecret", "Service account secret.", is_secret=True),
    Key("subscriptionKey", "API key, sent as `Ocp-Apim-Subscription-Key`.", is_secret=True),
    Key("accessToken", "A token obtained elsewhere; skips the token request.", is_secret=True),
    Key("resource", "Audience of Data Workbench tokens (v1). Default: the documented one."),
    Key("scope", "Scope of Data Workbench tokens; uses the v2 token endpoint instead of `resource`."),
    Key("dataFabricResource", "Audience of Data Fabric tokens (v1). Default: the documented one."),
    Key("dataFabricScope", "Scope of Data Fabric tokens (v2), used where `scope` is set. Default: the documented one."),
    Key("workspaceId", "UUID of the default workspace, for resources that do not set `workspace_id`."),
    Key("workspaceName", "Name of that workspace, exactly as in the portal; instead of `workspaceId`."),
    Key(
        "patchStyle",
        "`rfc6902` (default), or `documented`: the spelling and wrapper of Veracity's documentation.",
        choices=("rfc6902", "documented"),
    ),
    Key(
        "answers",
        "JSON object, job id to `applied`, `not-applied` or `ended`: outcomes that only a person can determine.",
    ),
    Key(
        "usualJobSeconds",
        "After an interrupted run: longest wait for a job whose start is uncertain, in seconds",
        limits=Limits(default=120, minimum=1, maximum=3600),
    ),
    Key(
        "uploadChunkMib",
        "Size of the largest append, in MiB",
        limits=Limits(default=16, minimum=1, maximum=1024),
    ),
    Key(
        "uploadWorkers",
        "Parallel appends of all uploads of a process together",
        limits=Limits(default=3, minimum=1, maximum=16),
    ),
    Key(
        "requestTimeoutSeconds",
        "Longest wait for one response, in seconds",
        limits=Limits(default=60, minimum=1, maximum=600),
    ),
)
OBSOLETE_KEYS: Final = {
    "resume": "is ignored; it was replaced by veracity:answers, which records the outcome of one job. Remove it",
}
"""Keys of earlier releases, and why they do nothing."""
_KEY_OF: Final = {key.name: key for key in KEYS}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """
    Connection settings; URLs are without a slash at the end.

    Args:
        client_id: None when an *access_token* is supplied; likewise *client_secret*.
        resource: Audience of Data Workbench tokens; None where *scope* is set, which asks the v2 endpoint.
        workspace_id: The workspace of what names none; None where it has a *workspace_name*, or there is none.
        answers: Job id to what a person says became of it.
        usual_job_s: How long a job that may or may not have been started is given to end, before anything else is done.
        upload_chunk_mib: Largest append.
        upload_workers: Appends in flight.
        request_timeout_s: Longest wait for one answer.
    """

    token_url: str
    data_workbench_url: str
    provisioning_url: str
    data_api_url: str
    client_id: str | None
    client_secret: str | None = field(repr=False)
    subscription_key: str = field(repr=False)
    access_token: str | None = field(repr=False)
    resource: str | None
    scope: str | None
    data_fabric_resource: str | None
    data_fabric_scope: str | None
    workspace_id: str | None
    workspace_name: str | None
    patch_style: PatchStyle
    answers: Mapping[str, Answer]
    usual_job_s: float
    upload_chunk_mib: int
    upload_workers: int
    request_timeout_s: float

    @property
    def is_loopback(self) -> bool:
        """Whether everything we speak to is on this machine."""
        urls = (self.token_url, self.data_workbench_url, self.provisioning_url, self.data_api_url)
        return all(is_loopback(url) for url in urls)

    @classmethod
    def resolve(
        cls,
        config: Callable[[str], str | None],
        environ: Mapping[str, str],
        *,
        set_command: str | None = "pulumi config set",
        is_secret: Callable[[str], bool] = lambda _: False,
    ) -> Self:
        """
        Read every key; the stack's config wins over the environment.

        Args:
            config: Gives the value of a key in the namespace `veracity`, or None.
            environ: Environment variables.
            set_command: How a key of this stack is set, for the texts of problems; None where there is no stack.
            is_secret: Whether the value that *config* gives for a key is a secret, which no problem shows.
        Raises:
            SettingsError: Everything that is missing or wrong, each with the key's name and how to set it.
        """
        reading = _Reading(config, environ, set_command, is_secret)
        values = reading.settings()
        if reading.problems:
            raise SettingsError(reading.problems, headline="the connection settings cannot be used:")
        return cls(**values)


def home_folder(environ: Mapping[str, str]) -> Path:
    """The folder beside the Pulumi home for what outlives a run and is no state of a stack; see `Services`."""
    return Path(environ.get("PULUMI_HOME") or Path.home() / ".pulumi").expanduser() / "veracity"


class _Reading:
    """One pass over the keys; problems add up."""

    def __init__(
        self,
        config: Callable[[str], str | None],
        environ: Mapping[str, str],
        set_command: str | None,
        is_secret: Callable[[str], bool],
    ) -> None:
        self.problems: list[InputProblem] = []
        self._config = config
        self._environ = environ
        self._set_command = set_command
        self._is_secret = is_secret
        self._values = {key.name: self._read(key) for key in KEYS if key.name != "answers"}

    def settings(self) -> dict[str, Any]:
        scope = self._get("scope")
        return {
            **self._urls("scope" if scope else "resource"),
            **self._credentials(),
            "resource": None if scope else self._get("resource") or _WORKBENCH_API,
            "scope": scope,
            "data_fabric_resource": None if scope else self._get("dataFabricResource") or _FABRIC_RESOURCE,
            "data_fabric_scope": (self._get("dataFabricScope") or _FABRIC_SCOPE) if scope else None,
            **self._workspace(),
            "patch_style": self._choice("patchStyle"),
            "answers": self._answers(),
            "usual_job_s": self._number("usualJobSeconds"),
            "upload_chunk_mib": int(self._number("uploadChunkMib")),
            "upload_workers": int(self._number("uploadWorkers")),
            "request_timeout_s": self._number("requestTimeoutSeconds"),
        }

    def _credentials(self) -> dict[str, str | None]:
        token = self._get("accessToken")
        take = self._get if token else self._require
        return {
            "subscription_key": self._require("subscriptionKey"),
            "access_token": token,
            "client_id": take("clientId"),
            "client_secret": take("clientSecret"),
        }

    def _urls(self, grant: str) -> dict[str, str]:
        endpoint = self._get("endpoint")
        if endpoint == EMULATOR:
            endpoint = f"http://127.0.0.1:{self._environ.get('VERACITY_EMULATOR_PORT') or EMULATOR_PORT}"
        if endpoint:
            endpoint = self._url("endpoint", endpoint)
        return {
            "token_url": self._own_url("tokenUrl") or (endpoint or _LOGIN) + _TOKEN_PATH[grant],
            "data_workbench_url": self._service_url("dataWorkbenchUrl", endpoint),
            "provisioning_url": self._service_url("provisioningUrl", endpoint),
            "data_api_url": self._service_url("dataApiUrl", endpoint),
        }

    def _service_url(self, name: str, endpoint: str | None) -> str:
        return self._own_url(name) or (endpoint or _API) + _SERVICE_PATHS[name]

    def _own_url(self, name: str) -> str | None:
        value = self._get(name)
        return self._url(name, value) if value else None

    def _url(self, name: str, value: str) -> str:
        try:
            parts = urlsplit(value)
            is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query
            _ = parts.port
        except ValueError:
            is_url = False
        if not is_url:
            found = self._found(name, value)
            self._refuse(name, f"must be an HTTP address such as https://api.veracity.com, not {found}")
        elif value.startswith("http:") and not is_loopback(value):
            self._refuse(
                name,
                f"must begin with https, not {self._found(name, value)}: plain http is allowed only for this machine",
            )
        return value.rstrip("/")

    def _workspace(self) -> dict[str, str | None]:
        id_, name = default_workspace(self._config, self._environ)
        if id_ and not is_uuid(id_):
            found = self._found("workspaceId", id_)
            self._refuse("workspaceId", f"must be a UUID, not {found}; it is in the portal's address, after `ws/`")
        if id_ and name:
            self._refuse("workspaceName", "must be left out where workspaceId is given")
        return {"workspace_id": id_, "workspace_name": name}

    def _choice(self, name: str) -> str:
        choices = _KEY_OF[name].choices
        value = self._get(name) or choices[0]
        if value not in choices:
            self._refuse(name, f"must be {_one_of(choices)}, not {self._found(name, value)}")
        return value

    def _number(self, name: str) -> float:
        limits = _KEY_OF[name].limits
        if limits is None:
            message = f"{name} has no limits"
            raise TypeError(message)
        text = self._get(name)
        try:
            value = limits.default if text is None else float(text)
        except ValueError:
            value = float("nan")
        if not limits.minimum <= value <= limits.maximum:
            found = self._found(name, text)
            self._refuse(name, f"must be a number from {limits.minimum:g} to {limits.maximum:g}, not {found}")
            return limits.default
        return value

    def _answers(self) -> Mapping[str, Answer]:
        """Those of the environment, and over them those of the config: an answer stays true, so both may be there."""
        given = (self._environ.get(_KEY_OF["answers"].environment_variable), self._config("answers"))
        return MappingProxyType({job_id: answer for text in given for job_id, answer in self._parsed(text).items()})

    def _parsed(self, text: str | None) -> dict[str, Answer]:
        try:
            answers: object = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            answers = None
        if not isinstance(answers, dict):
            found = self._found("answers", text)
            self._refuse("answers", f"must be a JSON object of job id to {_one_of(_ANSWERS)}, not {found}")
            return {}
        found = cast("dict[str, object]", answers)
        for job_id, answer in found.items():
            if not is_uuid(job_id):
                self._refuse("answers", f"must name each job by its id, a UUID, not {self._found('answers', job_id)}")
            elif answer not in _ANSWERS:
                self._refuse(f"answers.{job_id}", f"must be {_one_of(_ANSWERS)}, not {self._found('answers', answer)}")
        return {job_id.lower(): cast("Answer", answer) for job_id, answer in found.items()}

    def _require(self, name: str) -> str:
        value = self._get(name)
        if value is None:
            key = _KEY_OF[name]
            # A secret is asked for, so that it does not stay in the shell's history.
            what = f"--secret veracity:{name}" if key.is_secret else f"veracity:{name} VALUE"
            by_command = f"with `{self._set_command} {what}`, or " if self._set_command else ""
            self._refuse(name, f"is missing. Set it {by_command}in the environment as {key.environment_variable}.")
        return value or ""

    def _read(self, key: Key) -> str | None:
        """The value; what is wrong with the text as such is reported here, once, and never quotes a secret."""
        configured = self._config(key.name)
        value = configured or self._environ.get(key.environment_variable)
        if not value or is_placeholder(value):
            return None
        source = "" if configured else f" (it is in the environment variable {key.environment_variable})"
        if stray := stray_character(value):
            self._refuse(key.name, f"must not {stray}{source}; set it again without that")
            return value.strip()
        if date := date_in(value):
            found = "a date" if key.is_secret or self._is_secret(key.name) else f"the date {date}"
            self._refuse(key.name, f"must be a string, not {found}: put it in quotes")
        return value

    def _get(self, name: str) -> str | None:
        return self._values[name]

    def _found(self, name: str, value: object) -> str:
        """*value* of the key *name* as a message shows it."""
        return "[secret]" if self._is_secret(name) else f"'{shown(value)}'"

    def _refuse(self, name: str, reason: str) -> None:
        self.problems.append(InputProblem(f"veracity:{name}", reason))


def default_workspace(config: Callable[[str], str | None], environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    """
    Id and name of the workspace of what names none; None for what is not given.

    The config's own is taken as a whole: an id in the environment is no second one beside a name in the config.
    """
    keys = (_KEY_OF["workspaceId"], _KEY_OF["workspaceName"])
    sources = ([config(key.name) for key in keys], [environ.get(key.environment_variable) for key in keys])
    for given in sources:
        id_, name = (value.strip() if value and not is_placeholder(value) else None for value in given)
        if id_ or name:
            return id_, name
    return None, None


def _one_of(choices: Sequence[str]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}"


def is_uuid(value: object) -> bool:
    """Whether *value* is a UUID as the portal shows it: 36 characters, hex and dashes."""
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False
