"""The sample digest, which the checkout and the installed package both carry."""

from pathlib import Path


def sample_digest_path() -> Path:
    """Return the file of the sample digest: 24 real papers, retold.

    In a checkout it is a link to `data/sample_digest.md`; the wheel holds the file itself.
    """
    return Path(__file__).with_name("sample_digest.md")
