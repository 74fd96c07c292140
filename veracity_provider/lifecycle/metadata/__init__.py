"""
Metadata of things on the platform: compared with what is declared, changed by the smallest patch, and put back.

    plan.py             what to write and what to put back, as values
    fields.py           what a field of a metadata document is
    metadata_patch.py   the smallest RFC 6902 patch between two documents
    texts.py            what is said about it
"""
