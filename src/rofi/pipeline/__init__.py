"""Photograph in, photograph out: protecting, restoring, batches; where the call came from is not known here."""
