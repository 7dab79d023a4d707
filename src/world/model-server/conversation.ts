/** A request to a model, whatever wire it came by. */

/** One turn: what the user's side said, what a tool answered, or what the model said and called. */
export type Turn = { readonly who: 'user' | 'tool' | 'model'; readonly text: string };

/** A tool that the request offers; `free` takes plain text in place of arguments. */
export type Tool = { readonly name: string; readonly properties: readonly string[]; readonly free: boolean };

export type WireName = 'messages' | 'responses' | 'chat' | 'gemini';

export type Conversation = {
  readonly wire: WireName;
  readonly model: string;
  /** System text: not a turn. */
  readonly system: string;
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly stream: boolean;
  /** The answer must be JSON, of this schema if there is one. */
  readonly json?: { readonly schema?: unknown } | undefined;
};

/** Tools by which a model runs a line of shell, as the agent programs name them. */
const SHELLS: readonly string[] = ['Bash', 'exec_command', 'shell_command', 'run_shell_command', 'bash', 'shell'];

export const shellOf = ({ tools }: Pick<Conversation, 'tools'>): Tool | undefined =>
  SHELLS.flatMap((name) => tools.filter((tool) => tool.name === name))[0];

/** How often the model has answered since turn `from`: what it said and called before anybody else spoke is one answer. */
export function answersSince(turns: readonly Turn[], from: number): number {
  return turns.slice(from).filter(({ who }, index, rest) => who === 'model' && rest[index - 1]?.who !== 'model').length;
}

type Plain = Readonly<Record<string, unknown>>;

/** A value as an object; an empty one when it is none. Bodies come from programs that gt does not know, and every part of them may be absent. */
export const plain = (value: unknown): Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : {};
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const string = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The text of a content: a string, or parts with `text`, in order. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map((part) => string(plain(part)['text']) || string(plain(part)['content']))
    .filter((text) => text !== '')
    .join('\n');
}

/** The names of a JSON schema's properties. */
export const propertiesOf = (schema: unknown): string[] => Object.keys(plain(plain(schema)['properties']));
