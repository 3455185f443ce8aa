"""Jobs that are prepared already, with networks that are loaded once for all tests."""

from dataclasses import replace

from pipeline.photographs import QUICK, protector
from rofi.pipeline.jobs import ProtectJob, RestoreJob
from rofi.pipeline.photos import find_photos
from rofi.pipeline.restorer import Restorer


def protecting(networks, secret, out, names="pseudonym", **options):
    """A prepared job that tries one person and takes it."""
    job = ProtectJob(secret, out, replace(QUICK, **options), names)
    job._protector = protector(networks, secret, **options)
    return job


def restoring(networks, secret, out, tier="auto", log=()):
    job = RestoreJob(secret, out, tier, log)
    job._restorer = Restorer(networks, secret, tier)
    return job


def batch(job, folder):
    """Every photograph of the folder, in turn, by a job that is prepared already."""
    return [job(photo) for photo in find_photos([folder])]


def content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
