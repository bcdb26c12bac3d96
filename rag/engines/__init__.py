"""Models: local by default, remote by one setting each.

weights (files by SHA-256) -> embedders, llama (local) | remote (OpenAI-compatible) -> loading (settings to models)
"""

import os

# ONNX Runtime reports to its maker unless this stands before it is first imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
