"""The tables that referral owns beside the kernel's; read models are not among them. See kernel.migrations."""
