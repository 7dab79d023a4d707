import type { Composer } from './composer.ts';
import type { Dialogs } from './dialogs.ts';
import type { Input, KeyName } from './keys.ts';
import type { Ending, Make } from './ports.ts';
import type { Scene } from './stage.ts';
import type { Turns } from './turns.ts';

/** Two presses of a key belong together when they come within so many ms. */
const ARMED_MS = 2000;

type Deps = {
  readonly make: Make;
  readonly scene: Scene;
  readonly composer: Composer;
  readonly dialogs: Dialogs;
  readonly turns: Turns;
  readonly submit: (text: string, glued: boolean) => void;
  readonly leave: (why: string, how: Ending, reason: string) => void;
  readonly changed: () => void;
};

/** What keys and pastes do, by where they land: in a dialog, in the row, or on a running turn. */
export class Keyboard {
  readonly #deps: Deps;
  #armed: { readonly key: KeyName; readonly count: number } | undefined;
  #stopArmed: () => void = () => undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  hear(input: Exclude<Input, { kind: 'reply' }>): void {
    const { dialogs, composer, make, changed } = this.#deps;
    if (dialogs.open) {
      if (input.kind === 'key') dialogs.key(input.key);
      else dialogs.text(input.text);
      return;
    }
    const now = make.ports.ticker.now();
    if (input.kind === 'text') composer.typed(input, now);
    else if (input.kind === 'paste') composer.pasted(input, now);
    else this.#key(input.key, input.chunk, now);
    changed();
  }

  stop(): void {
    this.#stopArmed();
  }

  #key(key: KeyName, chunk: number, now: number): void {
    const { composer, make } = this.#deps;
    if (key === 'enter') this.#enter(chunk, now);
    else if (key === 'backspace') composer.rubOut();
    else if (key === 'ctrl-u' && make.preset.keys.clear?.includes('ctrl-u')) this.#clear();
    else if (key === 'ctrl-s' && make.look.stashes) this.#stash();
    else if (key === 'esc') this.#escape();
    else if (key === 'ctrl-c' || key === 'ctrl-d') this.#quitKey(key);
  }

  #enter(chunk: number, now: number): void {
    const { make, scene, composer, dialogs, submit } = this.#deps;
    const { note } = make.ports;
    const done = scene.phase === 'ready' ? composer.enter(chunk, now) : { did: 'early' as const };
    if (done.did !== 'sent') note({ kind: 'enter', did: done.did });
    else {
      submit(done.text, done.glued);
      dialogs.entered();
    }
  }

  #clear(): void {
    if (this.#deps.composer.isEmpty) return;
    this.#deps.composer.clear();
    this.#deps.make.ports.note({ kind: 'cleared' });
  }

  #stash(): void {
    const text = this.#deps.composer.stash();
    if (text !== undefined) this.#deps.make.ports.note({ kind: 'stashed', text });
  }

  #escape(): void {
    const { make, turns, dialogs } = this.#deps;
    const { interrupt, never } = make.preset.keys;
    if (turns.isBusy) {
      if (this.#press('esc', interrupt.filter((key) => key === 'esc').length, undefined)) turns.interrupt();
      return;
    }
    if (!never.includes('esc') || !this.#press('esc', 2, 'esc again to rewind')) return;
    make.ports.note({ kind: 'rewind' });
    if (make.look.dialogs['rewind']) void dialogs.raise('rewind');
  }

  #quitKey(key: 'ctrl-c' | 'ctrl-d'): void {
    const { make, turns, composer, leave } = this.#deps;
    const { look, preset } = make;
    if (turns.isBusy && key === 'ctrl-c') {
      turns.interrupt();
      return;
    }
    const { length } = preset.quit.keys ?? ['ctrl-c', 'ctrl-c'];
    if (!composer.isEmpty) {
      if (key === 'ctrl-d') return;
      if (look.ctrl_c_clears) {
        this.#clear();
        this.#press(key, length + 1, look.says.armed);
        return;
      }
    }
    if (this.#press(key, length, look.says.armed)) leave('keys', { code: 0 }, 'prompt_input_exit');
  }

  /** Counts presses of a key that belong together. @returns whether these were enough */
  #press(key: KeyName, needed: number, note: string | undefined): boolean {
    this.#stopArmed();
    const count = this.#armed?.key === key ? this.#armed.count + 1 : 1;
    const enough = count >= needed;
    this.#armed = enough ? undefined : { key, count };
    this.#deps.scene.note = enough ? undefined : note;
    if (!enough)
      this.#stopArmed = this.#deps.make.ports.ticker.after(ARMED_MS, () => {
        this.#armed = undefined;
        this.#deps.scene.note = undefined;
        this.#deps.changed();
      });
    return enough;
  }
}
