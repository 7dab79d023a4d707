import type { Answer } from './answer.ts';
import { type Conversation, list, plain, propertiesOf, string, type Turn, textOf } from './conversation.ts';
import { KINDS, sse, type Wire } from './wire.ts';

/** Anthropic Messages: `POST /v1/messages`. */
export const messages: Wire = {
  name: 'messages',
  answers: (path) => path === '/v1/messages',
  read,
  frames,
  whole: (answer) => ({
    ...head(answer),
    content: blocks(answer),
    stop_reason: reason(answer),
    usage: usage(answer),
  }),
  error: (status, text) => ({ type: 'error', error: { type: KINDS[status] ?? 'api_error', message: text } }),
};

function read(body: unknown): Conversation {
  const { model, system, messages: said, tools, stream, output_config, output_format } = plain(body);
  const format = output_format ?? plain(output_config)['format'];
  return {
    wire: 'messages',
    model: string(model),
    system: textOf(system),
    turns: list(said).flatMap(turnsOf),
    tools: list(tools).map((tool) => ({
      name: string(plain(tool)['name']),
      properties: propertiesOf(plain(tool)['input_schema']),
      free: false,
    })),
    stream: stream === true,
    ...(format === undefined ? {} : { json: { schema: plain(format)['schema'] } }),
  };
}

/** A user's message may hold results of tools and words. */
function turnsOf(message: unknown): Turn[] {
  const { role, content } = plain(message);
  if (role === 'assistant') return [{ who: 'model', text: textOf(content) }];
  if (typeof content === 'string') return [{ who: 'user', text: content }];
  return list(content).map((block) => {
    const { type, text, content: result } = plain(block);
    return type === 'tool_result' ? { who: 'tool', text: textOf(result) } : { who: 'user', text: string(text) };
  });
}

const head = ({ id, model }: Answer) => ({ id: `msg_${id}`, type: 'message', role: 'assistant', model, stop_sequence: null });
const reason = ({ call }: Answer) => (call ? 'tool_use' : 'end_turn');
const usage = ({ usage: { input, output } }: Answer) => ({
  input_tokens: input,
  output_tokens: output,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
});

function blocks({ text, call }: Answer): unknown[] {
  return [
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...(call ? [{ type: 'tool_use', id: `toolu_${call.id}`, name: call.name, input: call.args }] : []),
  ];
}

function frames(answer: Answer): string[] {
  const { pieces, call } = answer;
  const events: Array<Readonly<Record<string, unknown>> & { readonly type: string }> = [
    { type: 'message_start', message: { ...head(answer), content: [], stop_reason: null, usage: usage(answer) } },
  ];
  let index = 0;
  const block = (content_block: unknown, deltas: readonly unknown[]) => {
    events.push({ type: 'content_block_start', index, content_block });
    for (const delta of deltas) events.push({ type: 'content_block_delta', index, delta });
    events.push({ type: 'content_block_stop', index });
    index++;
  };
  if (pieces.length > 0)
    block(
      { type: 'text', text: '' },
      pieces.map((text) => ({ type: 'text_delta', text })),
    );
  if (call)
    block({ type: 'tool_use', id: `toolu_${call.id}`, name: call.name, input: {} }, [
      { type: 'input_json_delta', partial_json: JSON.stringify(call.args) },
    ]);
  events.push(
    { type: 'message_delta', delta: { stop_reason: reason(answer), stop_sequence: null }, usage: usage(answer) },
    { type: 'message_stop' },
  );
  return events.map((event) => sse(event, event.type));
}
