import type { Io } from '#cli/command';
import { type Face, run } from '#cli/run';
import { explain, type Refusal } from '#core/refusals';
import { translated } from './globals.ts';
import { BD_TOPICS } from './verbs.ts';

const SCHEMA_VERSION = 1;
/** Verbs whose errors programs look for on stdout. */
const TOLD_ON_STDOUT = ['show', 'view', 'close', 'done', 'update', 'dep', 'label', 'comments', 'blocked'];

/** One call of bd, from its words to its exit code: 0, or 1 for whatever went wrong. Values and errors have the form that programs know from beads. */
export async function runBd(argv: readonly string[], io: Io): Promise<number> {
  const call = translated(argv, io);
  const verb = call.argv.find((word, i) => !word.startsWith('-') && call.argv[i - 1] !== '--town') ?? '';
  const code = await run(call.argv, call.io, BD_TOPICS, faceOf(verb));
  return code === 0 || code === 130 ? code : 1;
}

/** Arrays are bare, objects carry the number of the form; BD_JSON_ENVELOPE=1 puts everything into one. */
const faceOf = (verb: string): Face => ({
  program: 'bd',
  document: (value, io) => document(value, io.env['BD_JSON_ENVELOPE'] === '1'),
  refused: (refusal, json, io) => told(refusal, json, io, verb),
});

function document(value: unknown, envelope: boolean): string {
  const plain = Array.isArray(value) || typeof value !== 'object' || value === null;
  if (envelope) return JSON.stringify({ schema_version: SCHEMA_VERSION, data: value }, null, 2);
  return JSON.stringify(plain ? value : { ...value, schema_version: SCHEMA_VERSION }, null, 2);
}

function told(refusal: Refusal, json: boolean, io: Io, verb: string): number {
  const { says, try: hint, code } = explain(refusal);
  if (!json) io.err(`Error: ${says}\n${hint}\n`);
  else {
    const text = `${JSON.stringify({ error: says, hint, code, schema_version: SCHEMA_VERSION }, null, 2)}\n`;
    if (TOLD_ON_STDOUT.includes(verb)) io.out(text);
    else io.err(text);
  }
  return 1;
}
