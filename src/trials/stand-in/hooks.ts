import { spawn } from 'node:child_process';
import type { Json, Preset } from '#core/preset';
import { hookFiles, jsonOf, type Site, transcriptOf } from './files.ts';
import type { Conversation, HookSaid, Moment } from './ports.ts';

/** One command of a hook file, and how long it may take, ms. */
type HookCommand = { readonly command: string; readonly timeoutMs: number };
/** What one command said. */
type Ran = { readonly code: number | null; readonly out: string; readonly err: string };

const DEFAULT_MS = 60_000;
/** Output of a hook that is read, characters. */
const MOST_OUTPUT = 1 << 20;

type Fields = { readonly [key: string]: Json };
const fieldsOf = (value: Json | undefined): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;

/** The commands that the hook files of this start have for an event, read anew each time as a person may have changed them. */
export function hookCommands(site: Site, event: string): HookCommand[] {
  const unit = site.preset.hooks?.timeout === 'ms' ? 1 : 1000;
  return hookFiles(site).flatMap((file) => {
    const entries = fieldsOf(fieldsOf(jsonOf(file))?.['hooks'])?.[event];
    return Array.isArray(entries) ? entries.flatMap((entry) => commandsIn(entry, unit)) : [];
  });
}

/** The commands of an entry: itself, or a list under a matcher. */
function commandsIn(entry: Json, unit: number): HookCommand[] {
  const fields = fieldsOf(entry);
  const list = fields?.['hooks'];
  if (Array.isArray(list)) return list.flatMap((one) => commandsIn(one, unit));
  const command = fields?.['command'] ?? fields?.['bash'];
  const timeout = fields?.['timeout'] ?? fields?.['timeoutSec'];
  return typeof command === 'string' ? [{ command, timeoutMs: typeof timeout === 'number' ? timeout * unit : DEFAULT_MS }] : [];
}

/** Runs the hooks of a moment side by side, as the programs do, and says what came of them. */
export async function runHooks(
  site: Site,
  moment: Moment,
  extras: Record<string, Json>,
  conversation: Conversation,
): Promise<HookSaid> {
  const { hooks, session } = site.preset;
  const event = hooks?.kind === 'command' ? hooks.events[moment] : undefined;
  if (event === undefined) return {};
  const { id } = conversation;
  const asked = {
    session_id: id,
    transcript_path: transcriptOf(site, id) ?? '',
    cwd: site.cwd,
    hook_event_name: event,
    ...extras,
  };
  const input = site.look.hook_keys === 'camel' ? camel(asked) : asked;
  const env = { ...site.env, ...(session.variable === undefined ? {} : { [session.variable]: id }) };
  const ran = await Promise.all(hookCommands(site, event).map((hook) => runHook(hook, JSON.stringify(input), site.cwd, env)));
  return ran.map((one) => read(one, hooks?.stdout ?? 'text', moment)).reduce(join, {});
}

const camel = (fields: Record<string, Json>): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), value]),
  );

function runHook(hook: HookCommand, input: string, cwd: string, env: Readonly<Record<string, string | undefined>>): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', hook.command], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], timeout: hook.timeoutMs });
    let out = '';
    let err = '';
    child.stdout.on('data', (bytes) => (out = `${out}${bytes}`.slice(0, MOST_OUTPUT)));
    child.stderr.on('data', (bytes) => (err = `${err}${bytes}`.slice(0, MOST_OUTPUT)));
    child.stdin.on('error', () => undefined); // of a hook that does not read
    child.on('error', () => resolve({ code: null, out, err }));
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}

/** What a hook's answer means: an exit of 2 refuses, JSON says what it says, and other text is context where the program takes it so. */
function read({ code, out, err }: Ran, stdout: NonNullable<Preset['hooks']>['stdout'], moment: Moment): HookSaid {
  if (code === 2) return moment === 'stop' ? { block: err.trim() } : { refused: err.trim() };
  if (code !== 0 || out.trim() === '' || stdout === 'none') return {};
  let said: Fields | undefined;
  try {
    said = fieldsOf(JSON.parse(out) as Json);
  } catch {
    said = undefined;
  }
  if (!said) return stdout === 'text' && (moment === 'start' || moment === 'prompt') ? { context: out.trim() } : {};
  const own = stdout.startsWith('key:') ? said[stdout.slice(4)] : fieldsOf(said['hookSpecificOutput'])?.['additionalContext'];
  const context = own ?? said['additionalContext'];
  const { decision, reason } = said;
  const blocks = decision === 'block' && moment === 'stop';
  const denies = (decision === 'block' || decision === 'deny') && !blocks;
  return {
    ...(typeof context === 'string' ? { context } : {}),
    ...(blocks ? { block: String(reason ?? '') } : {}),
    ...(denies ? { refused: String(reason ?? '') } : {}),
  };
}

function join(one: HookSaid, other: HookSaid): HookSaid {
  const context = [one.context, other.context].filter((text) => text !== undefined).join('\n');
  return { ...one, ...other, ...(context === '' ? {} : { context }) };
}
