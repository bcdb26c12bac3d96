"""Models: local by default, remote by one setting each.

weights (files by SHA-256) -> embedders, llama (local) | remote (OpenAI-compatible) -> loading (settings to models)
"""
