"""
A model of what can befall an ingest, held against the real lifecycle classes.

Real are `IngestUploadLifecycle` and `DatasetIngestLifecycle`: their decisions, their journal and its files. Stand-ins
are

- the platform and the time (`world`), asked through fake clients (`clients`);
- a provider process, which may die at any instant (`process`), and what it reaches without a client (`edge`);
- the engine (`engine`), and the person who edits, chooses machines and answers questions (`person`, `course`).

A history is a vector of choices, 0 being the ordinary course (`history`); what must hold in each is in `judge`.
"""
