import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Cooked, cook } from '#core/formula/cook';
import { sentence } from '#core/formula/faults';
import type { Formula } from '#core/formula/grammar';
import { type Parsed, parseFormula } from '#core/formula/parse';
import type { Proto, ProtoStep } from '#core/formula/proto';

/** Formulas for tests: read, cooked, and shown as the graph that a law is about. */

/** A file of the seeds. */
export function seed(name: string): string {
  return readFileSync(new URL(`../fixtures/formulas/${name}`, import.meta.url), 'utf8');
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** Reads one file named `f.toml`. */
export function parsed(text: string, file = 'f.toml'): Parsed {
  return parseFormula({ file, text });
}

/** The formula of a text that has no fault. */
export function formulaOf(text: string, file = 'f.toml'): Formula {
  const read = parsed(text, file);
  if ('faults' in read) throw new Error(read.faults.map(sentence).join('\n'));
  return read.formula;
}

/** All faults of a text, a line each. */
export function faultsOf(text: string, file = 'f.toml'): string[] {
  const read = parsed(text, file);
  return 'faults' in read ? read.faults.map(sentence) : [];
}

export const warningsOf = (text: string, file = 'f.toml'): string[] => parsed(text, file).warnings.map(sentence);

/** Formula files by name: the name is put in front of each text. The first is the one that is cooked. */
export function cooked(files: Readonly<Record<string, string>>, given?: Readonly<Record<string, string>>): Cooked {
  const names = Object.keys(files);
  const find = (name: string) => {
    const text = files[name];
    return text === undefined ? undefined : { file: `${name}.toml`, text: `formula = "${name}"\n${text}` };
  };
  const values = given && new Map(Object.entries(given));
  return cook({ name: names[0] ?? '', find, names, hash, ...(values ? { given: values } : {}) });
}

export function protoOf(files: Readonly<Record<string, string>>, given?: Readonly<Record<string, string>>): Proto {
  const result = cooked(files, given);
  if ('faults' in result) throw new Error(result.faults.map(sentence).join('\n'));
  return result.proto;
}

/** Faults of cooking, a line each. */
export function cookFaults(files: Readonly<Record<string, string>>, given?: Readonly<Record<string, string>>): string[] {
  const result = cooked(files, given);
  return 'faults' in result ? result.faults.map(sentence) : [];
}

/** Which step needs which, by their ids in the formula, gates as `gate-ID`. */
export function graph(proto: Proto): Record<string, string[]> {
  const name = (step: ProtoStep) => (step.kind === 'gate' ? `gate-${step.step}` : step.step);
  const names = new Map(proto.steps.map((step) => [step.id, name(step)]));
  return Object.fromEntries(proto.steps.map((step) => [name(step), step.needs.map((need) => names.get(need) ?? `?${need}`)]));
}

/** The cooked step of this id in the formula. */
export function stepOf(proto: Proto, id: string): ProtoStep {
  const step = proto.steps.find((one) => one.step === id && one.kind !== 'gate');
  if (!step) throw new Error(`no step ${id}`);
  return step;
}

/** Steps as TOML: `a`, `b<a` (b needs a), `c<a,b`. */
export function steps(words: string, key = 'steps'): string {
  return words
    .split(' ')
    .map((word) => {
      const [id = '', needs] = word.split('<');
      const list = needs === undefined ? '' : `\nneeds = ${JSON.stringify(needs.split(','))}`;
      return `[[${key}]]\nid = "${id}"${list}\n`;
    })
    .join('');
}
