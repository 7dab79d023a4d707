import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Noun, Records } from '#core/records';
import { isRefusal } from '#core/refusals';
import { systemClock } from '#world/clock';
import { socketPath } from '#world/config/runtime';
import { readTown } from '#world/config/town';
import { Books } from '#world/store/books';
import { keysOf } from '#world/store/keys';
import { type Link, openLink } from '#world/store/link';
import { eventOf, type StoredEvent } from '#world/store/tail';
import { validate } from '#world/store/validate';

/**
 * A town in a temp folder, used from outside: what a person does goes through the real `gt` of dist, what happened is read from the books. For the
 * demo, the benches and the end-to-end tests.
 */
const ROOT = fileURLToPath(new URL(import.meta.url.includes('/dist/') ? '../../../' : '../../', import.meta.url));
export const GT = join(ROOT, 'dist/bin/gt.js');

/** How long is waited for what comes, at most: a bound for what hangs, on however busy a machine. */
export const PATIENCE_MS = 180_000;

export type Answered = { readonly exit: number; readonly out: string; readonly err: string; readonly signal?: NodeJS.Signals };

export class TrialTown {
  readonly dir: string;
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  #link: Link | undefined;

  constructor(extra: NodeJS.ProcessEnv = {}) {
    this.dir = realpathSync(mkdtempSync(join(tmpdir(), 'gt-t-')));
    this.root = join(this.dir, 'town');
    const runtime = join(this.dir, 'run');
    mkdirSync(runtime, { mode: 0o700 });
    mkdirSync(join(this.dir, 'home'));
    writeFileSync(
      join(this.dir, 'home', '.gitconfig'),
      '[user]\n\tname = Trial Owner\n\temail = owner@example.com\n[init]\n\tdefaultBranch = main\n',
    );
    const { PATH = '', LANG = 'C.UTF-8' } = process.env;
    this.env = { PATH, LANG, HOME: join(this.dir, 'home'), XDG_RUNTIME_DIR: runtime, TMPDIR: this.dir, ...extra };
  }

  /** Calls gt as a person would. `env` is added to the town's. */
  gt(words: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {}): Promise<Answered> {
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [GT, ...words],
        { cwd: options.cwd ?? this.dir, env: { ...this.env, GT_TOWN_ROOT: this.root, ...options.env }, maxBuffer: 1 << 26 },
        (fault, out, err) => {
          const exit = fault ? (typeof fault.code === 'number' ? fault.code : 128) : 0;
          resolve({ exit, out, err, ...(fault?.signal ? { signal: fault.signal } : {}) });
        },
      );
      child.stdin?.end(options.input ?? '');
    });
  }

  /** Calls gt, and takes its --json answer. @throws with its words when it refuses */
  async ask<T>(words: readonly string[], options: Parameters<TrialTown['gt']>[1] = {}): Promise<T> {
    const { exit, out, err } = await this.gt([...words, '--json'], options);
    if (exit !== 0) throw new Error(`gt ${words.join(' ')} ended with ${exit}: ${err}${out}`);
    return JSON.parse(out) as T;
  }

  /** A git repository with these files as its first commit on main. */
  async repository(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const path = join(this.dir, name);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(path, file, '..'), { recursive: true });
      writeFileSync(join(path, file), text);
    }
    for (const words of [
      ['init', '-q', '-b', 'main'],
      ['add', '-A'],
      ['commit', '-q', '-m', 'Begin'],
    ])
      await this.git(path, words);
    return path;
  }

  /** git in a folder, as the town's owner. @returns what it printed */
  async git(cwd: string, words: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('git', [...words], { cwd, env: this.env, maxBuffer: 1 << 26 });
    return stdout.trim();
  }

  async link(): Promise<Link> {
    const path = socketPath(this.root, 'redis');
    if (isRefusal(path)) throw new Error('the town has no Redis yet');
    this.#link ??= await openLink({ path }, { waitMs: 60_000 });
    return this.#link;
  }

  get id(): string {
    const file = readTown(this.root);
    if (isRefusal(file)) throw new Error('no town');
    return file.id;
  }

  async books(): Promise<Books> {
    return new Books(await this.link(), keysOf(this.id), systemClock, validate);
  }

  async read<N extends Noun>(noun: N, id: string): Promise<Records[N] | undefined> {
    return (await this.books()).read(noun, id);
  }

  /** Everything that has happened. */
  async events(): Promise<StoredEvent[]> {
    const reply = (await (await this.link()).call('XRANGE', keysOf(this.id).events, '-', '+')) as Array<[string, string[]]>;
    return reply.map(([id, fields]) => eventOf(id, fields));
  }

  /** Waits until something is true; looks again every `everyMs`. @throws after `limitMs`, with what the town says of itself */
  async until<T>(what: string, look: () => Promise<T | undefined | false>, limitMs = PATIENCE_MS, everyMs = 50): Promise<T> {
    const end = performance.now() + limitMs;
    for (;;) {
      const seen = await look();
      if (seen) return seen;
      if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain: ${what}\n${await this.tale()}`);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  /** Waits for an event that fits. */
  event(type: string, fits: (event: StoredEvent) => boolean = () => true, limitMs?: number): Promise<StoredEvent> {
    return this.until(`event ${type}`, async () => (await this.events()).find((one) => one.type === type && fits(one)), limitMs);
  }

  /** The pid of a process of the town, from its pid file. */
  pid(name: 'redis' | 'host' | 'worker' | 'supervisor'): number {
    const text = readFileSync(join(this.root, '.runtime', `${name}.pid`), 'utf8');
    return Number(/\d+/.exec(text)?.[0]);
  }

  /** The last events and the worker's log: what to read when something hangs. */
  async tale(): Promise<string> {
    const events = await this.events().catch(() => []);
    const last = events.slice(-30).map((one) => `  ${one.type} ${one.subject} ${JSON.stringify(one.data)}`);
    const log = await readLog(join(this.root, '.runtime/logs/worker.log'));
    return `last events:\n${last.join('\n')}\nworker's log:\n${log}`;
  }

  /** Lets go of the town without ending it. */
  leave(): void {
    this.#link?.close();
  }

  /** Ends everything and removes the folder. @returns what `gt down` said */
  async end({ keep = false } = {}): Promise<Answered> {
    this.leave();
    const said = await this.gt(['down']);
    if (!keep) rmSync(this.dir, { recursive: true, force: true });
    return said;
  }
}

async function readLog(file: string): Promise<string> {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(-30).join('\n');
  } catch {
    return '(none)';
  }
}
