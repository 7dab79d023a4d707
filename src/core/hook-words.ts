/**
 * How agent programs speak with the commands that their hooks call: JSON on stdin, context on stdout. Their field names differ, their meaning does not.
 * Loads nothing: hooks call gt at every prompt and every tool.
 */

import { ROLES, templateOf } from './roles.ts';

/** What a program told with a hook; all that was not told is absent. */
export type HookInput = {
  /** As the program names the moment. */
  readonly event?: string;
  /** The program's own id of the conversation. */
  readonly conversation?: string;
  /** Why the session started (startup, resume, clear, compact, fork) or what ended it. */
  readonly source?: string;
  readonly reason?: string;
  /** What kind of failure ended the turn. */
  readonly error?: string;
  /** What the program says of that failure. */
  readonly says?: string;
  /** Which of the agents that it has started itself this is about; absent for its own turns. */
  readonly inner?: string;
  readonly tool?: string;
  /** What was said to the program, whole. */
  readonly prompt?: string;
  /** Of a stop: false when it is the first of its turn, true when the turn went on after a refused one. */
  readonly goesOn?: boolean;
  /** The shell command of a tool that runs one. */
  readonly command?: string;
};

/** Reads a hook's stdin; nothing is required of it, and what is not JSON says nothing. */
export function hookInput(text: string): HookInput {
  const said = parsed(text);
  const tool = record(said['tool_input'] ?? said['toolInput'] ?? said['toolArgs'] ?? said['tool_args']);
  const fields = {
    event: word(said['hook_event_name'] ?? said['hookEventName']),
    conversation: word(said['session_id'] ?? said['sessionId'] ?? said['conversation_id']),
    source: word(said['source'] ?? said['trigger']),
    reason: word(said['reason']),
    error: word(said['error'] ?? said['error_type']),
    says: textOf(said['last_assistant_message'] ?? said['error_message'])?.slice(0, LONGEST_WORD),
    inner: word(said['agent_id']),
    tool: word(said['tool_name'] ?? said['toolName']),
    prompt: textOf(said['prompt'] ?? said['userPrompt']),
    goesOn: typeof said['stop_hook_active'] === 'boolean' ? said['stop_hook_active'] : undefined,
    command: commandIn(tool),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/**
 * Whether a hook may fetch what waits. At the start of a conversation only the roles that begin by themselves are told; one that a person speaks to is told at
 * its prompt. Programs with one file of hooks for all roles call at the start of each.
 */
export const mayFetch = ({ event }: HookInput, role: string | undefined): boolean =>
  event !== 'SessionStart' || !ROLES.some((one) => one === role && templateOf(one) === 'interactive');

/** In which form context reaches the model: `text`, `json` (Claude's), or `key:<name>`, one key of a plain object. */
export type HookForm = 'text' | 'json' | `key:${string}`;

/** The form that the environment of a session names (`GT_HOOK_FORM`); text where nobody said. */
export const hookForm = (said: string | undefined): HookForm =>
  said === 'json' || said?.startsWith('key:') ? (said as HookForm) : 'text';

/** Context for the model as the program wants it printed. */
export function contextOut(context: string, form: HookForm, event = 'SessionStart'): string {
  if (context === '' || form === 'text') return context;
  if (form === 'json') return JSON.stringify({ hookSpecificOutput: { hookEventName: event, additionalContext: context } });
  return JSON.stringify({ [form.slice('key:'.length)]: context });
}

/** What refuses the end of a turn: it goes on, with the reason as what was said to it. */
export const refusedStop = (reason: string): string => JSON.stringify({ decision: 'block', reason });

/** What refuses a tool, beside the reason on stderr and exit code 2, in a program that reads its answer from an object. */
export const denialOut = (why: string, form: HookForm): string =>
  form.startsWith('key:') ? JSON.stringify({ permissionDecision: 'deny', permissionDecisionReason: why }) : '';

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): Plain {
  try {
    const value: unknown = JSON.parse(text);
    return isPlain(value) ? value : {};
  } catch {
    return {};
  }
}

/** An object, also one that came as its JSON text. */
const record = (value: unknown): Plain => (isPlain(value) ? value : typeof value === 'string' ? parsed(value) : {});

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const LONGEST_WORD = 200;
const word = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_WORD ? value : undefined;

function commandIn(tool: Plain): string | undefined {
  const said = tool['command'] ?? tool['cmd'] ?? tool['script'];
  if (Array.isArray(said)) return said.map(String).join(' ');
  return typeof said === 'string' ? said : undefined;
}
