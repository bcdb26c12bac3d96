"""Questions: corpus (the store as papers) -> understand -> retrieval -> selection -> answering -> verification."""
