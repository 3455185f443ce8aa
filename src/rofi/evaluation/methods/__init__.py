"""The methods that the bench compares: photograph in, photograph out; one file each."""
