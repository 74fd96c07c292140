"""
What each resource is: its properties with type, words, default, limits and choices, as classes that pydantic reads.

From here come the checks of inputs, the keys of the stack config, the JSON Schema of a stack file and the reference.
The signatures in `dynamic/resources.py` are written out for editors; `tests/description/test_signatures.py` holds both
equal. A new property is an entry here and a rule in the resource's folder in `lifecycle/`.

    container_metadata.py, dataset_ingest.py   one resource each: inputs, then outputs
    stack_file.py                              the lists of a stack file, and its JSON Schema
    kinds.py                                   kinds of values: a UUID, a colour, one of some words
    model.py                                   what all descriptions share: spelling, unknown values, reading
    problems.py                                from pydantic's errors to texts for people
"""
