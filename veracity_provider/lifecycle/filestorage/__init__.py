"""
The lives of a `StorageFolder` and a `StorageFile`.

    folder.py             a folder: adopted or made, its metadata kept as declared, and let go
    file.py               a file: content and metadata put in place at once, kept as declared, and let go
    file_plan.py          what of a file to send, as values
    metadata.py           metadata of which only some keys are managed
    state.py              inputs and state, typed
    workspace_storage.py  a workspace's file storage, opened when it is needed
    open_storages.py      what a process has opened, one SAS for each right
"""
