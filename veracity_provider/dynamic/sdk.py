"""
What we need of the Pulumi SDK beyond its documented interface, in this one place.

A dynamic provider runs in a plugin process of the SDK's making (`python -m pulumi.dynamic ENGINE`), which it shares
with other people's. Its worker pool has four threads, it does not tell a provider which resource it is asked about, it
shows errors as tracebacks, and it makes each provider object from the state, so that providers can be handed nothing.
A resource in a program is handed nothing either: what a program remembers has to be found again by each of them.

Each function here finds its way by looking, changes as little as it can, and leaves things as they are when a newer SDK
looks different; `tests/dynamic/test_sdk.py` speaks up then.

Source: `pulumi/dynamic/__main__.py`, `pulumi/runtime/mocks.py`, `pulumi/runtime/rpc.py` and
`pulumi-language-python-exec` of SDK 3.272.
"""

import asyncio
import functools
import inspect
import re
import sys
import threading
import traceback
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any, Final, Generic, TypeVar, final

import pulumi
from google.protobuf.struct_pb2 import Struct
from pulumi import _types  # pyright: ignore[reportPrivateUsage] — what this module is for
from pulumi.runtime import resource as registering
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

WORKERS: Final = 256
"""More than the engine runs at a time with the parallelism that our workflow sets (200). Threads start on demand."""

DEBUG: Final = "VERACITY_DEBUG"
"""The environment variable that leaves tracebacks and debug messages as the SDK has them."""

_REGISTRATION: Final = re.compile(
    r"(registering resource|resource registration (prepared|successful)): ty=pulumi-python:dynamic/veracity:"
)
_ADDRESS: Final = re.compile(r"[\w.\-\[\]:]+:\d+")
_ALREADY_SHOWN: Final = "PYTHON_PROCESS_EXITED_AFTER_SHOWING_USER_ACTIONABLE_MESSAGE_CODE"

_ON_DEMAND: Final = "_outputs_on_demand"
_UNTRACK: Final = "_untrack"
"""The method of an output by which another one takes over that the SDK waits for it."""
_REPLACED: Final = ("transfer_properties", "resolve_outputs", "resolve_outputs_due_to_exception")
"""Functions of `pulumi.runtime.rpc`: they make the outputs of a resource, resolve them, and fail them."""

_T = TypeVar("_T")


# In the plugin process.


@final
class SharedByProviders(Generic[_T]):
    """
    What the providers of a plugin process share, made once. It is found through a module.

    The SDK makes provider objects from the state and hands them nothing but the config.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: list[_T] = []

    def make_once(self, make: Callable[[], _T]) -> None:
        """Have *make* make it, unless it is made already. Where that fails, the next call tries again."""
        with self._lock:
            if not self._made:
                self._made.append(make())

    def get(self) -> _T:
        """It, after `make_once`."""
        if not self._made:
            message = "a provider was asked before it was configured"
            raise RuntimeError(message)
        return self._made[0]


def widen_worker_pool(workers: int = WORKERS) -> bool:
    """
    Let the pool that this thread works for have more threads; False when this is no thread of a pool.

    Called while a provider is configured, which the plugin does on a thread of its server's pool. Other pools stay.
    """
    for frame in _callers(inspect.currentframe()):
        reference = frame.f_locals.get("executor_reference")
        pool = reference() if callable(reference) else None
        if isinstance(pool, ThreadPoolExecutor):
            pool._max_workers = max(workers, pool._max_workers)  # pyright: ignore[reportAttributeAccessIssue] — the SDK offers no setting for it
            return True
    return False


def engine_address(arguments: list[str]) -> str | None:
    """`host:port` of the engine. It is the last such word: flags for logs and traces come before it."""
    return next((word for word in reversed(arguments) if _ADDRESS.fullmatch(word)), None)


def current_urn() -> str:
    """The resource that the plugin's servicer is asked about on this thread; empty outside of a request."""
    return getattr(_current_request(), "urn", "")


def ignored_changes() -> list[str]:
    """The option `ignore_changes` of that resource, as the engine tells it in `diff` and `update`."""
    return list(getattr(_current_request(), "ignoreChanges", ()))


def _current_request() -> object:
    for frame in _callers(inspect.currentframe()):
        request = frame.f_locals.get("request")
        urn = getattr(request, "urn", None)
        if isinstance(urn, str) and urn:
            return request
    return None


def show_without_traceback(family: type[Exception]) -> bool:
    """
    Have the plugin show errors of *family* by name and text; those of all others keep their tracebacks.

    False when the plugin does not look as expected: errors are shown with tracebacks then. The plugin's module alone is
    given another `traceback`; the library itself is left as it is.
    """
    plugin = sys.modules["__main__"]
    if not hasattr(plugin, "DynamicResourceProviderServicer") or not hasattr(plugin, "traceback"):
        return False
    plugin.traceback = _Traceback(family)  # pyright: ignore[reportAttributeAccessIssue] — see above
    return True


