"""The tables that screening owns beside the kernel's; read models are not among them. See kernel.migrations."""
