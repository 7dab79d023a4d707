/** One choice made in one dialog: its keys, each right after a look that found the very same dialog, until it is seen gone. */
import type { Signs } from '#core/screen-signs';
import type { ScreenView } from '#core/screen-view';
import { HostRefused } from '#world/pty/host';
import { type Eyes, Over, type Seat, type Times } from '#world/pty/nudge/eyes';
import type { DialogResult, DialogSeen } from './asked.ts';
import { type Choice, seenOf } from './seen.ts';

/** No key of a person for so long, and how long that is waited for, ms. */
const QUIET_MS = 3_000;
const PATIENCE_MS = 15_000;
/** Between two looks that must agree, ms. */
const STEADY_MS = 120;
/** How long a key may take to show, and a dialog to go, ms. */
const KEY_MS = 2_000;
const GONE_MS = 10_000;
/** Looks in the moment of writing that met no whole screen, or another one. */
const BLIND = 20;
const [UP, DOWN, ENTER] = ['\x1b[A', '\x1b[B', '\r'];

type Place = {
  readonly seat: Seat;
  readonly eyes: Eyes;
  readonly times: Times;
  readonly signs: Signs;
  readonly free: (text: string) => string;
};

/** One attempt. */
export class Choosing {
  readonly #choice: Choice;
  readonly #at: Place;

  constructor(choice: Choice, at: Place) {
    this.#choice = choice;
    this.#at = at;
  }

  /** Rejects with Stopped: another process goes on. */
  async run(): Promise<DialogResult> {
    const { seat, eyes } = this.#at;
    try {
      return (await this.#begin()) ?? (await this.#verify());
    } catch (fault) {
      const isOver = fault instanceof Over || (fault instanceof HostRefused && fault.code === 'PTY_GONE');
      if (isOver) return this.#told(this.#choice.pressed ? 'answered' : 'gone', 'its session has ended');
      if (fault instanceof HostRefused && fault.code !== 'RETRY') return this.#told('stays', fault.message);
      throw fault;
    } finally {
      if (!eyes.isStopped) seat.keep(false);
    }
  }

  /** Looks, and presses the keys; undefined when they were pressed. Goes on where the process before has stopped. */
  async #begin(): Promise<DialogResult | undefined> {
    const choice = this.#choice;
    if (choice.pressed && choice.entered !== false) return undefined;
    if (!(await this.#quiet())) return this.#told('stays', 'somebody types at its terminal');
    const seen = await this.#steady();
    if (!this.#isSame(seen)) return this.#different(seen);
    if (choice.pressed) return choice.typed === undefined ? this.#digitSeen() : this.#wordSeen(choice.typed);
    if (choice.choice > seen.choices.length) return this.#told('stays', `it has ${seen.choices.length} choices`, seen);
    const known = this.#at.signs.dialogs.find(({ name }) => name === seen.dialog?.name);
    const keys = known?.answers ?? 'arrows';
    if (keys === 'none') return this.#told('stays', 'it is answered in the terminal only', seen);
    const word = choice.choice === 0 ? choice.text : seen.words?.[this.#wanted];
    if (word !== undefined) return this.#word(word, seen);
    if (choice.choice === 0) return this.#told('stays', 'it takes no words', seen);
    // Of a number of two digits a program that takes numbers at once would take the first.
    return keys === 'digit' && choice.choice < 10 ? this.#digit() : this.#arrows(seen);
  }

  /** Types a word behind its question, which some programs take at once; else Enter, with the word seen in its row. */
  async #word(word: string, seen: DialogSeen): Promise<DialogResult | undefined> {
    if (!seen.waits) return this.#told('stays', 'its row does not show that it waits for words, or holds some', seen);
    const { row } = seen;
    const typed = this.#at.free(`${row} ${word}`);
    this.#choice.typed = typed;
    const pressed = await this.#press(word, (now) => this.#isSame(now) && now.waits === true && now.row === row, true);
    return pressed === true ? this.#wordSeen(typed) : pressed;
  }

  async #wordSeen(typed: string): Promise<DialogResult | undefined> {
    const isTyped = ({ row = '' }: DialogSeen) => row.replaceAll(' ', '') === typed.replaceAll(' ', '');
    const after = await this.#until((now) => !this.#isSame(now) || isTyped(now), KEY_MS);
    if (!this.#isSame(after)) return undefined;
    if (!isTyped(after)) return this.#told('stays', 'its row does not show what was typed', after);
    const gone = await this.#until((now) => !this.#isSame(now), KEY_MS); // it may take the word alone, and go slowly
    return this.#isSame(gone) ? this.#enter(isTyped) : undefined;
  }

  async #digit(): Promise<DialogResult | undefined> {
    const pressed = await this.#press(String(this.#choice.choice), (now) => this.#isSame(now), true);
    return pressed === true ? this.#digitSeen() : pressed;
  }

  async #digitSeen(): Promise<DialogResult | undefined> {
    const after = await this.#until((now) => !this.#isSame(now) || now.chosen === this.#wanted, KEY_MS);
    if (!this.#isSame(after) || after.chosen !== this.#wanted) return undefined;
    const gone = await this.#until((now) => !this.#isSame(now), KEY_MS); // it may take the number alone, and go slowly
    return this.#isSame(gone) ? this.#enter() : undefined;
  }

  async #arrows(first: DialogSeen): Promise<DialogResult | undefined> {
    for (let seen = first; seen.chosen !== this.#wanted; ) {
      const { chosen } = seen;
      if (chosen === undefined) return this.#told('stays', 'where its mark stands does not show', seen);
      const key = chosen < this.#wanted ? DOWN : UP;
      const pressed = await this.#press(key, (now) => this.#isSame(now) && now.chosen === chosen, false);
      if (pressed !== true) return pressed;
      seen = await this.#until((now) => !this.#isSame(now) || now.chosen !== chosen, KEY_MS);
      if (!this.#isSame(seen)) return this.#different(seen);
      const isNearer = seen.chosen !== undefined && Math.abs(seen.chosen - this.#wanted) < Math.abs(chosen - this.#wanted);
      if (!isNearer) return this.#told('stays', 'its mark does not go where it should', seen);
    }
    return this.#enter();
  }

  /** Enter, with the mark at the choice, or what `isReady` wants. */
  async #enter(isReady = ({ chosen }: DialogSeen) => chosen === this.#wanted): Promise<DialogResult | undefined> {
    const pressed = await this.#press(ENTER, (now) => this.#isSame(now) && isReady(now), true);
    return pressed === true ? undefined : pressed;
  }

  async #verify(): Promise<DialogResult> {
    const seen = await this.#until((now) => !this.#isSame(now), GONE_MS);
    return this.#isSame(seen)
      ? this.#told('stays', 'it is open still after the keys were pressed', seen)
      : this.#told('answered', 'it is gone', seen);
  }

  /** Writes a key if the screen of this very moment allows it. True, or why it was not pressed. */
  async #press(key: string, mayGo: (now: DialogSeen) => boolean, decides: boolean): Promise<true | DialogResult> {
    const { seat, eyes } = this.#at;
    seat.keep(true);
    for (let missed = 0; missed < BLIND; missed++) {
      eyes.check();
      const view = seat.now();
      const seen = view && this.#read(view);
      if (seen && mayGo(seen)) {
        this.#choice.pressed ||= decides;
        this.#choice.entered = key === ENTER;
        await seat.write(key);
        return true;
      }
      if (seen && !this.#isSame(seen)) return this.#different(seen);
      await eyes.pause(STEADY_MS);
    }
    return this.#told('stays', 'its screen never stood still');
  }

  async #quiet(): Promise<boolean> {
    const { times, seat, eyes } = this.#at;
    const until = times.now() + PATIENCE_MS;
    for (;;) {
      const left = seat.typedAt() + QUIET_MS - times.now();
      if (left <= 0) return true;
      if (times.now() >= until) return false;
      await eyes.pause(left);
    }
  }

