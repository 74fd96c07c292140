"""What a preview says of a file before anything is sent."""


def test_an_operation_that_the_schema_forbids_is_refused_at_preview(machine, append):
    found = machine.upload.check({}, {**append, "operation": "Upsert"}, machine.told)
    assert [problem.property for problem in found.problems] == ["operation"]


def test_where_the_schema_cannot_be_read_preview_warns_and_goes_on(machine, veracity, append):
    veracity.fault(path="*/schemaversions/*", effect={"kind": "status", "status": 403})
    assert machine.upload.check({}, append, machine.told).problems == ()
    assert "not checked" in machine.told.warnings[0]


def test_a_preflight_passes_once_for_a_content_and_schema_version(machine, veracity, append):
    before = len(veracity.requests_to("/schemaversions/"))
    machine.checked(append)
    machine.checked(append)
    assert len(veracity.requests_to("/schemaversions/")) == before + 1
