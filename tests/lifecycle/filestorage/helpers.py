"""What others do at the same time, and who they are."""


def overtake(services, name, what, *, times=1):
    """Do *what* right before each of the next requests *name* to the storage is sent."""
    paths = _opened_to_write(services)
    send, left = getattr(paths, name), times

    def overtaken(*arguments, **options):
        nonlocal left
        left -= 1
        if left == 0:
            setattr(paths, name, send)
        what()
        return send(*arguments, **options)

    setattr(paths, name, overtaken)


def follow(services, name, what):
    """Do *what* once, right after the next request *name* to the storage."""
    paths = _opened_to_write(services)
    send = getattr(paths, name)

    def followed(*arguments, **options):
        setattr(paths, name, send)
        found = send(*arguments, **options)
        what()
        return found

    setattr(paths, name, followed)


def _opened_to_write(services):
    opened, ask = services.open_storages, services.clients.filestorage.get_sas
    return opened.get(services.settings.workspace_id, "Write", ask=ask, now=services.time())


def reader(storage):
    demo = storage.veracity.demo
    return {"clientId": demo["readerClientId"], "clientSecret": demo["readerClientSecret"]}


def urn(name):
    return f"urn:pulumi:test::veracity::pulumi-python:dynamic/veracity:StorageFolder::{name}"