  /** Looks until two looks say the same, or the time is over. */
  async #steady(): Promise<DialogSeen> {
    const { eyes, times } = this.#at;
    const until = times.now() + KEY_MS;
    for (let seen = await this.#look(); ; ) {
      await eyes.pause(STEADY_MS);
      const again = await this.#look();
      if (again.id === seen.id && again.state === seen.state) return again;
      if (times.now() >= until) return again;
      seen = again;
    }
  }

  /** What is seen when it `holds`, or at the end of the time. */
  async #until(holds: (now: DialogSeen) => boolean, ms: number): Promise<DialogSeen> {
    const { eyes, times } = this.#at;
    for (const until = times.now() + ms; ; ) {
      const seen = await this.#look();
      const left = until - times.now();
      if (left <= 0 || holds(seen)) return seen;
      await eyes.rest(left);
    }
  }

  get #wanted(): number {
    return this.#choice.choice - 1;
  }

  #isSame(seen: DialogSeen): boolean {
    return seen.state === 'dialog' && seen.id === this.#choice.dialog;
  }

  #different(seen: DialogSeen): DialogResult {
    if (this.#choice.pressed) return this.#told('answered', 'it is gone', seen);
    return seen.state === 'dialog'
      ? this.#told('other', 'it asks something else now', seen)
      : this.#told('gone', 'it was answered in the terminal', seen);
  }

  async #look(): Promise<DialogSeen> {
    return this.#read(await this.#at.eyes.view());
  }

  #read(view: ScreenView): DialogSeen {
    return seenOf(view, this.#at.signs, this.#at.free);
  }

  #told(outcome: DialogResult['outcome'], why: string, seen?: DialogSeen): DialogResult {
    return { outcome, why, pressed: this.#choice.pressed, ...(seen && { seen }) };
  }
}
