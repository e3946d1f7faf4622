"""A response as it is answered."""

from typing import Any, Literal

from pydantic import BaseModel

from agent_runtime.web.openai.schemas import ResponseBody
from agent_runtime.web.openai.usage import Usage

RESPONSE = "resp_"
MESSAGE = "msg_"
Status = Literal["in_progress", "completed", "failed"]


class TextView(BaseModel):
    type: Literal["output_text"] = "output_text"
    text: str
    annotations: tuple[str, ...] = ()
    logprobs: tuple[str, ...] = ()


class OutputView(BaseModel):
    """The message that a character answers with."""

    type: Literal["message"] = "message"
    id: str
    status: Status
    role: Literal["assistant"] = "assistant"
    content: tuple[TextView, ...]


class CachedView(BaseModel):
    cached_tokens: int = 0


class ReasonedView(BaseModel):
    reasoning_tokens: int = 0


class ResponseUsageView(BaseModel):
    input_tokens: int
    input_tokens_details: CachedView = CachedView()
    output_tokens: int
    output_tokens_details: ReasonedView = ReasonedView()
    total_tokens: int

    @classmethod
    def of(cls, usage: Usage) -> "ResponseUsageView":
        return cls(input_tokens=usage.prompt, output_tokens=usage.completion, total_tokens=usage.total)


class FailureView(BaseModel):
    code: str
    message: str


class FormatView(BaseModel):
    type: Literal["text"] = "text"


class TextFormView(BaseModel):
    format: FormatView = FormatView()


class ConversationView(BaseModel):
    """The session."""

    id: str


class ResponseView(BaseModel):
    """A turn as a response; its id names the place to go on from."""

    id: str
    object: Literal["response"] = "response"
    created_at: int
    status: Status
    error: FailureView | None
    incomplete_details: dict[str, Any] | None
    instructions: str | None
    max_output_tokens: int | None
    model: str
    output: tuple[OutputView, ...]
    parallel_tool_calls: bool = True
    previous_response_id: str | None
    temperature: float | None
    text: TextFormView = TextFormView()
    tool_choice: Literal["auto"] = "auto"
    tools: tuple[str, ...] = ()
    top_p: float | None
    truncation: Literal["disabled"] = "disabled"
    usage: ResponseUsageView | None
    user: str | None
    metadata: dict[str, Any]
    conversation: ConversationView | None
    store: bool | None


class Viewing:
    """One response in its states. Without a session it is an errand, which is not kept."""

    def __init__(self, body: ResponseBody, identifier: str, created: int, session_id: str, message_id: str) -> None:
        self._body = body
        self._identifier = RESPONSE + identifier
        self._created = created
        self._session_id = session_id
        self.message_id = MESSAGE + message_id

    def begun(self) -> ResponseView:
        """Nothing is said yet."""
        return self._view("in_progress")

    def completed(self, text: str, usage: Usage) -> ResponseView:
        """All of it is said."""
        return self._view("completed", (self.message("completed", text),), usage)

    def failed(self, code: str, message: str) -> ResponseView:
        """There will be no complete reply."""
        return self._view("failed", failure=FailureView(code=code, message=message))

    def message(self, status: Status, text: str | None = None) -> OutputView:
        """The message, without content while there is none."""
        content = () if text is None else (TextView(text=text),)
        return OutputView(id=self.message_id, status=status, content=content)

    def _view(
        self,
        status: Status,
        output: tuple[OutputView, ...] = (),
        usage: Usage | None = None,
        failure: FailureView | None = None,
    ) -> ResponseView:
        body = self._body
        return ResponseView(
            id=self._identifier,
            created_at=self._created,
            status=status,
            error=failure,
            incomplete_details=None,
            instructions=body.instructions,
            max_output_tokens=None,
            model=body.character or body.model or "",
            output=output,
            previous_response_id=body.previous_response_id,
            temperature=None,
            top_p=None,
            usage=ResponseUsageView.of(usage) if usage is not None else None,
            user=body.user,
            metadata=body.metadata,
            conversation=ConversationView(id=self._session_id) if self._session_id else None,
            store=body.store,
        )
