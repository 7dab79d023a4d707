/** Stand-ins as programs on real terminals, and what they noted. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host, SpawnRequest } from '#world/pty/host';
import type { Note } from '../../src/trials/stand-in/notes.ts';
import type { ScenarioInput } from '../../src/trials/stand-in/scenario.ts';
import { envOf, type Ground } from './pty.ts';
import { until } from './until.ts';

export const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

export type Noted = Note & { readonly at: number; readonly pid?: number; readonly tty?: string };

/** All that was noted so far. */
export function notesIn(path: string): Noted[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Noted);
}

/** Waits for a note. */
export function noted<K extends Note['kind']>(path: string, kind: K, holds: (note: Noted & { kind: K }) => boolean = () => true) {
  return until(`${kind} is noted in ${path}`, () =>
    notesIn(path).find((note): note is Noted & { kind: K } => note.kind === kind && holds(note as Noted & { kind: K })),
  );
}

/** A scenario as a file that notes beside itself. */
export function writeScenario(
  ground: Ground,
  name: string,
  scenario: ScenarioInput,
): { readonly file: string; readonly log: string } {
  const file = join(ground.dir, `${name}.scenario.json`);
  const log = join(ground.dir, `${name}.notes`);
  writeFileSync(file, JSON.stringify({ log, ...scenario }));
  return { file, log };
}

/** A session in which a stand-in of `like` runs, with the words that the real program would get. */
export function standInSession(
  ground: Ground,
  id: string,
  like: string,
  file: string,
  words: readonly string[] = [],
): SpawnRequest {
  const argv = [process.execPath, MAIN, 'stand-in', '--like', like, '--scenario', file, ...words];
  return { id, argv, cwd: ground.dir, env: { ...envOf(ground, id), HOME: ground.dir }, cols: 100, rows: 30 };
}

/** Waits until a session's screen shows a text. */
export function shows(host: Host, id: string, text: string): Promise<string> {
  return until(`${id} shows ${text}`, async () => {
    const peeked = await host.peek(id, { lines: 30 });
    return peeked?.text.includes(text) && peeked.text;
  });
}

/** Pastes, waits until the screen shows it, and presses Enter until it is taken: an Enter too close behind a paste is none. */
export async function submit(host: Host, id: string, log: string, text: string): Promise<void> {
  await host.write(id, `\x1b[200~${text}\x1b[201~`);
  await shows(host, id, text);
  let pressed = -1;
  await until(`${text} is taken`, async () => {
    const notes = notesIn(log);
    if (notes.some((note) => note.kind === 'submit' && note.text.trim() === text)) return true;
    const lost = notes.filter((note) => note.kind === 'enter').length;
    if (lost === pressed) return false;
    pressed = lost;
    await host.write(id, '\r');
    return false;
  });
}

/** Puts a program of this name into `dir` that is a stand-in: with `dir` first on PATH, whatever starts the real one starts it. */
export function installStandIn(dir: string, like: string, command: string, file: string): void {
  const words = [process.execPath, MAIN, 'stand-in', '--like', like, '--scenario', file].map((word) => `'${word}'`).join(' ');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, command), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
}
