"""The description: a valid OpenAPI document, and true to the answers."""

import os
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rows import WIND_COLUMNS, csv_of, wind_reading
from tests.veracity import FABRIC, WORKBENCH, Veracity
from veracity_emulator.testing import run_emulator

pytestmark = pytest.mark.slow  # processes, or seconds

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: make setup")
validator = pytest.importorskip("openapi_spec_validator", reason="openapi-spec-validator is not installed: make setup")
checks = pytest.importorskip("schemathesis.specs.openapi.checks")
EXAMPLES = int(os.environ.get("VERACITY_FUZZ_EXAMPLES", "12"))
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
SETTINGS = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def client():
    with run_emulator(job_seconds=0) as running:
        yield Veracity(running.url)


@pytest.fixture(scope="module")
def document(client):
    return client.control("GET", "/openapi.json").json()


@pytest.fixture(scope="module")
def known(client):
    """Parameters of paths that lead somewhere."""
    dataset = client.demo["datasets"]["keyless"]
    described = client.gateway("GET", f"/datasets/{dataset}?includeSchemaVersion=true").json()
    client.ingest(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(1)))
    job = client.stage(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(2)))
    return {
        "workspace": client.workspace,
        "tenant": "dnvglb2cprod.onmicrosoft.com",
        "dataset": dataset,
        "schema": described["schemaInfo"]["schemaId"],
        "version": described["schemaInfo"]["schemaVersionId"],
        "job": job,
        "id": client.demo["containers"]["owned"],
        "tag": "draft",
        "user": str(uuid.uuid4()),
    }


def test_it_is_valid(document):
    validator.OpenAPIV31SpecValidator(document).validate()


def test_every_operation_has_a_name_of_its_own(document):
    names = [one["operationId"] for item in document["paths"].values() for one in item.values() if "operationId" in one]
    assert len(set(names)) == len(names) > 40


def operations_of(document):
    # Tokens and keys are ours to send; and a parameter that nobody knows is ignored, as docs/platform.md says.
    unguarded = {
        path: {method: {**one, "security": []} for method, one in item.items()}
        for path, item in document["paths"].items()
    }
    loaded = schemathesis.openapi.from_dict({**document, "paths": unguarded})
    loaded.config.generation.update(allow_extra_parameters=False)
    found = (result.ok() for result in loaded.get_all_operations())
    # Storage is described by what it takes; its answers are another service's, and tried by its clients.
    asked = [one for one in found if not one.path.startswith("/veracitylocal/") and not one.path.endswith("/reset")]
    # The control API comes last: it sets faults and moves the clock.
    return sorted(asked, key=lambda one: one.path.startswith("/_emulator/"))


def requests_of(operation):
    """Requests that fit the description, and such that do not."""
    negative = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
    return st.one_of(operation.as_strategy(), negative)


def send(client, headers, known, case, *, leads_somewhere):
    if leads_somewhere:
        case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
    case.call_and_validate(base_url=client.url, headers=headers, checks=CHECKS, timeout=30)


def test_the_answers_are_as_described(client, document, known, subtests):
    """
    With parameters in the path that lead somewhere, and such that do not.

    Not asked: that each request which fits is done, since no document can say all that a service refuses; and 405 for
    other methods, since API Management answers 404.
    """
    tokens = {"/veracity/dw/": client.headers(WORKBENCH), "/veracity/datafabric/": client.headers(FABRIC)}
    for operation in operations_of(document):
        headers = next((given for prefix, given in tokens.items() if operation.path.startswith(prefix)), {})
        with subtests.test(operation=operation.label):

            @SETTINGS
            @given(data=st.data())
            def answers(data):
                case = data.draw(requests_of(operation))  # noqa: B023 — called before the next one
                send(client, headers, known, case, leads_somewhere=data.draw(st.booleans()))  # noqa: B023 — likewise

            answers()
