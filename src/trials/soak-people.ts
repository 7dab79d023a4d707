import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '#world/clock';
import type { Host } from '#world/pty/host';
import { playedBy } from './stand-in/command.ts';
import { chances } from './stand-in/ticker.ts';

/** Between two looks, and how long a person waits for what should be there, ms. */
const LOOK_MS = 100;
const PATIENCE_MS = 30_000;
/** From one draft to the next, and how long it is left standing, ms: the least, and what the seed adds at most. */
const BETWEEN = [3_500, 5_000] as const;
const STANDS = [500, 3_000] as const;

/** What became of a person's draft. `unheard`: a dialog had the keys; `mixed`: it came into a text that was being typed, and was taken out again. */
export type Draft = { readonly text: string; readonly became: 'sent' | 'erased' | 'unheard' | 'mixed' | 'lost' };

/** A person at the keys of one session: types a draft, leaves it standing, then sends or erases it. */
export class Person {
  readonly #host: Host;
  readonly #role: { readonly id: string; readonly like: string };
  readonly #chance: () => number;
  readonly drafts: Draft[] = [];
  /** When Enter was pressed, ms since 1970. */
  readonly enters: number[] = [];
  #isOver = false;

  constructor(host: Host, role: { readonly id: string; readonly like: string }, seed: number) {
    this.#host = host;
    this.#role = role;
    this.#chance = chances(seed);
  }

  stop(): void {
    this.#isOver = true;
  }

  /** Types so many drafts; resolves after the last, or after the one at hand once stopped. */
  async live(count: number): Promise<void> {
    const nobody = { onPaint: () => undefined, onOutput: () => undefined, onEnd: () => undefined };
    const attached = await this.#host.attach(this.#role.id, { type: true }, nobody);
    const press = (keys: string) => attached.keys(Buffer.from(keys));
    while (!this.#isOver && this.drafts.length < count) {
      await this.#wait(BETWEEN);
      if ((await this.#until((draft) => draft === '')) === undefined) continue;
      const text = `mine ${this.drafts.length} for ${this.#role.id}`;
      press(text);
      this.drafts.push({ text, became: await this.#draft(text, press) });
    }
    attached.close();
  }

  async #draft(text: string, press: (keys: string) => void): Promise<Draft['became']> {
    const shown = await this.#until((draft) => draft.includes(text));
    if (shown === undefined) return 'unheard';
    const erase = async (became: Draft['became']) => {
      press('\x7f'.repeat(text.length));
      const isGone = (await this.#until((draft) => !draft.includes('mine '))) !== undefined;
      return isGone ? became : 'lost';
    };
    if (shown !== text) return erase('mixed');
    await this.#wait(STANDS);
    const isSent = this.#chance() < 0.5;
    for (let tries = 0; tries < 10; tries++) {
      const draft = await this.#until(() => true);
      if (draft !== text) return tries > 0 && !draft?.includes('mine ') ? 'sent' : 'lost';
      if (!isSent) return erase('erased');
      this.enters.push(systemClock.now());
      press('\r');
      await this.#until((now) => now !== text, 2_000);
    }
    return 'lost';
  }

  #wait([least, more]: readonly [number, number]): Promise<unknown> {
    return pause(least + this.#chance() * more);
  }

  /** The draft, as soon as it is so and no dialog is open; undefined when that does not come. */
  async #until(fits: (draft: string) => boolean, ms = PATIENCE_MS): Promise<string | undefined> {
    const { screen } = playedBy(this.#role.like).preset;
    for (const end = systemClock.now() + ms; systemClock.now() < end; await pause(LOOK_MS)) {
      const { draft, state } = await this.#host.look(this.#role.id, screen);
      if (state !== 'dialog' && draft !== undefined && fits(draft)) return draft;
    }
    return undefined;
  }
}
