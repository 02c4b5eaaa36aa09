"""Certificates for a test: an authority, and what it vouches for."""

from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key


@dataclass(frozen=True)
class Certificates:
    """PEM files: whom to trust, a server's own (key first), and an authority that vouches for nobody."""

    ca: Path
    server: Path
    stranger: Path


def certificates(folder: Path, host: str = "127.0.0.1") -> Certificates:
    """Write certificates of a server that is known by this host name or address."""
    authority, stranger = trustme.CA(), trustme.CA()
    made = Certificates(folder / "ca.pem", folder / "server.pem", folder / "stranger.pem")
    authority.cert_pem.write_to_path(str(made.ca))
    stranger.cert_pem.write_to_path(str(made.stranger))
    issued = authority.issue_cert(host)
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    chain = b"".join(each.bytes() for each in issued.cert_chain_pems)
    made.server.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + chain)
    return made
