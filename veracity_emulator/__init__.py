"""
A local Veracity: Data Workbench, Data Fabric, the token endpoint and the Data Lake endpoint on one port.

Written from the platform's documentation; it shares no code with any client of it.
"""
