/** All answers to dialogs of a host, by their ids: asked for once or many times, each is typed once. */
import { HostRefused } from '#world/pty/host';
import { Eyes, type Seat, Stopped, type Times } from '#world/pty/nudge/eyes';
import { readSigns } from '#world/pty/nudge/program';
import type { DialogResult, DialogSeen } from './asked.ts';
import { Choosing } from './choosing.ts';
import { type Choice, seenOf } from './seen.ts';

/** Answers that are remembered in all, and under way. */
const KEPT_LIMIT = 2_000;
const WAITING_LIMIT = 200;

/** `seat` throws SESSION_UNKNOWN, and PTY_GONE for a session that has ended. `free` takes a session's secrets out of a text. */
export type DialogsDeps = {
  readonly seat: (session: string) => Seat;
  readonly free: (session: string, text: string) => string;
  readonly times: Times;
  readonly tell: (session: string, answer: string, outcome: string) => void;
  readonly warn: (line: string) => void;
};

type Kept = { readonly choice: Choice; readonly done: Promise<DialogResult>; readonly tell: (result: DialogResult) => void };

/** The table. */
export class Dialogs {
  readonly #deps: DialogsDeps;
  readonly #known = new Map<string, Kept>();
  readonly #running = new Map<string, Eyes>();
  #isStopped = false;

  constructor(deps: DialogsDeps) {
    this.#deps = deps;
  }

  /** Rejects with SESSION_UNKNOWN, PTY_GONE, BAD_REQUEST. */
  async read(session: string, screen: unknown): Promise<DialogSeen> {
    const signs = readSigns(screen);
    const view = await this.#deps.seat(session).view();
    return seenOf(view, signs, (text) => this.#deps.free(session, text));
  }

  /** Makes a choice, or answers for the one of this id. Rejects with BAD_REQUEST, SESSION_UNKNOWN, PTY_GONE, NUDGES_FULL. */
  async answer(asked: Omit<Choice, 'pressed' | 'entered' | 'typed' | 'result'>): Promise<DialogResult> {
    const known = this.#known.get(asked.answer);
    if (known) return known.done;
    readSigns(asked.data);
    this.#deps.seat(asked.session);
    if (this.#running.size >= WAITING_LIMIT)
      throw new HostRefused('NUDGES_FULL', `${WAITING_LIMIT} answers are under way already.`);
    return this.#keep({ ...asked, pressed: false }).done;
  }

  forget(session: string): void {
    for (const [id, { choice }] of this.#known) if (choice.session === session) this.#known.delete(id);
  }

  /** Does nothing more: from now on `state` is what another process may go on with. */
  freeze(): void {
    this.#isStopped = true;
    for (const eyes of this.#running.values()) eyes.stop();
  }

  /** Goes on after `freeze`, here or in the next process. */
  thaw(): void {
    this.#isStopped = false;
    for (const kept of this.#known.values()) if (!kept.choice.result) this.#go(kept);
  }

  /** All answers as plain data. */
  state(): Choice[] {
    return [...this.#known.values()].map(({ choice }) => ({ ...choice }));
  }

  resume(states: readonly Choice[]): void {
    for (const state of states) this.#keep(state);
  }

  #keep(choice: Choice): Kept {
    let tell: (result: DialogResult) => void = () => undefined;
    const done = new Promise<DialogResult>((resolve) => {
      tell = resolve;
    });
    const kept = { choice, done, tell };
    this.#known.set(choice.answer, kept);
    for (const [id, { choice: old }] of this.#known) {
      if (this.#known.size <= KEPT_LIMIT) break;
      if (old.result) this.#known.delete(id);
    }
    if (choice.result) tell(choice.result);
    else this.#go(kept);
    return kept;
  }

  #go(kept: Kept): void {
    if (this.#isStopped) return;
    void this.#run(kept).catch((fault) => {
      if (!(fault instanceof Stopped)) this.#deps.warn(`dialogs: ${fault instanceof Error ? fault.stack : fault}`);
      // the next host, or this one when it goes on, looks what was pressed
      if (!(fault instanceof Stopped || this.#isStopped)) this.#end(kept, failed(kept.choice, fault));
    });
  }

  async #run(kept: Kept): Promise<void> {
    const { choice } = kept;
    const { seat, times, free } = this.#deps;
    let place: Seat;
    try {
      place = seat(choice.session);
    } catch (fault) {
      this.#end(kept, failed(choice, fault));
      return;
    }
    const eyes = new Eyes(place, times);
    this.#running.set(choice.answer, eyes);
    try {
      const signs = readSigns(choice.data);
      const clean = (text: string) => free(choice.session, text);
      this.#end(kept, await new Choosing(choice, { seat: place, eyes, times, signs, free: clean }).run());
    } finally {
      if (this.#running.get(choice.answer) === eyes) this.#running.delete(choice.answer);
      if (!eyes.isStopped) eyes.stop();
    }
  }

  #end(kept: Kept, result: DialogResult): void {
    const { choice } = kept;
    choice.result = result;
    this.#deps.tell(choice.session, choice.answer, result.outcome);
    kept.tell(result);
  }
}

const failed = ({ pressed }: Choice, fault: unknown): DialogResult => {
  const why = fault instanceof Error ? fault.message : String(fault);
  const isGone = fault instanceof HostRefused && (fault.code === 'PTY_GONE' || fault.code === 'SESSION_UNKNOWN');
  return { outcome: isGone ? (pressed ? 'answered' : 'gone') : 'stays', why, pressed };
};
