import type { Preset } from './preset.ts';

/**
 * How an agent's program calls gt's hook commands, and how it reads what they print. The form of a program stands in its session's environment, so that a
 * hook command need not read presets: `text`, `json` or `none` (a plugin of ours reads plain text), and `stop` where a stop can be refused.
 */
export const HOOK_FORM = 'GT_HOOK_FORM';

/** The form of a program's hooks, as its environment says it. */
export const hookForm = ({ stdout, stop_blocks }: NonNullable<Preset['hooks']>): string =>
  stop_blocks ? `${stdout} stop` : stdout;

/** Whether hooks bring deliveries to this program's model while it works. */
export const takesByHook = ({ hooks }: Preset): boolean =>
  hooks !== undefined && hooks.stdout !== 'none' && (hooks.stop_blocks || hooks.events.after_tool !== undefined);

/** A hook's call: which moment it is, by what the program tells on stdin (names differ, what comes with a moment does not). */
export type HookMoment = {
  readonly kind: 'start' | 'prompt' | 'tool' | 'other';
  /** The program's own name of it, if it tells one. */
  readonly event?: string;
  readonly prompt?: string;
  /** Of a stop: false when it is the first of its turn, true when the turn went on after a refused one; undefined: the program does not say. */
  readonly goesOn?: boolean;
};

/** Reads what a program wrote to a hook's stdin; anything that is no JSON object is a moment without a name. */
export function hookMoment(stdin: string): HookMoment {
  const said = objectIn(stdin);
  const text = (...names: string[]) => names.map((name) => said[name]).find((value) => typeof value === 'string');
  const event = text('hook_event_name', 'hookEventName');
  const prompt = text('prompt', 'userPrompt');
  const tool = text('tool_name', 'toolName');
  const goesOn = said['stop_hook_active'];
  const kind = prompt !== undefined ? 'prompt' : tool !== undefined ? 'tool' : said['source'] !== undefined ? 'start' : 'other';
  return {
    kind,
    ...(event !== undefined && { event }),
    ...(prompt !== undefined && { prompt }),
    ...(typeof goesOn === 'boolean' && { goesOn }),
  };
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Context for the model, as the program reads it: only its start and its prompts take plain text, and only where it says so. */
export function contextForm(form: string | undefined, moment: HookMoment, context: string): string {
  const [stdout] = (form ?? '').split(' ');
  const plain = stdout === 'none' || (stdout === 'text' && moment.kind !== 'tool') || (!stdout && moment.event === undefined);
  if (plain) return context;
  if (moment.event === undefined) return JSON.stringify({ additionalContext: context });
  return JSON.stringify({ hookSpecificOutput: { hookEventName: moment.event, additionalContext: context } });
}

/** Whether a stop of this program can be refused. */
export const mayRefuseStop = (form: string | undefined): boolean => (form ?? '').split(' ').includes('stop');

/** A refused stop: the turn goes on, with the reason as what was said to it. */
export const refusedStop = (reason: string): string => JSON.stringify({ decision: 'block', reason });
