"""`openapi`: the document that a runtime of this version answers with at /openapi.json."""

import click


@click.command("openapi")
def command() -> None:
    """Print the OpenAPI 3.1 document of the HTTP API, as docs/openapi.json has it; no runtime is needed."""
    from pydantic_core import to_json  # noqa: PLC0415 - heavy

    from agent_runtime.web.openapi import document  # noqa: PLC0415 - heavy
    from agent_runtime.web.routes import ROUTES  # noqa: PLC0415 - heavy

    click.echo(to_json(document(ROUTES), indent=2))
