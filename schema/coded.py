"""A schema whose every error says by a code whose fault it is; what is our own fault stays ours."""

import asyncio
import logging
from dataclasses import replace
from inspect import isawaitable
from typing import Any

import orjson
import strawberry
from graphql import ExecutionResult as GraphQLResult
from graphql import Executor, GraphQLError, GraphQLSyntaxError, OperationType, parse, specified_rules, validate
from strawberry.exceptions import MissingQueryError
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError

from domain.page import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX
from domain.refusal import Refusal
from domain.unavailable import Unavailable
from schema.document import NAME_ONE, OPERATION_RESOLUTION_FAILURE, Document, Documents, Operation
from schema.execution import CompiledExecutionContext
from schema.limits import LimitExceeded, Limits, Walk, check_variables, invalid
from schema.priced import Priced, fields_read

log = logging.getLogger("cercle.schema")

READY_BYTES_MAX = 1_024

COUNTLESS = 1_000_000

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
"""As Strawberry validates."""

REFUSED_COST = 1
"""What every request costs, of one that is refused before it is executed; to refuse it is work as well."""

GOES_ON = "A subscription has more than one answer: ask for an event stream, or over a WebSocket."

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_USER_INPUT = "BAD_USER_INPUT"
UNAVAILABLE = "UNAVAILABLE"
INTERNAL = "INTERNAL"


class CodedSchema(strawberry.Schema):
    """Every entry of `errors` has `extensions.code`, whatever stage it comes from."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.documents = Documents()
        self.limits = Limits(
            page_size_default=PAGE_SIZE_DEFAULT, page_size_max=PAGE_SIZE_MAX, reads=fields_read(self._schema)
        )

    def admit(self, query: str, context: Any) -> Document | ExecutionResult:
        """The document of a text that is within the limits and valid, or what is wrong with it."""
        if not query.strip():
            return request_error("There is no query.", PARSE_FAILED)
        try:
            node = parse(query, max_tokens=self.limits.tokens)
            prices = Walk(self._schema, node, self.limits).prices()
            if not prices:
                return request_error("There is no operation in the document.", OPERATION_RESOLUTION_FAILURE)
            errors = invalid(self._schema, node, RULES, self.limits)
        except GraphQLError as error:
            errors = [error]
        if errors:
            return self.coded(PreExecutionError(data=None, errors=errors), context)
        return self.documents.keep(query, node, prices)

    def priced(self, document: Document, variables: dict[str, Any] | None, operation_name: str | None) -> Priced:
        """What a request costs; if it can not be executed, why."""
        meant = document.meant(operation_name)
        if meant is None or (price := meant.price) is None:
            return Priced(REFUSED_COST)
        try:
            if variables:
                check_variables(variables, self.limits)
            return Priced(price.requested(variables or {}), price, variables)
        except LimitExceeded as error:
            return Priced(REFUSED_COST, refused=PreExecutionError(data=None, errors=[error]))

    async def answer(
        self, query: str, variables: dict[str, Any] | None, operation_name: str | None, context: Any
    ) -> ExecutionResult:
        """What `execute` answers, without the stages that a document seen before has behind it."""
        document = self.documents.find(query)
        if document is None:
            return await self.execute(query, variables, context, operation_name=operation_name)
        operation = document.meant(operation_name)
        if operation is None:
            # Not by way of `execute`, which would read the whole document once more to find that out.
            unknown = CannotGetOperationTypeError(operation_name).as_http_error_reason()
            return request_error(NAME_ONE if operation_name is None else unknown, OPERATION_RESOLUTION_FAILURE)
        return self.coded(await self.run(document, operation, variables, operation_name, context), context)

    def executor(
        self,
        document: Document,
        operation: Operation,
        variables: dict[str, Any] | None,
        operation_name: str | None,
        context: Any,
    ) -> Executor[Any] | list[GraphQLError]:
        """What executes the operation, or why it can not be; of a read that came with the same variables, another."""
        key = (operation_name, orjson.dumps(variables)) if operation.reads else None
        kept = None if key is None else self.documents.ready(document, key)
        if kept is not None:
            return kept.again(context)  # type: ignore[no-any-return]
        executor = self.build_executor(document, variables, operation_name, context)
        if isinstance(executor, Executor) and executor.operation.operation is OperationType.SUBSCRIPTION:
            return [GraphQLError(GOES_ON, extensions={"code": OPERATION_RESOLUTION_FAILURE})]
        if key is not None and len(key[1]) <= READY_BYTES_MAX and isinstance(executor, CompiledExecutionContext):
            self.documents.keep_ready(document, key, executor.spare())
        return executor

    def build_executor(
        self, document: Document, variables: dict[str, Any] | None, operation_name: str | None, context: Any
    ) -> Executor[Any] | list[GraphQLError]:
        return self.execution_context_class.build(
            self._schema,
            document.node,
            context_value=context,
            raw_variable_values=variables,
            operation_name=operation_name,
            is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
            operation_extensions=None,
        )

    def register(self, text: str) -> None:
        """Make everything ready for a document before it is sent for the first time; ValueError for one that is none.

        A document with several operations is one text; each of its operations gets a plan.
        """
        try:
            node = parse(text)
        except GraphQLError as error:
            raise ValueError(error.message) from error
        if errors := validate(self._schema, node):
            raise ValueError(errors[0].message)
        # Several operations in one text may have more of everything together than one that is sent.
        limits = replace(self.limits, aliases=COUNTLESS, directives=COUNTLESS)
        try:
            prices = Walk(self._schema, node, limits).prices()
        except LimitExceeded as error:
            raise ValueError(error.message) from error
        self.documents.register(text, node, prices)
        executor: Any = self.execution_context_class
        if issubclass(executor, CompiledExecutionContext):
            for name in self.documents.operations(text):
                executor.prepare(self._schema, node, operation_name=name)

    def only_reads(self, query: str, operation_name: str | None) -> bool:
        """Whether this is a document seen before, and its operation changes nothing."""
        document = self.documents.find(query)
        return document is not None and document.reads(operation_name)

    async def run(
        self,
        document: Document,
        operation: Operation,
        variables: dict[str, Any] | None,
        operation_name: str | None,
        context: Any,
    ) -> ExecutionResult:
        try:
            executor = self.executor(document, operation, variables, operation_name, context)
            if isinstance(executor, list):
                return ExecutionResult(data=None, errors=executor[: self.limits.errors])
            if operation.price is not None and operation.price.told:
                # Nothing is awaited on the way, and it takes long: in a thread it holds nobody up.
                result: Any = await asyncio.to_thread(executor.execute_operation)
            else:
                result = executor.execute_operation()
            if type(result) is not GraphQLResult and isawaitable(result):
                result = await result
            return ExecutionResult(data=result.data, errors=result.errors)
        except Exception as error:
            found = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
            return PreExecutionError(data=None, errors=[found])

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        *arguments: Any,
        **named: Any,
    ) -> ExecutionResult:
        """As Strawberry does it; an operation that can not be found is an error as any other here."""
        try:
            result = await super().execute(query, variable_values, context_value, *arguments, **named)
        except MissingQueryError:
            return request_error("There is no query.", PARSE_FAILED)
        except CannotGetOperationTypeError as error:
            return request_error(error.as_http_error_reason(), OPERATION_RESOLUTION_FAILURE)
        except InvalidOperationTypeError as error:
            return request_error(error.as_http_error_reason("this way"), OPERATION_RESOLUTION_FAILURE)
        return self.coded(result, context_value)

    def coded(self, result: ExecutionResult, context: Any) -> ExecutionResult:
        if result.errors:
            request_id = getattr(context, "request_id", "")
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
