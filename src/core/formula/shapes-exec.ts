import type { Path } from './faults.ts';
import type { Ralph, Retry } from './grammar.ts';
import { EXECUTORS } from './grammar-exec.ts';
import { filled, flag, isTable, must, oneOf, or, own, type Shape, table, whole, word } from './reader.ts';

/** How the keys are read that tell who does a step, and how often it is tried. */

/** gt's own keys. */
export const exec = {
  executor: own(oneOf(EXECUTORS)),
  run: own(word),
  repeatable: own(flag, 'boolean'),
  done_if: own(word),
  timeout: own(filled),
  check: own(word),
};

export const retry = table<Retry>({
  max_attempts: must(whole(1)),
  on_exhausted: or(oneOf(['hard_fail', 'soft_fail']), 'hard_fail'),
});

export const ralph = table<Ralph>({
  max_attempts: must(whole(1)),
  check: must(table<Ralph['check']>({ mode: or(oneOf(['exec']), 'exec'), path: must(word), timeout: or(filled, '60s') })),
});

/** `check = { max_attempts, check }` is what later files write for `ralph`: it is read as that, and told of under the name that it has. */
export function renamedRalph<T>(shape: Shape<T>): Shape<T> {
  return (value, at, into) => {
    const table = isTable(value) && !Object.hasOwn(value, 'ralph') ? value['check'] : undefined;
    if (!isTable(value) || !isTable(table) || !Object.hasOwn(table, 'max_attempts')) return shape(value, at, into);
    const { check, ...rest } = value;
    const from = [into.faults, into.warnings].map((notes) => notes.length);
    const places = [into.read, into.ignored].map((paths) => paths.length);
    const read = shape({ ...rest, ralph: check }, at, into);
    const said = (path: Path): Path => (path[at.length] === 'ralph' ? [...at, 'check', ...path.slice(at.length + 1)] : path);
    for (const [index, notes] of [into.faults, into.warnings].entries())
      for (const note of notes.splice(from[index] ?? 0)) notes.push({ ...note, at: said(note.at) });
    for (const [index, paths] of [into.read, into.ignored].entries())
      for (const path of paths.splice(places[index] ?? 0)) paths.push(said(path));
    return read;
  };
}
