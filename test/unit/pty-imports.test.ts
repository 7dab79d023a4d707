import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { init, parse } from 'es-module-lexer';
import { expect, test } from 'vitest';

const src = new URL('../../src/', import.meta.url);

/** What a CommonJS library is loaded by, when it is needed. */
const REQUIRED = /\brequire\('([^']+)'\)/g;

/** All that a source file imports when it runs, itself and through others, with the files that import it. */
function reach(file: URL, seen: Map<string, string[]>): Map<string, string[]> {
  const text = readFileSync(file, 'utf8');
  const note = (name: string) => {
    const by = seen.get(name);
    if (by) by.push(basename(fileURLToPath(file)));
    else seen.set(name, [basename(fileURLToPath(file))]);
    return by === undefined;
  };
  for (const [, name = ''] of text.matchAll(REQUIRED)) note(name);
  for (const found of parse(text)[0]) {
    const specifier = 'specifier' in found ? found.specifier : undefined;
    if (!specifier || ('typeOnly' in found && found.typeOnly) || !note(specifier)) continue;
    if (specifier.startsWith('#')) reach(new URL(`${specifier.slice(1)}.ts`, src), seen);
    else if (specifier.startsWith('.')) reach(new URL(specifier, file), seen);
  }
  return seen;
}

test('the PTY host depends on the terminal binding and the headless terminal alone, and can start nothing but agents and its successor', async () => {
  await init;
  const reached = reach(new URL('world/pty/main.ts', src), new Map());
  const outside = [...reached.keys()].filter(
    (name) => !name.startsWith('.') && !name.startsWith('#') && !name.startsWith('node:'),
  );
  expect(outside.sort()).toEqual(['@xterm/headless', 'node-pty']);
  expect(reached.get('node:child_process')).toEqual(['successor.ts']);
  expect(reached.size).toBeGreaterThan(15);
});
