import { randomBytes, randomUUID } from 'node:crypto';
import { delimiter, dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as timer } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { agentStart } from '#core/agent-start';
import { onLoopback } from '#core/loopback';
import { fill, type Places } from '#core/places';
import type { Preset } from '#core/preset';
import { hookEnvironment } from '#world/agents/environment';
import { provision } from '#world/agents/provision';
import { findConversation } from '#world/agents/transcripts';
import type { Scripts } from '#world/model-server/script';
import { type ModelServer, startModelServer } from '#world/model-server/server';
import { killTree } from '#world/processes/kill';
import { type Exit, HostRefused } from '#world/pty/host';
import type { NudgeResult } from '#world/pty/nudge/asked';
import { type Folder, makeFolder, NOBODY } from './folder.ts';
import type { Beginning, ProvingGround, Seat, Sight } from './ground.ts';
import { type OwnHost, startHost } from './host.ts';
import { Recorder } from './recorder.ts';

const RUNNER = fileURLToPath(new URL('../agents/shell-runner.sh', import.meta.url));
/** How long an ended program's last output is waited for, ms. */
const DRAIN_MS = 10_000;
const LOOK_MS = 20;

export type ProvingRequest = {
  readonly preset: Preset;
  /** Where programs are found. */
  readonly path: string;
  /** What the model does. */
  readonly scripts: Scripts;
  /** Ends every wait. */
  readonly signal: AbortSignal;
};

/**
 * A place where an agent's program may be tried without a town: nothing of the person's is read or written, its model is on this machine, and its proxy is a
 * door that does not open. `close` ends every process that came of it, and removes every file.
 */
export async function openProving(request: ProvingRequest): Promise<Proving> {
  const folder = makeFolder(request.path);
  let model: ModelServer | undefined;
  try {
    model = await startModelServer({ scripts: request.scripts });
    const over = onLoopback(request.preset, model.url);
    const preset: Preset = over ? { ...request.preset, ...over } : request.preset;
    const host = await startHost(folder.runtime, request.path);
    return new Proving({ ...request, preset, folder, model, host });
  } catch (fault) {
    await model?.close();
    folder.remove();
    throw fault;
  }
}

type Parts = Omit<ProvingRequest, 'scripts'> & { readonly folder: Folder; readonly model: ModelServer; readonly host: OwnHost };

export class Proving implements ProvingGround {
  readonly preset: Preset;
  readonly worktree: string;
  readonly #parts: Parts;
  readonly #recorder: Recorder;
  readonly #mark = `doctor${randomBytes(12).toString('hex')}`;
  readonly #begun = Math.floor(performance.timeOrigin + performance.now());
  readonly #stopped: Promise<never>;
  #sessions = 0;
  #nudges = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.preset = parts.preset;
    this.worktree = parts.folder.worktree;
    this.#recorder = new Recorder(parts.folder.root);
    const { signal } = parts;
    this.#stopped = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    this.#stopped.catch(() => undefined);
  }

  now(): number {
    return performance.now();
  }

  pause(ms: number): Promise<void> {
    return timer(ms, undefined, { signal: this.#parts.signal });
  }

  async begin({ mode, id, prompt }: Beginning): Promise<Seat | undefined> {
    const { preset } = this;
    const { folder, host } = this.#parts;
    const own = mode === 'fresh' && preset.session.own !== undefined ? randomUUID() : undefined;
    const places = { ...this.#places(), id: id ?? own, fork: mode === 'fork' ? randomUUID() : undefined };
    const asRoot = process.getuid?.() === 0;
    const start = agentStart(preset, { mode, autonomous: true, hooks: true, places, prompt, asRoot });
    if (!start) return undefined;
    await provision({ preset, places, autonomous: true, hooks: true });
    const name = `s${++this.#sessions}`;
    const token = `${this.#mark}.${name}`;
    const env = { ...this.#environment(), ...start.env, ...hookEnvironment(preset), GT_SESSION: token };
    await host.host.spawn({ id: name, argv: start.argv, cwd: folder.worktree, env });
    const conversation = start.ownId ? own : undefined;
    const { typed } = start;
    return { id: name, token, ...(conversation ? { conversation } : {}), ...(typed === undefined ? {} : { typed }) };
  }

  async look({ id }: Seat): Promise<Sight> {
    const { host } = this.#parts.host;
    const ended = await this.#exitOf(id);
    if (ended) return { exit: ended };
    try {
      return await host.look(id, this.preset.screen);
    } catch (fault) {
      const exit = fault instanceof HostRefused ? await this.#exitOf(id) : undefined;
      if (exit) return { exit };
      throw fault;
    }
  }

  nudge({ id }: Seat, text: string, mode: 'wait-idle' | 'immediate', limitMs: number): Promise<NudgeResult> {
    const { screen, submit, keys, terminal } = this.preset;
    const expiresAt = Math.round(performance.timeOrigin + performance.now() + limitMs);
    const nudge = `n${++this.#nudges}`;
    const told = this.#parts.host.host.nudge({ nudge, id, text, mode, expiresAt, screen, submit, keys, terminal });
    return Promise.race([told, this.#stopped]);
  }

  write({ id }: Seat, text: string): Promise<void> {
    return this.#parts.host.host.write(id, text);
  }

  async end({ id }: Seat, graceMs: number): Promise<Exit | undefined> {
    await this.#parts.host.host.kill(id, { graceMs });
    const over = this.now() + DRAIN_MS;
    for (let exit = await this.#exitOf(id); ; exit = await this.#exitOf(id)) {
      if (exit || this.now() >= over) return exit;
      await this.pause(LOOK_MS);
    }
  }

  calls() {
    return this.#recorder.calls();
  }

  asked() {
    return this.#parts.model.requests.filter(({ side, conversation }) => !side && conversation !== undefined);
  }

  beyond() {
    return [...new Set(this.#parts.model.faults)];
  }

  conversationOf(): string | undefined {
    const { transcripts } = this.preset.session;
    if (!transcripts) return undefined;
    return findConversation({ ...transcripts, folder: fill(transcripts.folder, this.#places()) }, this.worktree, this.#begun);
  }

  async close(): Promise<void> {
    const { host, model, folder } = this.#parts;
    await host.stop();
    await killTree({ tokens: [{ prefix: `GT_SESSION=${this.#mark}` }], graceMs: 0 });
    await model.close();
    folder.remove();
  }

  async #exitOf(id: string): Promise<Exit | undefined> {
    return (await this.#parts.host.host.get(id))?.exit;
  }

  #places(): Places & { readonly config: string; readonly home: string; readonly root: string } {
    const { town, config, home, worktree } = this.#parts.folder;
    return { root: town, config, home, worktree, runner: RUNNER, gt: this.#recorder.bin, api: this.#parts.model.url };
  }

  #environment(): Record<string, string> {
    const { folder, path, model } = this.#parts;
    const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
    const here = '127.0.0.1,localhost';
    return {
      PATH: `${dirname(this.#recorder.bin)}${delimiter}${path}`,
      HOME: folder.person,
      TMPDIR: folder.temporary,
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
      ...Object.fromEntries(proxies.map((name) => [name, model.url])),
      NO_PROXY: here,
      no_proxy: here,
      GT_ROLE: 'polecat',
      GT_ROOT: folder.town,
      GT_WORKTREE: folder.worktree,
      GT_BIN: this.#recorder.bin,
      ...NOBODY,
    };
  }
}