@final
class _Traceback:
    """Stands in for the module `traceback` where the plugin words the exception at hand."""

    def __init__(self, family: type[Exception]) -> None:
        self._family = family

    def format_exc(self, *arguments: Any, **options: Any) -> str:
        error = sys.exc_info()[1]
        if not isinstance(error, self._family):
            return traceback.format_exc(*arguments, **options)
        notes: list[str] = getattr(error, "__notes__", [])
        return "\n".join([f"{type(error).__name__}: {error}", *notes, ""])

    def __getattr__(self, name: str) -> Any:
        return getattr(traceback, name)


# In the program.


def is_mocked() -> bool:
    """Whether the program runs under `pulumi.runtime.set_mocks`, as in a unit test: without an engine."""
    return isinstance(get_monitor(), MockMonitor)


@final
class SharedByResources(Generic[_T]):
    """
    What the resources of one program share, as long as it runs. It is found through a module.

    Resources are made by the user's program, which hands them nothing. Programs are told apart by the root resource,
    since the Automation API runs several in a process. Under mocks that one stays for all tests, but a test that is
    decorated with `pulumi.runtime.test`, or asynchronous, is a task of its own.
    """

    def __init__(self, make: Callable[[], _T]) -> None:
        self._make = make
        self._made = weakref.WeakKeyDictionary[object, _T]()

    def get(self) -> _T:
        """It; a new one where there is no program that could be told from another."""
        program = _current_task() if is_mocked() else pulumi.runtime.get_root_resource()
        return self._make() if program is None else self._made.setdefault(program, self._make())


def _current_task() -> object | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


class OutputsOnDemand(pulumi.Resource):
    """
    A resource whose outputs are made when the program first asks for them.

    The SDK makes an output of each property, with a task and four futures, looks at all of them again and again until
    the program ends, and reads each value that the engine returns. A container has 22 properties, of which programs use
    one or two.
    """

    def __getattr__(self, name: str) -> Any:
        outputs: _Outputs | None = self.__dict__.get(_ON_DEMAND)
        if outputs is not None and name in outputs.of_another:
            return getattr(outputs.of_another[name], name)
        if outputs is None or name not in outputs.names:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message, name=name, obj=self)
        outputs.make(name)
        return self.__dict__[name]

    def take_outputs(self, names: Iterable[str], of: pulumi.Resource) -> None:
        """Show outputs of another resource as outputs of this one."""
        self.__dict__[_ON_DEMAND].of_another = dict.fromkeys(names, of)

    def output_when_answered(self, name: str) -> pulumi.Input[Any]:
        """The output *name*, for an input of another resource: it is made once the engine has answered."""
        outputs: _Outputs | None = self.__dict__.get(_ON_DEMAND)
        return getattr(self, name) if outputs is None else _WhenAnswered(self, name, outputs)


def read_outputs(resources: Mapping[str, OutputsOnDemand], names: Sequence[str]) -> pulumi.Output[dict[str, Any]]:
    """
    The outputs *names* of all *resources* as one output: `{resource: {output: value}}`.

    A value that is not known yet, or is secret, is an output of its own in there. Whenever an output gets its value,
    the SDK looks at all that have none yet: with one for each value of a thousand resources that takes seconds.
    """
    all_outputs = {key: one.__dict__.get(_ON_DEMAND) for key, one in resources.items()}

    async def read() -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, outputs in all_outputs.items():
            if outputs is None:
                found[key] = {name: getattr(resources[key], name) for name in names}
            else:
                found[key] = await outputs.read(names)
        return found

    return pulumi.Output(set(), asyncio.ensure_future(read()), _settled(True))


_LATEST: Final = SharedByResources[list[pulumi.Resource]](list)


def await_registration_alone(resource: pulumi.Resource) -> None:
    """
    Have the SDK wait for the registration of *resource*, and no more for its outputs `id` and `urn`.

    Whenever an output gets its value, the SDK looks at all that have none yet, which takes seconds for a thousand
    resources. Those of the last resource stay: they keep the program until all registrations have begun.
    """
    if not hasattr(pulumi.Output, _UNTRACK):
        return
    latest = _LATEST.get()
    while latest:
        before = latest.pop()
        for name in ("id", "urn"):
            getattr(before.__dict__[name], _UNTRACK)()
    latest.append(resource)


def _settled(value: _T) -> "asyncio.Future[_T]":
    future = asyncio.Future[_T]()
    future.set_result(value)
    return future


@final
class _WhenAnswered:
    """An awaitable whose result is an output of a resource that the engine has answered."""

    def __init__(self, resource: OutputsOnDemand, name: str, outputs: "_Outputs") -> None:
        self._resource, self._name, self._outputs = resource, name, outputs

    def __await__(self) -> Generator[Any, None, Any]:
        yield from self._outputs.answered
        return getattr(self._resource, self._name)


_Resolvers = dict[str, Callable[..., None]]
"""The SDK's functions that give an output its value, by name."""


