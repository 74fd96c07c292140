"""
The life of a `ContainerMetadata`.

    lifecycle.py        adopts, compares, writes, reads, restores: all that acts
    fields.py           what can be managed, one class for each kind of field
    state.py            inputs and state, typed
    notes.py            who manages a container, as noted on this machine, and what was there first
    texts.py            what is said about it
"""
