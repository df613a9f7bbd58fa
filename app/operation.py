"""Operations over a connection that stays: by the same rules as those of requests, and with as many answers as come."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Any
from uuid import uuid4

from graphql import GraphQLError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from app.auth import BadToken
from app.deadline import TookTooLong
from app.document import Run, veil, veiled
from app.http import GraphQLEndpoint, become
from app.meter import Tab, payer, stopped
from app.request import HttpRefusal
from app.stream import Stream
from app.telemetry.request import OK, Watch
from domain.unavailable import Unavailable
from schema.coded import INTERNAL, UNAVAILABLE, is_request_error
from schema.subscription import answers, subscribes

log = logging.getLogger("cercle.operation")


async def answered(
    endpoint: GraphQLEndpoint, stream: Stream, asked: dict[str, Any]
) -> AsyncGenerator[ExecutionResult, None]:
    """Every answer; a `PreExecutionError` says that it could not begin, or may not go on, and is the last one."""
    try:
        async with aclosing(executed(endpoint, stream, asked)) as results:
            async for result in results:
                failed = result.errors is not None and is_request_error(result)
                yield PreExecutionError(data=None, errors=result.errors) if failed else result
    except BadToken:
        # The connection ends with a code of its own.
        return
    except HttpRefusal as refusal:
        yield told(str(refusal), refusal.code)
    except Unavailable as away:
        yield told(str(away), UNAVAILABLE, retryAfterSeconds=away.retry_after_seconds)
    except Exception:
        request_id = uuid4().hex
        log.exception("request %s", request_id)
        yield told("Something went wrong on our side.", INTERNAL, requestId=request_id)


async def executed(
    endpoint: GraphQLEndpoint, stream: Stream, asked: dict[str, Any]
) -> AsyncGenerator[ExecutionResult, None]:
    house, schema = stream.house, endpoint.schema
    _, query = await endpoint.find(house, asked)
    variables, operation_name = asked.get("variables"), asked.get("operationName")
    viewer = await stream.who()
    bound = endpoint.documents.guarded and endpoint.documents.binds(viewer, query)
    context = stream.context(viewer)
    client = payer(viewer, stream.client)
    charge = await house.meter.charge(client, schema, query, variables, operation_name, context)
    if charge.begins:
        context = await endpoint.entitled(house, context, charge, query, operation_name)
    document = charge.document
    if document is None or not charge.begins or not subscribes(document, operation_name):
        watch = Watch()
        watch.asked = (query, operation_name)
        run: Run = partial(schema.answer, query, variables, operation_name, context)
        result = await charge.run(partial(veiled, run) if bound else run)
        result.extensions = charge.told()
        endpoint.figures.add(watch, charge.status or 200, code_of(result))
        yield result
        return
    tab = Tab(house.meter, client)
    tab.begin(charge)
    context = stream.watched(context, partial(become, document=document, operation_name=operation_name), tab.pay)
    try:
        async with aclosing(answers(schema, document, variables, operation_name, context, tab)) as results:
            async for result in results:
                yield veil(result) if bound else result
    except TookTooLong:
        yield stopped(house.meter.deadline.seconds)


def code_of(result: ExecutionResult) -> str:
    return (result.errors[0].extensions or {}).get("code", INTERNAL) if result.errors else OK


def told(message: str, code: str, **more: object) -> ExecutionResult:
    return PreExecutionError(data=None, errors=[GraphQLError(message, extensions={"code": code, **more})])


def written(result: ExecutionResult) -> dict[str, Any]:
    """A result as it is sent."""
    answer: dict[str, Any] = {}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
    if not isinstance(result, PreExecutionError):
        answer["data"] = result.data
    if result.extensions:
        answer["extensions"] = result.extensions
    return answer
