import { numberIn } from './notes.ts';
import type { Conversation, Ending, Make } from './ports.ts';
import type { Scene } from './stage.ts';
import { callHook, type Turns } from './turns.ts';

type Deps = {
  readonly make: Make;
  readonly scene: Scene;
  readonly turns: () => Turns;
  readonly leave: (why: string, how: Ending, reason: string) => void;
  readonly changed: () => void;
};

/** The conversation that a program is in, and what texts do to it. */
export class Talk {
  readonly #deps: Deps;
  conversation: Conversation = { id: '' };

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Takes a text: for the model, now or when it has time, or as a command. */
  submit(text: string, glued: boolean): void {
    const { make, leave } = this.#deps;
    const { preset, look, ports } = make;
    const turns = this.#deps.turns();
    const word = text.trim();
    if (word === preset.quit.words) {
      leave('words', { code: 0 }, 'prompt_input_exit');
      return;
    }
    if (/^[/!]/.test(word)) {
      ports.note({ kind: 'command', text });
      if (word === look.commands.clear) void this.#clear();
      else if (word === look.commands.compact) void this.#compact();
      return;
    }
    const id = numberIn(text);
    const busy = turns.isBusy;
    ports.note({ kind: 'submit', ...(id === undefined ? {} : { id }), text, glued, busy });
    if (busy) {
      turns.queue.push(text);
      ports.transcript?.('queued', { text }, this.conversation);
    } else void turns.take([text]);
  }

  /** Begins anew, with a new id. */
  async #clear(): Promise<void> {
    const { make } = this.#deps;
    await callHook(make, 'end', { reason: 'clear' }, this.conversation);
    this.conversation = { id: make.ports.newId() };
    await this.#again('clear');
  }

  /** Goes on with its id, after its history was made short. */
  async #compact(): Promise<void> {
    const { make, scene, changed } = this.#deps;
    await callHook(make, 'compact', { trigger: 'manual' }, this.conversation);
    const { compact_ms } = make.scenario;
    if (compact_ms > 0) {
      scene.compacting = true;
      changed();
      await new Promise<void>((resolve) => make.ports.ticker.after(compact_ms, resolve));
      scene.compacting = false;
    }
    await this.#again('compact');
  }

  async #again(source: 'clear' | 'compact'): Promise<void> {
    const { make, scene, changed } = this.#deps;
    make.ports.note({ kind: 'session', session: this.conversation.id, why: source });
    scene.context = undefined;
    await callHook(make, 'start', { source }, this.conversation);
    changed();
  }
}
