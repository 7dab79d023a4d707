import type { KeyName } from './keys.ts';
import type { DialogLook, Look } from './look.ts';
import type { Note } from './notes.ts';
import type { DialogSaid, Scenario } from './scenario.ts';
import type { Ticker } from './ticker.ts';

/** A dialog that stands on the screen. */
export type Open = { readonly name: string; readonly look: DialogLook; readonly since: number; chosen: number };
/** What came of it. `by` is what answered: a key of the terminal, or the person of the scenario. */
export type Answer = {
  readonly does: 'accepts' | 'refuses' | 'exits';
  readonly code: number;
  readonly by: 'enter' | 'digit' | 'esc' | 'person';
};

type Deps = {
  readonly look: Look;
  readonly scenario: Scenario;
  readonly ticker: Ticker;
  readonly chance: () => number;
  readonly note: (note: Note) => void;
  /** The screen is another now. */
  readonly changed: () => void;
  /** Resolves when the terminal has all of it. */
  readonly written?: (() => Promise<unknown>) | undefined;
  /** An answer that ends the program. */
  readonly exits: (code: number) => void;
};

/** The dialogs of one program: one at a time, each until it is answered. */
export class Dialogs {
  readonly #deps: Deps;
  readonly #waiting: Array<{ said: DialogSaid; person?: number; resolve: (answer: Answer) => void }> = [];
  #open: (Open & { resolve: (answer: Answer) => void }) | undefined;
  #stopPerson: () => void = () => undefined;
  #stopNext: () => void = () => undefined;
  #enters = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  get open(): Open | undefined {
    return this.#open;
  }

  /** Shows a dialog, after those that stand before it. */
  raise(said: DialogSaid, person?: number): Promise<Answer> {
    return new Promise((resolve) => {
      this.#waiting.push({ said, ...(person === undefined ? {} : { person }), resolve });
      if (!this.#open) this.#show();
    });
  }

  /** From when the prompt is ready: the dialogs that the scenario puts there. */
  begin(): void {
    const { scenario, ticker } = this.#deps;
    for (const { dialog, after_ms } of scenario.dialogs.at)
      if (after_ms !== undefined) ticker.after(after_ms, () => void this.raise(dialog));
    this.#nextRandom();
  }

  /** A turn begins, the nth from 1. */
  turn(nth: number): void {
    for (const { dialog, turn } of this.#deps.scenario.dialogs.at) if (turn === nth) void this.raise(dialog);
  }

  /** In the moment in which an Enter was taken: what rises now hides the emptied row. */
  entered(): void {
    this.#enters++;
    const { scenario, chance } = this.#deps;
    for (const { dialog, enter } of scenario.dialogs.at) if (enter === this.#enters) void this.raise(dialog);
    const random = scenario.dialogs.random;
    if (random && !this.#open && chance() < random.on_enter) this.#raiseRandom(random);
  }

  key(key: KeyName): void {
    const open = this.#open;
    if (!open) return;
    if (this.#isDeaf(open)) {
      if (key === 'enter') this.#deps.note({ kind: 'deaf', name: open.name, after_ms: this.#deps.ticker.now() - open.since });
      return;
    }
    const last = open.look.options.length - 1;
    if (key === 'up') open.chosen = Math.max(0, open.chosen - 1);
    else if (key === 'down') open.chosen = Math.min(last, open.chosen + 1);
    else if (key === 'enter') this.#answer(open.chosen, 'enter');
    else if (key === 'esc')
      this.#answer(
        open.look.options.findLastIndex((option) => option.does !== 'accepts'),
        'esc',
      );
    this.#deps.changed();
  }

  /** Digits choose; other text is not heard. */
  text(text: string): void {
    const open = this.#open;
    const digit = Number(/^[1-9]$/.exec(text)?.[0] ?? 0);
    if (open && !this.#isDeaf(open) && digit >= 1 && digit <= open.look.options.length) this.#answer(digit - 1, 'digit');
    else this.#deps.note({ kind: 'unheard', dialog: open?.name ?? '', text });
  }

  stop(): void {
    this.#stopPerson();
    this.#stopNext();
  }

  #isDeaf(open: Open): boolean {
    return this.#deps.ticker.now() - open.since < this.#deps.scenario.dialogs.deaf_ms;
  }

  #show(): void {
    const next = this.#waiting.shift();
    if (!next) return;
    const { said, person, resolve } = next;
    const name = typeof said === 'string' ? said : said.name;
    const look = typeof said === 'string' ? this.#deps.look.dialogs[said] : said;
    if (!look) throw new Error(`The look knows no dialog \`${name}\`.`);
    this.#open = { name, look, since: this.#deps.ticker.now(), chosen: look.chosen, resolve };
    this.#deps.note({ kind: 'dialog', name });
    if (person !== undefined)
      this.#stopPerson = this.#deps.ticker.after(person, () => {
        const accepts = look.options.findIndex((option) => option.does === 'accepts');
        this.#answer(Math.max(0, accepts), 'person');
      });
    this.#deps.changed();
    void this.#deps.written?.().then(() => this.#deps.note({ kind: 'shown', name }));
  }

  #answer(at: number, by: Answer['by']): void {
    const open = this.#open;
    if (!open) return;
    this.#stopPerson();
    this.#open = undefined;
    const option = open.look.options[at];
    const answer: Answer = { does: option?.does ?? 'refuses', code: option?.code ?? 1, by };
    const after = this.#deps.ticker.now() - open.since;
    this.#deps.note({
      kind: 'answered',
      name: open.name,
      by,
      option: option?.text.replace(/\{gap\}.*/, '') ?? '',
      does: answer.does,
      after_ms: after,
    });
    open.resolve(answer);
    if (answer.does === 'exits') this.#deps.exits(answer.code);
    else {
      this.#show();
      this.#deps.changed();
    }
  }

  #nextRandom(): void {
    const { scenario, ticker, chance } = this.#deps;
    const random = scenario.dialogs.random;
    if (!random?.every_ms) return;
    const [least, most] = random.every_ms;
    this.#stopNext = ticker.after(least + Math.floor(chance() * (most - least)), () => {
      if (!this.#open) this.#raiseRandom(random);
      this.#nextRandom();
    });
  }

  #raiseRandom(random: NonNullable<Scenario['dialogs']['random']>): void {
    const said = random.of[Math.floor(this.#deps.chance() * random.of.length)];
    if (said !== undefined) void this.raise(said, random.person_ms);
  }
}
