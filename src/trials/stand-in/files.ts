import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Json, Preset } from '#core/preset';
import type { DialogLook, Look, Proof } from './look.ts';
import type { Conversation, TranscriptMoment } from './ports.ts';
import type { Words } from './words.ts';

/** Where a program finds its files: its environment, its command line and its directory. */
export type Site = {
  readonly preset: Preset;
  readonly look: Look;
  readonly words: Words;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

type Values = Readonly<Record<string, Json>>;

/** The program's configuration directory: what its variable says, else a directory of its name in the home. */
function configOf({ preset, env }: Site): string {
  const variable = Object.entries(preset.config.variables).find(([, value]) => value === '{config}')?.[0];
  return (variable === undefined ? undefined : env[variable]) ?? join(env['HOME'] ?? '/', `.${basename(preset.command)}`);
}

/** Fills a path of a look or a preset; undefined when it names something that this start has not. */
export function pathOf(site: Site, path: string, id = ''): string | undefined {
  const values: Record<string, string | undefined> = {
    config: configOf(site),
    settings: site.words.flags.get('--settings'),
    slug: site.cwd.replace(/[^a-zA-Z0-9]/g, '-'),
    dir: basename(site.cwd),
    id,
  };
  let whole = true;
  const filled = path.replace(/\{([a-z]+)\}/g, (_, name: string) => {
    if (values[name] === undefined) whole = false;
    return values[name] ?? '';
  });
  return whole ? filled : undefined;
}

/** The JSON of a file; undefined when it is absent or broken, as the programs drop it silently. */
export function jsonOf(path: string): Json | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Json;
  } catch {
    return undefined;
  }
}

/** The files in which this start's hooks stand. */
export function hookFiles(site: Site): string[] {
  const { preset, look, words } = site;
  const said = preset.hooks?.files.map((file) => file.path) ?? [];
  // a file that is named on the command line is found by its flag
  const flagged =
    preset.hooks?.args.flatMap((word, at, all) => (said.includes(word) ? [words.flags.get(all[at - 1] ?? '')] : [])) ?? [];
  const paths = [...said.filter((path) => path.startsWith('{config}')), ...look.hook_files].map((path) => pathOf(site, path));
  const { local } = preset.hooks ?? {};
  return [...new Set([...flagged, ...paths, local && join(site.cwd, local)])].flatMap((path) =>
    path !== undefined && existsSync(path) ? [path] : [],
  );
}

/** Whether a file, a word or a variable makes a dialog needless. */
export function isSpared(site: Site, dialog: DialogLook): boolean {
  return dialog.unless.some((proof) => holds(site, proof));
}

function holds(site: Site, proof: Proof): boolean {
  const { variable, word, missing, file, key, text } = proof;
  if (variable !== undefined) return variable.startsWith('!') ? !site.env[variable.slice(1)] : Boolean(site.env[variable]);
  if (word !== undefined) return site.words.all.some((one) => one.includes(word));
  if (missing !== undefined) return !existsSync(pathOf(site, missing) ?? '');
  const path = file === undefined ? undefined : pathOf(site, file);
  if (path === undefined || !existsSync(path)) return false;
  if (text !== undefined) return readFileSync(path, 'utf8').includes(text.replaceAll('{cwd}', site.cwd));
  return hasKey(jsonOf(path), key ?? [], above(site.cwd));
}

/** A directory and all above it: trust in one of them is trust in all below. */
function above(cwd: string): string[] {
  const up = dirname(cwd);
  return up === cwd ? [cwd] : [cwd, ...above(up)];
}

function hasKey(value: Json | undefined, key: readonly string[], cwds: readonly string[]): boolean {
  const [first, ...rest] = key;
  if (first === undefined) return value !== undefined && value !== false && value !== null;
  if (typeof value !== 'object' || value === null) return false;
  const names = first === '{cwd}' ? cwds : [first];
  if (Array.isArray(value)) return names.some((name) => value.includes(name));
  return names.some((name) => hasKey(value[name], rest, cwds));
}

/** Fills a JSON value; a text that is one place only becomes what stands there. */
function fillJson(value: Json, values: Values): Json {
  if (typeof value === 'string') {
    const whole = /^\{([a-z_]+)\}$/.exec(value)?.[1];
    if (whole !== undefined) return values[whole] ?? '';
    return value.replace(/\{([a-z_]+)\}/g, (place, name: string) => String(values[name] ?? place));
  }
  if (Array.isArray(value)) return value.map((one) => fillJson(one, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillJson(one, values)]));
}

/** Where a conversation's transcript is; undefined for a program that keeps none as a file. */
export function transcriptOf(site: Site, id: string): string | undefined {
  return site.look.transcript && pathOf(site, site.look.transcript.path, id);
}

/** Appends what a moment leaves in the transcript. */
export function writeTranscript(site: Site, moment: TranscriptMoment, values: Values, conversation: Conversation): void {
  const path = transcriptOf(site, conversation.id);
  const lines = site.look.transcript?.[moment] ?? [];
  if (path === undefined || lines.length === 0) return;
  const all = { ...values, id: conversation.id, cwd: site.cwd };
  mkdirSync(dirname(path), { recursive: true });
  const text = lines.map((line) => `${JSON.stringify(fillJson(line as Json, all))}\n`).join('');
  appendFileSync(path, text, { mode: 0o600 });
}