@final
class _Outputs:
    """The outputs of a resource: made one by one, and resolved once the engine has answered."""

    def __init__(self, names: Iterable[str], make: Callable[[str], _Resolvers]) -> None:
        self.names = frozenset(names)
        self.of_another: Mapping[str, pulumi.Resource] = {}
        self.answered = asyncio.Future[Callable[[_Resolvers], None]]()
        """What resolves outputs, once the engine has answered."""
        self._make = make
        self._waiting: _Resolvers = {}

    def make(self, name: str) -> None:
        """Make the output *name* an attribute of the resource, with its value if that is here already."""
        made = self._make(name)
        if self.answered.done():
            self.answered.result()(made)
        else:
            self._waiting |= made

    async def read(self, names: Iterable[str]) -> dict[str, Any]:
        """
        Values of outputs, once the engine has answered; what is not known yet, or secret, is an output of its own.

        Raises:
            Exception: What the resource has failed by.
        """
        found: dict[str, Any] = {}

        def take(
            name: str, value: object, is_known: bool, is_secret: bool, _: object, failed: Exception | None
        ) -> None:
            if failed is not None:
                raise failed
            is_plain = is_known and not is_secret
            found[name] = value if is_plain else _output(value, is_known=is_known, is_secret=is_secret)

        resolve = await self.answered
        resolve({name: functools.partial(take, name) for name in names})
        return found

    def resolve(self, resolve: Callable[[_Resolvers], None]) -> None:
        """Resolve those made so far, and each one that is made from now on, by *resolve*."""
        if self._waiting:
            resolve(self._waiting)
        self.answered.set_result(resolve)


def _output(value: object, *, is_known: bool, is_secret: bool) -> pulumi.Output[Any]:
    return pulumi.Output(set(), _settled(value), _settled(is_known), _settled(is_secret))


def make_outputs_on_demand() -> None:
    """
    Have the SDK make no outputs of resources of the class `OutputsOnDemand` before they are asked for.

    It is told to once in a process. The types of such a class are read once too, in place of once for each resource.
    """
    if not all(hasattr(rpc, name) for name in _REPLACED) or not hasattr(_types, "resource_types"):
        return
    make_all, resolve_all, fail_all = (getattr(rpc, name) for name in _REPLACED)
    read_types = _types.resource_types
    read_once = functools.cache(read_types)

    def transfer_properties(res: pulumi.Resource, props: Any, custom: bool) -> Any:
        if not isinstance(res, OutputsOnDemand):
            return make_all(res, props, custom)
        names = (name for name in props if name not in {"id", "urn"})
        outputs = _Outputs(names, lambda name: make_all(res, {name: None}, custom))
        res.__dict__[_ON_DEMAND] = outputs
        return outputs

    def resolve_outputs(
        res: pulumi.Resource, given: Struct, answered: Struct, deps: Any, resolvers: Any, *rest: Any, **options: Any
    ) -> None:
        if not isinstance(resolvers, _Outputs):
            resolve_all(res, given, answered, deps, resolvers, *rest, **options)
            return
        resolvers.resolve(
            lambda made: resolve_all(res, _only(given, made), _only(answered, made), deps, made, *rest, **options)
        )

    def resolve_outputs_due_to_exception(resolvers: Any, exn: Exception) -> None:
        if isinstance(resolvers, _Outputs):
            resolvers.resolve(lambda made: fail_all(made, exn))
        else:
            fail_all(resolvers, exn)

    def resource_types(resource_cls: type[Any]) -> dict[str, type]:
        return read_once(resource_cls) if issubclass(resource_cls, OutputsOnDemand) else read_types(resource_cls)

    rpc.transfer_properties = transfer_properties
    rpc.resolve_outputs = resolve_outputs
    rpc.resolve_outputs_due_to_exception = resolve_outputs_due_to_exception
    _types.resource_types = resource_types


def leave_out_registrations() -> bool:
    """
    Have the SDK send no debug messages about each registration of a resource of ours, three for each.

    It waits for the engine to answer each of them, also when nobody reads them. False when the SDK does not look as
    expected. The SDK's module that registers resources is given another `log`; the library itself is left as it is.
    """
    if not hasattr(registering, "log"):
        return False
    registering.log = _Log()  # pyright: ignore[reportAttributeAccessIssue] — see above
    return True


@final
class _Log:
    """Stands in for the module `pulumi.log` where resources are registered."""

    def debug(self, message: str, *arguments: Any, **options: Any) -> None:
        if not _REGISTRATION.match(message):
            pulumi.log.debug(message, *arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(pulumi.log, name)


def _only(struct: Struct, names: Iterable[str]) -> Struct:
    """The members of *struct* that have these names: all others need not be read."""
    return Struct(fields={name: struct.fields[name] for name in names if name in struct.fields})


def exit_code_when_shown() -> int | None:
    """
    The exit code by which Pulumi's language host knows that an error was shown; None where no such host runs us.

    After any other code it adds "an unhandled error occurred". Under the Automation API, mocks or an interpreter a
    program is part of a larger one, which must not be ended.
    """
    for frame in _callers(inspect.currentframe()):
        code = frame.f_globals.get(_ALREADY_SHOWN)
        if isinstance(code, int):
            return code
    return None


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
