"""What is not Veracity: everything under `/_emulator/`."""
