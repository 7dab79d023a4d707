import { readFileSync } from 'node:fs';
import type { Preset } from '#core/preset';
import { type Site, transcriptOf, writeTranscript } from './files.ts';
import type { Note } from './notes.ts';
import type { Scenario } from './scenario.ts';
import type { Words } from './words.ts';

/** Whether a program is told to answer one question on its output and to end. */
export const isHeadless = ({ headless }: Preset, words: readonly string[]): boolean =>
  headless?.words[0] !== undefined && words.includes(headless.words[0]);

/** The same without a terminal: prints the answer of the first turn, and how much of the conversation it goes back to it has read. @returns the exit code */
export function answerOnce(site: Site, { turns, known }: Scenario, words: Words, note: (note: Note) => void): number {
  const { mode, id = '', fork = id, prompt = '' } = words;
  const path = transcriptOf(site, id);
  const lines = linesOf(path);
  if (mode !== 'fresh' && mode !== 'own' && lines === 0 && !known.includes(id)) {
    process.stderr.write(`${(site.look.says.id_unknown ?? 'no such conversation: {id}').replace('{id}', id)}\n`);
    return 1;
  }
  note({ kind: 'started', session: fork, mode, words: words.all });
  note({ kind: 'submit', text: prompt, glued: false, busy: false });
  writeTranscript(site, 'prompt', { text: prompt, message: fork }, { id: fork });
  process.stdout.write(`${turns[0]?.answer ?? 'Done.'} (after ${lines} lines of ${id})\n`);
  return 0;
}

function linesOf(path: string | undefined): number {
  try {
    return path === undefined ? 0 : readFileSync(path, 'utf8').trim().split('\n').length;
  } catch {
    return 0;
  }
}
