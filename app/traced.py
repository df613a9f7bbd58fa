"""The GraphQL endpoint of a process whose traces somebody collects."""

from typing import Any

from app.config import Settings
from app.http import Answer, GraphQLEndpoint
from app.telemetry.request import Watch
from app.telemetry.tracing import Tracing


class TracedEndpoint(GraphQLEndpoint):
    """Makes a span of each operation, within which those of its statements are."""

    def __init__(self, settings: Settings, tracing: Tracing) -> None:
        super().__init__(settings)
        self.tracing = tracing

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        with self.tracing.operation(dict(scope["headers"])) as span:
            scope["span"] = span
            await super().__call__(scope, receive, send)

    def ended(self, scope: Any, watch: Watch, answer: Answer, request_id: str) -> None:
        super().ended(scope, watch, answer, request_id)
        about = self.figures.about(watch, answer.code)
        self.tracing.tell(scope["span"], about, answer.status, answer.code, request_id)
