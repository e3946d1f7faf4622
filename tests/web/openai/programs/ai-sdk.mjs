// What @ai-sdk/openai-compatible makes of a runtime, as JSON: `node ai-sdk.mjs URL`, where it and `ai` are installed.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";

const runtime = createOpenAICompatible({ name: "runtime", baseURL: `${process.argv[2]}/v1`, includeUsage: true });
const model = runtime("wren");
const said = [{ role: "user", content: "Hello from node" }];
const whole = await generateText({ model, system: "Be brief.", messages: said });
said.push({ role: "assistant", content: whole.text }, { role: "user", content: "And streamed?" });
const stream = streamText({ model, system: "Be brief.", messages: said });
const pieces = [];
for await (const piece of stream.textStream) pieces.push(piece);
console.log(JSON.stringify({
  text: whole.text,
  finish: whole.finishReason,
  usage: whole.usage.totalTokens,
  pieces: pieces.length,
  streamed: pieces.join(""),
  streamUsage: (await stream.usage).totalTokens,
  session: whole.response.headers["x-session-id"],
  again: (await stream.response).headers["x-session-id"],
}));
