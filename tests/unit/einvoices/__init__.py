"""Invoices made from the published structures (``market/documents/parse``): small functions instead of binary samples."""
