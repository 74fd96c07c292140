"""
The life of a `ContainerMetadata`.

    lifecycle.py        adopts, compares, writes, reads, restores: all that acts
    plan.py             what to write and what to put back, as values
    fields.py           what can be managed, one class for each kind of field
    metadata_patch.py   the smallest RFC 6902 patch between two documents
    state.py            inputs and state, typed
    notes.py            who manages a container, as noted on this machine, and what was there first
    texts.py            what is said about it
"""
