import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { GtCall } from './ground.ts';

/** Calls that are kept: a program that calls without end is found out by the first. */
const MOST = 2000;

/** A `gt` that only writes down how it is called: its words, its token, its directory and, for hooks, what it is told. */
export class Recorder {
  /** The program. */
  readonly bin: string;
  readonly #folder: string;
  readonly #known = new Set<string>();
  readonly #calls: GtCall[] = [];

  constructor(folder: string) {
    this.#folder = join(folder, 'calls');
    const bin = join(folder, 'bin');
    mkdirSync(this.#folder, { recursive: true });
    mkdirSync(bin, { recursive: true });
    this.bin = join(bin, 'gt');
    writeFileSync(this.bin, script(this.#folder), { mode: 0o755 });
  }

  /** All calls so far, in order. */
  calls(): readonly GtCall[] {
    const found = readdirSync(this.#folder).filter((name) => name.endsWith('.call') && !this.#known.has(name));
    const files = found.map((name) => ({ name, at: statSync(join(this.#folder, name)).mtimeMs })).sort((a, b) => a.at - b.at);
    for (const { name, at } of files.slice(0, MOST - this.#known.size)) {
      this.#known.add(name);
      const [token = '', cwd = '', words = '', ...input] = readFileSync(join(this.#folder, name), 'utf8').split('\n');
      this.#calls.push({ token, cwd, words, input: input.join('\n'), at: at - performance.timeOrigin });
    }
    return this.#calls;
  }
}

const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;

/** Only hooks bring an input that ends: a tool's may be a terminal. */
const script = (folder: string): string => `#!/bin/sh
out=${quoted(folder)}/$$
{
  printf '%s\\n%s\\n%s\\n' "$GT_SESSION" "$(pwd -P)" "$*"
  case "$1" in check) ;; *) command -p cat ;; esac
} >"$out.new"
command -p mv "$out.new" "$out.call"
`;
