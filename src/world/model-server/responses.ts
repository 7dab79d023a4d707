import type { Answer } from './answer.ts';
import { type Conversation, list, plain, propertiesOf, string, type Turn, textOf } from './conversation.ts';
import { KINDS, sse, type Wire } from './wire.ts';

/** OpenAI Responses: `POST /v1/responses`. */
export const responses: Wire = {
  name: 'responses',
  answers: (path) => path === '/v1/responses',
  read,
  frames,
  whole: (answer) => response(answer, 'completed', items(answer)),
  error: (status, text) => ({ error: { type: KINDS[status] ?? 'server_error', code: null, param: null, message: text } }),
};

function read(body: unknown): Conversation {
  const { model, instructions, input, tools, stream, text } = plain(body);
  const said = typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : list(input);
  const { type, schema } = plain(plain(text)['format']);
  return {
    wire: 'responses',
    model: string(model),
    system: [string(instructions), ...said.filter(isSystem).map((item) => textOf(plain(item)['content']))].join('\n'),
    turns: said.filter((item) => !isSystem(item)).map(turnOf),
    tools: list(tools).map((tool) => ({
      name: string(plain(tool)['name']),
      properties: propertiesOf(plain(tool)['parameters']),
      free: plain(tool)['type'] === 'custom',
    })),
    stream: stream === true,
    ...(type === 'json_schema' || type === 'json_object' ? { json: { schema } } : {}),
  };
}

const isSystem = (item: unknown): boolean => ['system', 'developer'].includes(string(plain(item)['role']));

function turnOf(item: unknown): Turn {
  const { type, role, content, output } = plain(item);
  if (type === 'function_call_output' || type === 'custom_tool_call_output') return { who: 'tool', text: textOf(output) };
  return { who: role === 'user' ? 'user' : 'model', text: textOf(content) };
}

function items({ id, text, call }: Answer): unknown[] {
  const message = { type: 'message', id: `msg_${id}`, role: 'assistant', status: 'completed' };
  const content = [{ type: 'output_text', text, annotations: [] }];
  return [
    ...(text === '' ? [] : [{ ...message, content }]),
    ...(call
      ? [
          call.free
            ? { type: 'custom_tool_call', id: `ctc_${id}`, call_id: call.id, name: call.name, input: call.args }
            : { type: 'function_call', id: `fc_${id}`, call_id: call.id, name: call.name, arguments: JSON.stringify(call.args) },
        ]
      : []),
  ];
}

function response({ id, model, usage: { input, output } }: Answer, status: string, made: readonly unknown[]) {
  return {
    id: `resp_${id}`,
    object: 'response',
    status,
    model,
    output: made,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + output,
    },
  };
}

function frames(answer: Answer): string[] {
  const events: Array<Readonly<Record<string, unknown>> & { readonly type: string }> = [
    { type: 'response.created', response: response(answer, 'in_progress', []) },
  ];
  items(answer).forEach((item, output_index) => {
    events.push({ type: 'response.output_item.added', output_index, item });
    if (plain(item)['type'] === 'message')
      for (const delta of answer.pieces)
        events.push({
          type: 'response.output_text.delta',
          output_index,
          content_index: 0,
          item_id: plain(item)['id'],
          delta,
        });
    events.push({ type: 'response.output_item.done', output_index, item });
  });
  events.push({ type: 'response.completed', response: response(answer, 'completed', items(answer)) });
  return events.map((event) => sse(event, event.type));
}
