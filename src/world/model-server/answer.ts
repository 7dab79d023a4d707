import { type Conversation, plain, shellOf, string, type Tool } from './conversation.ts';
import type { Step } from './script.ts';

type Call = { readonly id: string; readonly name: string; readonly free: boolean; readonly args: unknown };

/** What the model says, before any wire has given it a form. */
export type Answer = {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly call?: Call;
  readonly usage: { readonly input: number; readonly output: number };
  /** The text in the pieces in which it is streamed. */
  readonly pieces: readonly string[];
};

const USAGE = { input: 1000, output: 20 };

/** The answer of a step. @throws Error when the step calls a tool that is not offered: the script is wrong, or the program has changed */
export function answerOf(step: Step, conversation: Conversation, id: string): Answer {
  const text = step.text ?? '';
  const call = callOf(step, conversation, `call_${id}`);
  const pieces = step.chunkMs === undefined ? [text] : (text.match(/\S+\s*/g) ?? []);
  return {
    id,
    model: conversation.model,
    text,
    pieces: pieces.filter((piece) => piece !== ''),
    ...(call ? { call } : {}),
    usage: { ...USAGE, ...step.usage },
  };
}

function callOf({ run, call = {} }: Step, conversation: Conversation, id: string): Call | undefined {
  const tool = conversation.tools.find(({ name }) => Object.hasOwn(call, name));
  if (tool) return { id, name: tool.name, free: tool.free, args: call[tool.name] };
  const shell = run === undefined ? undefined : shellOf(conversation);
  if (run !== undefined && shell) return { id, name: shell.name, free: false, args: shellArguments(shell, run) };
  if (Object.keys(call).length === 0) return undefined;
  throw new Error(`none of ${Object.keys(call)} is offered, only ${conversation.tools.map(({ name }) => name)}`);
}

/** The same line in the words of each program's tool, without words that it does not know. */
function shellArguments({ properties }: Tool, line: string): Readonly<Record<string, unknown>> {
  const known: Readonly<Record<string, unknown>> = { description: 'Runs a line of the script', is_background: false };
  return {
    [properties.includes('cmd') ? 'cmd' : 'command']: line,
    ...Object.fromEntries(Object.entries(known).filter(([name]) => properties.includes(name))),
  };
}

/** What a side call is answered with: a title, a summary, or the least JSON of the schema that it wants. */
export function sideAnswer(conversation: Conversation, id: string): Answer {
  const text = conversation.json ? JSON.stringify(least(conversation.json.schema) ?? { title: 'Scripted' }) : 'Scripted';
  return { id, model: conversation.model, text, pieces: [text], usage: USAGE };
}

/** The least value of a JSON schema, with every property; undefined without a schema. */
function least(schema: unknown): unknown {
  if (schema === undefined) return undefined;
  const { type, properties, enum: choices, minimum } = plain(schema);
  if (Array.isArray(choices)) return choices[0];
  const kind = string(Array.isArray(type) ? type[0] : type).toLowerCase();
  if (kind === 'object' || properties !== undefined)
    return Object.fromEntries(Object.entries(plain(properties)).map(([name, one]) => [name, least(one)]));
  if (kind === 'array') return [];
  if (kind === 'boolean') return false;
  if (kind === 'number' || kind === 'integer') return minimum ?? 0;
  return 'Scripted';
}
