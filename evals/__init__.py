"""Batch evaluation: Case -> Run -> Row -> Metric -> Report.

A Case says what to ask and what a right answer holds (`cases`). A Run puts cases to a subject, the assistant or one of
its peers (`run`, `subject`, `peers`), and keeps a Row for each (`rows`). Metrics are pure functions of a row
(`metrics`). A Report shows one run (`report`), `compare` sets two side by side, and `gate` refuses a regression.
"""
