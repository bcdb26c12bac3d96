"""From files to the store: reading digests, chunking papers, indexing."""
