"""`check`: character files, every error with its place."""

from pathlib import Path

import click

from agent_runtime.cli.options import setting_options, settings_from
from agent_runtime.core.errors import Misconfigured


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]…")
@setting_options
def command(paths: tuple[Path, ...], config: Path | None, data_dir: str | None, sets: tuple[str, ...]) -> None:
    """Check character files, or every file of a folder; without PATH the configured folder.

    Errors are printed as file:line:column with a caret under the place. Exit code 1 when there are any. A picture
    that is not in the folder of pictures, where there is one, is a warning, and so is a pattern among the keys of lore
    that cannot be read.
    """
    from agent_runtime.characters.assets import missing_assets  # noqa: PLC0415 - heavy
    from agent_runtime.characters.loading import check, load_folder  # noqa: PLC0415 - heavy
    from agent_runtime.core.lore_keys import unreadable_keys  # noqa: PLC0415 - heavy

    settings = settings_from(config, data_dir, sets)
    wanted = paths or (settings.characters_dir,)
    checked = [each for path in wanted for each in (load_folder(path).files if path.is_dir() else check([path]))]
    for each in checked:
        for finding in each.findings:
            click.echo(str(finding))
        if each.character is not None:
            click.echo(f"{each.path}: ok, {each.character.name}")
            for key, why in unreadable_keys(each.character.lore):
                click.echo(f"{each.path}: warning: the lore key {key} is never found: {why}")
            for asset in missing_assets(each.character, settings.assets_dir) if settings.assets_dir.is_dir() else ():
                click.echo(f"{each.path}: warning: {asset} is not in {settings.assets_dir}")
    if not checked:
        raise Misconfigured(f"no character in {wanted[0]}: a character is a file that ends in .yaml or .yml")
    broken = sum(1 for each in checked if each.findings)
    click.echo(f"{broken} of {len(checked)} broken", err=True)
    raise SystemExit(1 if broken else 0)
