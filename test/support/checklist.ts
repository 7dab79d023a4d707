import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A step of a checklist: a file to create (`text`), or hunks to apply to one that is there. */
export type Step =
  | { readonly file: string; readonly text: string }
  | { readonly file: string; readonly hunks: readonly (readonly string[])[] };

/**
 * The fenced blocks below a heading of a manual, as steps. The last path in the words before a block says which file it is about: "Create `a/b.ts`"
 * before a whole file, "In `a/b.ts`" before a diff, whose hunks are parted by `@@`. A block without such words is an error.
 */
export function stepsOf(manual: string, heading: string): Step[] {
  const begin = manual.indexOf(`\n## ${heading}\n`);
  if (begin < 0) throw new Error(`no heading ${heading}`);
  const rest = manual.slice(begin + 1);
  const end = rest.indexOf('\n## ', 1);
  const section = end < 0 ? rest : rest.slice(0, end);
  let from = 0;
  return [...section.matchAll(/^( *)```(\w+)\n([\s\S]*?)^ *```$/gm)].map(
    ({ index, 0: whole, 1: indent = '', 2: kind, 3: body = '' }) => {
      const words = section.slice(from, index);
      from = index + whole.length;
      const [verb, file] = /.*(Create|In) `([\w./-]+)`/s.exec(words)?.slice(1) ?? [];
      if (!verb || !file) throw new Error(`no file is named before the block\n${body}`);
      const lines = body.split('\n').map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()));
      if (kind === 'ts' && verb === 'Create') return { file, text: lines.join('\n') };
      if (kind === 'diff' && verb === 'In') return { file, hunks: hunksOf(lines) };
      throw new Error(`${verb} ${file} does not go with a block of ${kind}`);
    },
  );
}

function hunksOf(lines: readonly string[]): string[][] {
  const hunks: string[][] = [[]];
  for (const line of lines)
    if (line.startsWith('@@')) hunks.push([]);
    else if (line !== '') hunks.at(-1)?.push(line);
  return hunks;
}

/** Does what the steps say in the repository at `root`. @throws when a hunk's context is not there exactly once, or a file to create is there */
export function follow(steps: readonly Step[], root: string): void {
  for (const step of steps) {
    const path = join(root, step.file);
    if ('text' in step) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, step.text, { flag: 'wx' });
      continue;
    }
    let text = readFileSync(path, 'utf8');
    for (const hunk of step.hunks) text = applied(hunk, text, step.file);
    writeFileSync(path, text);
  }
}

function applied(hunk: readonly string[], text: string, file: string): string {
  const side = (without: string) => hunk.flatMap((line) => (line.startsWith(without) ? [] : [`${line.slice(1)}\n`])).join('');
  const [before, after] = [side('+'), side('-')];
  const pieces = `\n${text}`.split(`\n${before}`);
  if (pieces.length !== 2) throw new Error(`${file} has these lines ${pieces.length - 1} times, not once:\n${before}`);
  return pieces.join(`\n${after}`).slice(1);
}
