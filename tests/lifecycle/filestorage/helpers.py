"""What others do at the same time, and who they are."""


def overtake(services, name, what):
    """Do *what* once, right before the next request *name* to the storage is sent."""
    opened = services.open_storages
    paths = opened.get(
        services.settings.workspace_id, "Write", ask=services.clients.filestorage.get_sas, now=services.time()
    )
    send = getattr(paths, name)

    def overtaken(*arguments, **options):
        setattr(paths, name, send)
        what()
        return send(*arguments, **options)

    setattr(paths, name, overtaken)


def reader(storage):
    demo = storage.veracity.demo
    return {"clientId": demo["readerClientId"], "clientSecret": demo["readerClientSecret"]}


def urn(name):
    return f"urn:pulumi:test::veracity::pulumi-python:dynamic/veracity:StorageFolder::{name}"
