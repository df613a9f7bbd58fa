"""A schema whose every error says by a code whose fault it is; what is our own fault stays ours."""

import logging
from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError, OperationDefinitionNode
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError

from domain.refusal import Refusal
from domain.unavailable import Unavailable

log = logging.getLogger("cercle.schema")

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_USER_INPUT = "BAD_USER_INPUT"
OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
UNAVAILABLE = "UNAVAILABLE"
INTERNAL = "INTERNAL"


class OneOperation(SchemaExtension):
    """Of several operations the request must name one; Strawberry would take the first."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if context.graphql_document is not None and not context._provided_operation_name:
            kinds = [definition.kind for definition in context.graphql_document.definitions]
            if kinds.count(OperationDefinitionNode.kind) > 1:
                raise GraphQLError(
                    "Name one of the operations in `operationName`.", extensions={"code": OPERATION_RESOLUTION_FAILURE}
                )
        yield


class CodedSchema(strawberry.Schema):
    """Every entry of `errors` has `extensions.code`, whatever stage it comes from."""

    async def execute(self, query: str | None, *arguments: Any, **named: Any) -> ExecutionResult:
        """As Strawberry does it; an operation that can not be found is an error as any other here."""
        try:
            result = await super().execute(query, *arguments, **named)
        except MissingQueryError:
            return request_error("There is no query.", PARSE_FAILED)
        except CannotGetOperationTypeError as error:
            return request_error(error.as_http_error_reason(), OPERATION_RESOLUTION_FAILURE)
        except InvalidOperationTypeError as error:
            return request_error(error.as_http_error_reason("this way"), OPERATION_RESOLUTION_FAILURE)
        if result.errors:
            request_id = getattr(named.get("context_value"), "request_id", "")
            early = isinstance(result, PreExecutionError)
            result.errors = [coded(error, early, request_id) for error in result.errors]
        return result

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing: most errors are the caller's, and `coded` logs those that are not."""


def request_error(message: str, code: str) -> ExecutionResult:
    return PreExecutionError(data=None, errors=[GraphQLError(message, extensions={"code": code})])


def is_request_error(result: ExecutionResult) -> bool:
    """Whether nothing was executed: no operation was found in what was sent, or its variables do not fit."""
    return result.data is None and all(error.path is None for error in result.errors or ())


def coded(error: GraphQLError, early: bool, request_id: str) -> GraphQLError:
    """The same error with `extensions.code`; one that nobody expected tells the caller no more than a request id.

    `early` is an error from before the execution. One without a path was found in the request, not by a resolver.
    """
    if "code" in (error.extensions or {}):
        return error
    cause = root_cause(error)
    if isinstance(error, GraphQLSyntaxError):
        return described(error, error.message, PARSE_FAILED)
    if isinstance(cause, RecursionError):
        return described(error, "The document or its variables are nested too deeply.", VALIDATION_FAILED)
    if isinstance(cause, Refusal):
        about = {"inputPath": list(cause.path)} if cause.path else {}
        return described(error, cause.message, cause.code, **about)
    if isinstance(cause, Unavailable):
        return described(error, str(cause), UNAVAILABLE, retryAfterSeconds=cause.retry_after_seconds)
    if early and (cause is None or error.nodes):
        return described(error, error.message, VALIDATION_FAILED)
    if not early and error.path is None:
        return described(error, error.message, BAD_USER_INPUT)
    log.error("request %s: %s", request_id, error.message, exc_info=cause or error)
    return described(error, "Something went wrong on our side.", INTERNAL, requestId=request_id)


def root_cause(error: GraphQLError) -> BaseException | None:
    """What made the error; None when it was made as a GraphQL error."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def described(error: GraphQLError, message: str, code: str, **more: object) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={**(error.extensions or {}), "code": code, **more},
    )
