"""How the platform's responses are read: what is not asked for is ignored, and what does not fit is named."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from veracity_provider.errors import UnexpectedAnswer
from veracity_provider.validation import validate


class Wire(BaseModel):
    """
    Members of a response, in camel case there.

    Building the validators is put off until they are used: most runs see few of the responses that there are.
    """

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True, defer_build=True)


def _text(value: object) -> str:
    """Fields may be null; booleans stand for the words of an enum in older responses."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _list(value: object) -> Any:
    """What is published is a list; the shape of what is in it is not, so one thing alone is taken for a list of it."""
    if isinstance(value, list):
        return cast("list[Any]", value)
    return [] if value in (None, "", {}) else [value]


Text = Annotated[str, BeforeValidator(_text)]
"""A text; null is an empty one."""
List = Annotated[list[Any], BeforeValidator(_list)]
"""A list; one thing alone is a list of it, and null an empty one."""


class Named(Wire):
    """A thing of which only id and name count."""

    id: str
    name: Text = ""


_Model = TypeVar("_Model", bound=BaseModel)


def parse(model: type[_Model], body: object, action: str) -> _Model:
    """*body* as a *model*; `UnexpectedAnswer`, which names the first member that does not fit, where it is none."""
    try:
        return validate(model, body)
    except ValidationError as error:
        first = error.errors()[0]
        member = ".".join(str(part) for part in first["loc"]) or "the response"
        raise undocumented_error(action, f"{member}: {first['msg']}") from None


def undocumented_error(action: str, what: str) -> UnexpectedAnswer:
    """The error for a response of another shape; *what* says what is wrong with it."""
    return UnexpectedAnswer(f"{action} failed: the response is not what the platform documents ({what})")


def in_lower_case(body: object) -> Any:
    """*body* with its members' names in lower case, if it has members."""
    if not isinstance(body, Mapping):
        return body
    return {str(name).lower(): value for name, value in cast("Mapping[str, Any]", body).items()}
