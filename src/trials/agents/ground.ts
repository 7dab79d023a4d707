import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { agentStart, type StartInput } from '#core/agent-start';
import { onLoopback } from '#core/loopback';
import type { Preset } from '#core/preset';
import { provision } from '#world/agents/provision';
import type { Scripts } from '#world/model-server/script';
import type { Asked, ModelServer } from '#world/model-server/server';
import { startModelServer } from '#world/model-server/server';
import { type RecordingProxy, startProxy } from './proxy.ts';
import { Stage } from './stage.ts';

/** How a program is put on the stage. */
export type Play = {
  readonly mode?: StartInput['mode'];
  readonly autonomous: boolean;
  readonly hooks?: boolean;
  readonly prompt?: string;
  /** Of its conversation, or the one that it goes on with; and of the fork that is made of it. */
  readonly id?: string;
  readonly fork?: string;
  /** As if the town lay elsewhere: its folder is not trusted. */
  readonly elsewhere?: boolean;
  readonly env?: Readonly<Record<string, string>>;
};

/** One call of a hook: the words that gt was called with, and what the program told it. */
export type Hooked = { readonly words: string; readonly told: Readonly<Record<string, unknown>> };

/** What the hook that brings context prints. */
export const CONTEXT = 'The weather in the town is fine (context of a hook).';

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Stands for gt where a program's hooks call it: notes the call, and gives context. */
const HOOK = `#!/bin/sh
told=$(tr -d '\\n')
printf '%s\\t%s\\n' "$*" "$told" >>"$GT_HOOK_LOG"
case "$*" in 'prime --hook') echo '${CONTEXT}' ;; esac
`;

/** A fresh folder with a home, a repository and a model of its own, in which a real program is started without a town. */
export class Ground {
  readonly root: string;
  readonly preset: Preset;
  readonly model: ModelServer;
  readonly proxy: RecordingProxy;
  readonly #bin: string;
  readonly #places;
  readonly #stages: Stage[] = [];

  private constructor(shipped: Preset, bin: string, model: ModelServer, proxy: RecordingProxy) {
    const over = onLoopback(shipped, model.url);
    if (!over) throw new Error('the preset does not tell how to use a model server on loopback');
    this.preset = { ...shipped, ...over } as Preset;
    this.#bin = bin;
    this.model = model;
    this.proxy = proxy;
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'town-')));
    const at = (...path: string[]) => join(this.root, ...path);
    this.#places = {
      config: at('config'),
      home: at('shop/polecats'),
      root: this.root,
      worktree: at('shop/polecats/furiosa/rig'),
    };
    for (const path of [at('home'), this.#places.config, this.#places.worktree]) mkdirSync(path, { recursive: true });
    execFileSync('git', ['init', '-q', this.#places.worktree]);
    writeFileSync(at('hook'), HOOK);
    chmodSync(at('hook'), 0o755);
  }

  static async open(preset: Preset, bin: string, scripts: Scripts, log?: (asked: Asked) => void): Promise<Ground> {
    const model = await startModelServer({ scripts, ...(log ? { log } : {}) });
    return new Ground(preset, bin, model, await startProxy());
  }

  get config(): string {
    return this.#places.config;
  }

  /** The files by which it asks nothing, as a start of the town writes them. */
  async provision({
    autonomous,
    hooks = false,
    elsewhere = false,
  }: Pick<Play, 'autonomous' | 'hooks' | 'elsewhere'>): Promise<void> {
    await provision({ preset: this.preset, places: this.#seen(elsewhere), autonomous, hooks });
  }

  /** Starts the program as its preset says, with an environment of nothing else. */
  start({ mode = 'fresh', autonomous, hooks = false, prompt, id, fork, elsewhere = false, env }: Play): Stage {
    const start = agentStart(this.preset, {
      mode,
      autonomous,
      hooks,
      places: { ...this.#seen(elsewhere), id, fork },
      asRoot: process.getuid?.() === 0,
      ...(prompt === undefined ? {} : { prompt }),
    });
    if (!start) throw new Error(`its preset has no way to ${mode}`);
    const stage = new Stage({
      argv: start.argv,
      cwd: this.#places.worktree,
      env: {
        PATH: `${this.#bin}${delimiter}${SYSTEM_PATH}`,
        HOME: join(this.root, 'home'),
        LANG: 'C.UTF-8',
        GT_BIN: join(this.root, 'hook'),
        GT_HOOK_LOG: join(this.root, 'hooks.log'),
        ...this.proxy.env,
        ...start.env,
        ...env,
      },
    });
    this.#stages.push(stage);
    return stage;
  }

  /** Every call of a hook so far. */
  hooked(): Hooked[] {
    const log = join(this.root, 'hooks.log');
    if (!existsSync(log)) return [];
    const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => {
      const [words = '', told = ''] = line.split('\t');
      return { words, told: told === '' ? {} : (JSON.parse(told) as Hooked['told']) };
    });
  }

  /** What it asked for beyond loopback, and what the model did not know. */
  get leaks(): string[] {
    return [...this.proxy.attempts, ...this.model.faults];
  }

  async close(): Promise<void> {
    for (const stage of this.#stages) await stage.close();
    await this.model.close();
    await this.proxy.close();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  #seen(elsewhere: boolean) {
    const root = join(this.root, 'elsewhere');
    return elsewhere ? { ...this.#places, root, worktree: root } : this.#places;
  }
}
