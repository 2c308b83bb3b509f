"""What two people put their names to, as one hash: a changed comma is another content."""

import hashlib

from marketplace.common.audit.chain import canonical, moment
from marketplace.mobilisation.models import Declaration, Extension


def declaration_hash(declaration: Declaration) -> str:
    """SHA-256 in hex of everything that is approved."""
    content = [
        declaration.public_id,
        declaration.office.public_id,
        declaration.title,
        declaration.authority,
        declaration.legal_basis,
        declaration.reason,
        declaration.hazard,
        sorted(declaration.products),
        sorted(declaration.processes),
        sorted(declaration.regions),
        moment(declaration.starts_at),
        moment(declaration.ends_at),
        *(["drill"] if declaration.is_drill else []),  # in earnest it is what it was before there were drills
    ]
    return hashlib.sha256(canonical(content)).hexdigest()


def extension_hash(extension: Extension) -> str:
    content = [
        extension.public_id,
        extension.declaration.public_id,
        extension.declaration.content_hash,
        moment(extension.until_at),
        extension.reason,
    ]
    return hashlib.sha256(canonical(content)).hexdigest()
