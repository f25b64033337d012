"""The tables that intake owns beside the kernel's; read models are not among them. See kernel.migrations."""
