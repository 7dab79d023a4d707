import type { Answer } from './answer.ts';
import { type Conversation, list, plain, propertiesOf, string, type Turn, textOf } from './conversation.ts';
import { KINDS, sse, type Wire } from './wire.ts';

/** OpenAI Chat Completions: `POST /v1/chat/completions`, and without /v1. */
export const chat: Wire = {
  name: 'chat',
  answers: (path) => /^(\/v1)?\/chat\/completions$/.test(path),
  read,
  frames,
  whole: (answer) => ({
    ...head(answer, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: answer.text || null, ...calls(answer, false) },
        finish_reason: reason(answer),
      },
    ],
    usage: usage(answer),
  }),
  error: (status, text) => ({ error: { type: KINDS[status] ?? 'server_error', code: null, param: null, message: text } }),
};

function read(body: unknown): Conversation {
  const { model, messages, tools, stream, response_format } = plain(body);
  const said = list(messages).map(plain);
  const isSystem = ({ role }: (typeof said)[number]) => role === 'system' || role === 'developer';
  const { type, json_schema } = plain(response_format);
  return {
    wire: 'chat',
    model: string(model),
    system: said
      .filter(isSystem)
      .map(({ content }) => textOf(content))
      .join('\n'),
    turns: said.filter((one) => !isSystem(one)).map(turnOf),
    tools: list(tools).map((tool) => {
      const { name, parameters } = plain(plain(tool)['function']);
      return { name: string(name), properties: propertiesOf(parameters), free: false };
    }),
    stream: stream === true,
    ...(type === 'json_schema' || type === 'json_object' ? { json: { schema: plain(json_schema)['schema'] } } : {}),
  };
}

const WHO: Readonly<Record<string, Turn['who']>> = { assistant: 'model', tool: 'tool' };
const turnOf = ({ role, content }: Readonly<Record<string, unknown>>): Turn => ({
  who: WHO[string(role)] ?? 'user',
  text: textOf(content),
});

const reason = ({ call }: Answer) => (call ? 'tool_calls' : 'stop');
// `created` is of no use to anybody; a clock would make answers differ.
const head = ({ id, model }: Answer, object: string) => ({ id: `chatcmpl-${id}`, object, created: 0, model });
const usage = ({ usage: { input, output } }: Answer) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});

function calls({ call }: Answer, streamed: boolean) {
  if (!call) return {};
  const made = { id: call.id, type: 'function', function: { name: call.name, arguments: JSON.stringify(call.args) } };
  return { tool_calls: [streamed ? { index: 0, ...made } : made] };
}

function frames(answer: Answer): string[] {
  const chunk = (delta: unknown, finish_reason: string | null = null) => ({
    ...head(answer, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, finish_reason }],
  });
  return [
    sse(chunk({ role: 'assistant', content: '' })),
    ...answer.pieces.map((content) => sse(chunk({ content }))),
    ...(answer.call ? [sse(chunk(calls(answer, true)))] : []),
    sse(chunk({}, reason(answer))),
    sse({ ...head(answer, 'chat.completion.chunk'), choices: [], usage: usage(answer) }),
    sse('[DONE]'),
  ];
}
