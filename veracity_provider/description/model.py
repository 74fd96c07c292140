"""What all descriptions share: two spellings, values that are not known yet, and reading with every problem at once."""

from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar, Union, cast, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

from veracity_provider.description.marks import Replaces
from veracity_provider.description.problems import input_problems
from veracity_provider.errors import InputError
from veracity_provider.unknown import UNKNOWN, Unknown
from veracity_provider.validation import validate

_T = TypeVar("_T")


class _AdmitsUnknown:
    """Has pydantic take `UNKNOWN` as it is, and check everything else by the other types of the union."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        known = tuple(one for one in get_args(source) if one is not Unknown)
        return core_schema.no_info_wrap_validator_function(
            lambda value, check: value if value is UNKNOWN else check(value),
            handler.generate_schema(Union[known]),  # noqa: UP007 — a union of types that are known at run time only
        )


MaybeUnknown = Annotated[_T | Unknown, _AdmitsUnknown()]
"""A value, or `UNKNOWN` where a preview does not know it yet."""


class Description(BaseModel):
    """
    Properties of one thing. A property is spelled in snake case in programs and state, in camel case in stack files.

    Building the validators is put off until they are used, since a program that declares nothing needs none.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        arbitrary_types_allowed=True,
        defer_build=True,
    )

    @classmethod
    def from_state(cls, properties: Mapping[str, Any]) -> Self:
        """
        Take what is described here from a state as it is: an earlier release may have written it by other rules.

        What is required and not there counts as not known.
        """
        required = {name: UNKNOWN for name, field in cls.model_fields.items() if field.is_required()}
        given = {name: properties[name] for name in cls.model_fields if properties.get(name) is not None}
        return cls.model_construct(_fields_set=set(given), **{**required, **given})

    @classmethod
    def from_stack_file(cls, entry: Mapping[str, Any]) -> Self:
        """
        Read an entry of a list in a stack file, or a document that is spelled likewise.

        Raises:
            InputError: Everything that is wrong, by property, spelled as there.
        """
        return _read(cls, entry, by_alias=True)

    def given(self) -> dict[str, Any]:
        """The properties that were given a value, as JSON values in snake case, unknown ones included."""
        return {
            name: to_json(value)
            for name in type(self).model_fields
            if name in self.model_fields_set and (value := getattr(self, name)) is not None
        }


class Inputs(Description):
    """Inputs of a resource. The docstring of each is that of the resource, in programs and in the reference."""

    @classmethod
    def replacing(cls) -> tuple[str, ...]:
        """Names of the inputs whose change replaces the resource."""
        return tuple(name for name, field in cls.model_fields.items() if Replaces() in field.metadata)

    @classmethod
    def from_properties(cls, properties: Mapping[str, Any]) -> Self:
        """
        Read the inputs among *properties*, as the engine keeps them.

        Raises:
            InputError: Everything that is wrong, by property.
        """
        mine = {name: value for name, value in properties.items() if name in cls.model_fields}
        return _read(cls, mine, by_alias=False)


class Outputs(Description):
    """Outputs of a resource besides its inputs, as the state keeps them."""


_Model = TypeVar("_Model", bound=Description)


def _read(model: type[_Model], values: Mapping[str, Any], *, by_alias: bool) -> _Model:
    given = {name: value for name, value in values.items() if value is not None}
    try:
        return validate(model, given, by_alias=by_alias, by_name=not by_alias)
    except ValidationError as error:
        raise InputError(input_problems(model, error, by_alias=by_alias)) from None


def to_json(value: Any) -> Any:
    """*value* as the engine keeps it."""
    if isinstance(value, Description):
        return value.given()
    if isinstance(value, tuple):
        return [to_json(item) for item in cast("tuple[object, ...]", value)]
    if isinstance(value, dict):
        return {name: to_json(member) for name, member in cast("dict[str, object]", value).items()}
    return value
