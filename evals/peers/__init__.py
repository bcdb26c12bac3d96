"""Peers: other systems under the same cases, language model and embedder, each with its own defaults."""
