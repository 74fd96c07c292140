"""What check, diff, create, read, update and delete do; knows nothing of Pulumi."""
