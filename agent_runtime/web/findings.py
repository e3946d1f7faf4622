"""What is wrong in a file, as a problem: each finding with its file, line, column and pointer, and what to do."""

from pathlib import PurePath
from typing import Any

from agent_runtime.core.errors import Finding, InvalidFile
from agent_runtime.web.errors import Problem


def fault_of(finding: Finding) -> dict[str, Any]:
    """A finding as JSON. Files are named without their folders, which are nobody's business."""
    return {
        "pointer": finding.path,
        "detail": finding.message,
        "file": PurePath(finding.file).name,
        "line": finding.line,
        "column": finding.column,
        "hint": finding.hint,
    }


def invalid_file(error: InvalidFile) -> Problem:
    """The problem of a file that does not say what it should."""
    faults = [fault_of(each) for each in error.findings]
    first = faults[0]
    hint = f" ({first['hint']})" if first["hint"] else ""
    problem = Problem(
        422, "invalid_file", f"{first['file']}:{first['line']}:{first['column']}: {first['detail']}{hint}"
    )
    problem.errors = faults
    return problem
