import { nearest } from './nearest.ts';
import { type Refusal, refuse } from './refusals.ts';
import type { Role } from './roles.ts';

/** A file that a person wrote for agents. Of one that is longer than it may be, or that cannot be read, only that is known. */
export type PromptFile = { readonly file: string; readonly text: string; readonly fault?: string | undefined };

/** What the names in braces of a prompt stand for; one that nothing is known of yet says so. */
export type PromptValues = Readonly<Partial<Record<string, string | undefined>>>;

const EVERY = ['role', 'actor', 'town', 'root', 'dir'];
const OF_RIG = ['rig', 'target'];
const MORE: Readonly<Record<Role, readonly string[]>> = {
  mayor: [],
  deacon: [],
  boot: [],
  dog: ['name'],
  witness: OF_RIG,
  refinery: OF_RIG,
  crew: [...OF_RIG, 'name'],
  polecat: [...OF_RIG, 'name', 'work', 'title', 'branch', 'attempt'],
};

/** The names that a prompt of this role may have in double braces. */
export const promptVariables = (role: Role): readonly string[] => [...EVERY, ...MORE[role]];

const VARIABLE = /\{\{\s*([^{}\s]*)\s*\}\}/g;
const UNKNOWN_YET = '(see `gt hook`)';

/** A prompt with its names filled in. Only what the text itself names is filled: a value is never read again. */
const fillPrompt = (text: string, values: PromptValues): string =>
  text.replace(VARIABLE, (_, name: string) => values[name] || UNKNOWN_YET);

/**
 * The prompt of a role: what gt ships, then the town's and the rig's overlays in this order. An overlay adds to what is there, or stands in its place: with
 * `mode: replace` between two lines of `---` at its top. One that is wrong is left out, and told.
 * @returns the text with its names filled in, and PROMPT_INVALID for each overlay that is left out
 */
export function rolePrompt(
  role: Role,
  shipped: string,
  overlays: readonly PromptFile[],
  values: PromptValues,
): { text: string; faults: Refusal[] } {
  const faults: Refusal[] = [];
  let text = shipped.trim();
  for (const overlay of overlays) {
    const read = readOverlay(role, overlay);
    if ('refused' in read) faults.push(read);
    else if (read.replaces) text = read.body;
    else if (read.body !== '') text = text === '' ? read.body : `${text}\n\n${read.body}`;
  }
  return { text: fillPrompt(text, values), faults };
}

function readOverlay(role: Role, overlay: PromptFile): { replaces: boolean; body: string } | Refusal {
  const { file, text } = overlay;
  if (overlay.fault !== undefined) return unreadable(overlay);
  const fault = (why: string, hint: string) => refuse('PROMPT_INVALID', { file, why, hint });
  const front = /^---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text);
  let mode = 'append';
  for (const line of front?.[1]?.split(/\r?\n/) ?? []) {
    if (line.trim() === '') continue;
    const [, key = '', value = ''] = /^([^:]*):(.*)$/.exec(line) ?? [undefined, line];
    if (key.trim() !== 'mode')
      return fault(`unknown key \`${key.trim()}\` at its top`, 'The one key is `mode`: append or replace.');
    mode = value.trim().replace(/^(['"])(.*)\1$/, '$2');
    if (mode !== 'append' && mode !== 'replace')
      return fault(`unknown mode \`${mode}\``, 'Say `mode: append` or `mode: replace`.');
  }
  const body = text.slice(front?.[0].length ?? 0).trim();
  const known = promptVariables(role);
  const unknown = [...body.matchAll(VARIABLE)].map((match) => match[1] ?? '').find((name) => !known.includes(name));
  if (unknown !== undefined)
    return fault(
      `unknown variable {{${unknown}}}`,
      `Did you mean {{${nearest(unknown, known, 1)[0]}}}? Known for a ${role}: ${known.join(', ')}.`,
    );
  return { replaces: mode === 'replace', body };
}

/** Directives of the town and of the rig, in this order, as they are. A file that is wrong is left out, and told. */
export function directivesOf(files: readonly PromptFile[]): { text: string; faults: Refusal[] } {
  const good = files.filter(({ fault }) => fault === undefined).map(({ text }) => text.trim());
  return {
    text: good.filter((text) => text !== '').join('\n'),
    faults: files.filter((one) => one.fault !== undefined).map(unreadable),
  };
}

const unreadable = ({ file, fault = '' }: PromptFile): Refusal =>
  refuse('PROMPT_INVALID', {
    file,
    why: fault,
    hint: 'Shorten it, or make it readable: until then agents are told nothing of it.',
  });
