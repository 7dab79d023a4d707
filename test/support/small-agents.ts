import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Delivery } from '#core/records';
import type { HarmedTown } from './trial.ts';

const TUI = fileURLToPath(new URL('./small-agent.mjs', import.meta.url));
const HOOKS = {
  kind: 'command',
  events: { start: 'SessionStart', prompt: 'UserPromptSubmit', after_tool: 'PostToolUse', stop: 'Stop' },
  stop_blocks: true,
};

/** What an agent wrote down of what reached it. */
export type Line = { readonly is: string; readonly text?: string; readonly event?: string; readonly reason?: string };

/** Agents that small-agent.mjs plays: without hooks, with hooks, and with a first prompt that has to be typed. */
export class SmallAgents {
  readonly #town: HarmedTown;

  constructor(town: HarmedTown) {
    this.#town = town;
    const agents = Object.fromEntries(
      ['plain', 'hooked', 'typed'].map((name) => {
        mkdirSync(town.gate(name), { recursive: true });
        return [name, this.#program(name)];
      }),
    );
    town.settle({ agents });
  }

  #program(name: string): object {
    return {
      command: process.execPath,
      args: [TUI, this.#town.gate(name), name],
      prompt: { how: name === 'typed' ? 'typed' : 'none' },
      screen: {
        ready: [{ where: 'footer', match: '^ready' }],
        busy: [{ where: 'footer', match: 'esc to interrupt' }],
        draft: { mark: '> ' },
      },
      ...(name === 'hooked' ? { hooks: HOOKS } : {}),
    };
  }

  /** Gives one a piece of work. @returns its id, once the agent is at its prompt */
  async begin(name: string): Promise<string> {
    const work = await this.#town.work('shop', '', { agent: name });
    await this.reached(name, ({ is }) => is === 'ready');
    return work;
  }

  lines(name: string): Line[] {
    return this.#town.lines(`${name}/log`).flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
  }

  /** What was sent at its prompt, in order. */
  submits(name: string): string[] {
    return this.lines(name).flatMap(({ is, text }) => (is === 'submit' && text !== undefined ? [text] : []));
  }

  /** Something that reaches it, or has. */
  reached(name: string, fits: (line: Line) => boolean, times = 1): Promise<Line> {
    return this.#town.until(`something reaches ${name}`, async () => this.lines(name).filter(fits)[times - 1]);
  }

  /** It has ended every turn, hooks and all: what is said now comes to its prompt. */
  rests(name: string): Promise<boolean> {
    const count = (what: string) => this.lines(name).filter(({ is }) => is === what).length;
    return this.#town.until(`${name} rests`, async () => count('rests') === count('submit'));
  }

  /** It is at work until `go`, and its prompt's hook is over: what is said now is there for its next hook. */
  waits(name: string, gate: string): Promise<Line> {
    return this.reached(name, ({ is, text }) => is === 'waits' && text === gate);
  }

  /** Lets its turn go on. */
  go(name: string, gate: string): void {
    writeFileSync(join(this.#town.gate(name), gate), '');
  }

  /** A nudge that has an outcome. */
  ended(id: string): Promise<Delivery> {
    return this.#town.until(`${id} has ended`, async () => {
      const doc = await this.#town.read('delivery', id);
      return doc?.endedAt !== undefined && doc;
    });
  }

  /** A nudge in some state. */
  is(id: string, state: Delivery['state']): Promise<Delivery> {
    return this.#town.until(`${id} is ${state}`, async () => {
      const doc = await this.#town.read('delivery', id);
      return doc?.state === state && doc;
    });
  }
}
