"""Why work cannot go on, apart from the line to Odoo."""


class PipelineError(Exception):
    """``code`` is for scripts (``usage``, ``stale``, ``limits``, ``hidden``, ``busy``).

    The texts are for people.
    """

    def __init__(self, code: str, what: str, remedy: str = "") -> None:
        self.code = code
        self.what = what
        self.remedy = remedy
        super().__init__(f"{what} {remedy}".strip())
