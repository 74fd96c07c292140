"""The thin Pulumi shell: resources, one adapter from lifecycles to dynamic providers, and the plugin process."""
