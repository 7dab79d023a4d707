/** The least that an agent program sends and reads on each wire, by plain fetch. */
import type { Scripts } from '#world/model-server/script';
import { type ModelServer, startModelServer } from '#world/model-server/server';

export type Said = { readonly who: 'user' | 'tool' | 'model'; readonly text: string };
export type Heard = {
  readonly status: number;
  readonly text: string;
  readonly call?: { readonly name: string; readonly args: unknown };
  /** How the wire said that it was all. */
  readonly end: string;
  readonly body: string;
};

export type Client = {
  readonly shell: string;
  readonly path: string;
  readonly body: (turns: readonly Said[], tools: boolean) => unknown;
  /** Server-sent events, parsed. */
  readonly hear: (events: readonly Any[]) => Omit<Heard, 'status' | 'body'>;
};

// biome-ignore lint/suspicious/noExplicitAny: what a wire sends has the shape that each client looks for
type Any = any;

const line = { type: 'object', properties: { command: { type: 'string' } } };
const text = (events: readonly Any[], piece: (event: Any) => string | undefined) =>
  events.map((one) => piece(one) ?? '').join('');

export const CLIENTS: Readonly<Record<string, Client>> = {
  messages: {
    shell: 'Bash',
    path: '/v1/messages',
    body: (turns, tools) => ({
      model: 'm',
      stream: true,
      messages: turns.map((turn) =>
        turn.who === 'tool'
          ? { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: turn.text }] }
          : { role: turn.who === 'model' ? 'assistant' : 'user', content: [{ type: 'text', text: turn.text }] },
      ),
      tools: tools ? [{ name: 'Bash', input_schema: line }] : [],
    }),
    hear: (events) => {
      const made = events.find((one) => one.content_block?.type === 'tool_use');
      const args = text(events, (one) => one.delta?.partial_json);
      return {
        text: text(events, (one) => one.delta?.text),
        ...(made ? { call: { name: made.content_block.name, args: JSON.parse(args) } } : {}),
        end: `${events.at(-2)?.delta?.stop_reason} ${events.at(-1)?.type}`,
      };
    },
  },
  responses: {
    shell: 'exec_command',
    path: '/v1/responses',
    body: (turns, tools) => ({
      model: 'm',
      stream: true,
      instructions: 'be brief',
      input: turns.flatMap((turn): unknown[] =>
        turn.who === 'tool'
          ? [{ type: 'function_call_output', call_id: 'c', output: turn.text }]
          : turn.who === 'user'
            ? [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: turn.text }] }]
            : [
                { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: turn.text }] },
                { type: 'function_call', call_id: 'c', name: 'exec_command', arguments: '{}' },
              ],
      ),
      tools: tools ? [{ type: 'function', name: 'exec_command', parameters: { properties: { cmd: {} } } }] : [],
    }),
    hear: (events) => {
      const made = events.find((one) => one.type === 'response.output_item.done' && one.item.type === 'function_call');
      return {
        text: text(events, (one) => (one.type === 'response.output_text.delta' ? one.delta : undefined)),
        ...(made ? { call: { name: made.item.name, args: JSON.parse(made.item.arguments) } } : {}),
        end: events.at(-1)?.type,
      };
    },
  },
  chat: {
    shell: 'bash',
    path: '/v1/chat/completions',
    body: (turns, tools) => ({
      model: 'm',
      stream: true,
      messages: turns.map((turn) => ({ role: { user: 'user', tool: 'tool', model: 'assistant' }[turn.who], content: turn.text })),
      tools: tools ? [{ type: 'function', function: { name: 'bash', parameters: line } }] : [],
    }),
    hear: (events) => {
      const made = events.flatMap((one) => one.choices?.[0]?.delta?.tool_calls ?? [])[0];
      return {
        text: text(events, (one) => one.choices?.[0]?.delta?.content),
        ...(made ? { call: { name: made.function.name, args: JSON.parse(made.function.arguments) } } : {}),
        end: `${events.find((one) => one.choices?.[0]?.finish_reason)?.choices[0].finish_reason} ${events.at(-1)}`,
      };
    },
  },
  gemini: {
    shell: 'run_shell_command',
    path: '/v1beta/models/m:streamGenerateContent?alt=sse',
    body: (turns, tools) => ({
      contents: turns.map((turn) => ({
        role: turn.who === 'model' ? 'model' : 'user',
        parts: [turn.who === 'tool' ? { functionResponse: { name: 'x', response: { output: turn.text } } } : { text: turn.text }],
      })),
      tools: tools ? [{ functionDeclarations: [{ name: 'run_shell_command', parametersJsonSchema: line }] }] : [],
    }),
    hear: (events) => {
      const parts = events.flatMap((one) => one.candidates[0].content.parts);
      const made = parts.find((part) => part.functionCall)?.functionCall;
      return {
        text: text(parts, (part) => part.text),
        ...(made ? { call: { name: made.name, args: made.args } } : {}),
        end: String(events.at(-1)?.candidates[0].finishReason),
      };
    },
  },
};

/** Says something to a model and hears it out. */
export async function say(server: ModelServer, client: Client, turns: readonly Said[], tools = true): Promise<Heard> {
  const response = await fetch(`${server.url}${client.path}`, {
    method: 'POST',
    body: JSON.stringify(client.body(turns, tools)),
  });
  const body = await response.text();
  if (!response.ok) return { status: response.status, text: '', end: '', body };
  const events = [...body.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => (data === '[DONE]' ? data : JSON.parse(data)));
  return { status: response.status, body, ...client.hear(events) };
}

/** A server for the length of a test's work. */
export async function withModel<T>(scripts: Scripts, work: (server: ModelServer) => Promise<T>): Promise<T> {
  const server = await startModelServer({ scripts });
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}
