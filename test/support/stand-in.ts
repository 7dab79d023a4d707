/** A stand-in on a screen of its own, without a terminal and with a clock that the test moves. */
import type { Preset } from '#core/preset';
import { compileSigns } from '#core/screen-signs';
import { classify } from '#core/screen-state';
import { render } from '#world/pty/screen/rows';
import { viewOf } from '#world/pty/screen/view';
import { playedBy } from '../../src/trials/stand-in/command.ts';
import type { Hand, SignList } from '../../src/trials/stand-in/conformance.ts';
import { StandIn } from '../../src/trials/stand-in/engine.ts';
import type { Note } from '../../src/trials/stand-in/notes.ts';
import type { Ending, Ports } from '../../src/trials/stand-in/ports.ts';
import { type ScenarioInput, scenarioOf } from '../../src/trials/stand-in/scenario.ts';
import type { Ticker } from '../../src/trials/stand-in/ticker.ts';
import { readWords } from '../../src/trials/stand-in/words.ts';
import { Followed } from './screens.ts';

/** Time that passes only when the test says so. */
export class FakeTicker implements Ticker {
  #now = 1_000_000;
  #last = 0;
  readonly #due = new Map<number, { readonly at: number; readonly run: () => void }>();

  readonly now = () => this.#now;

  readonly after = (ms: number, run: () => void) => {
    this.#last++;
    const id = this.#last;
    this.#due.set(id, { at: this.#now + ms, run });
    return () => void this.#due.delete(id);
  };

  /** Lets so much time pass, and all that is due in it happen, in order. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settled();
      const [next] = [...this.#due]
        .filter(([, one]) => one.at <= until)
        .sort(([a, one], [b, other]) => one.at - other.at || a - b);
      if (!next) break;
      const [id, { at, run }] = next;
      this.#due.delete(id);
      this.#now = Math.max(this.#now, at);
      run();
    }
    this.#now = until;
  }
}

/** When all that is ready to go on has done so. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

export type Shown = { readonly rows: readonly string[]; readonly title: string; readonly cursorRow: number };

/** What a test gives beside the scenario. */
export type PlayOptions = {
  readonly words?: readonly string[];
  readonly ports?: Partial<Ports>;
  /** The terminal answers no question. */
  readonly mute?: boolean;
  readonly size?: { readonly cols: number; readonly rows: number };
};

/** A stand-in that plays. */
export class Play implements Hand {
  readonly ticker = new FakeTicker();
  readonly notes: Note[] = [];
  readonly standIn: StandIn;
  readonly screen: Followed;
  readonly preset: Preset;
  out = '';
  ended: Ending | undefined;
  #ids = 0;

  constructor(
    like: string,
    scenario: ScenarioInput = {},
    { words = [], ports = {}, mute = false, size = { cols: 100, rows: 40 } }: PlayOptions = {},
  ) {
    const { preset, look } = playedBy(like);
    this.preset = preset;
    this.screen = new Followed(size.cols, size.rows);
    const all: Ports = {
      ticker: this.ticker,
      write: (text) => this.#show(text, mute),
      note: (note) => this.notes.push(note),
      ends: (how) => {
        this.ended = how;
      },
      newId: () => {
        this.#ids++;
        return `id-${this.#ids}`;
      },
      ...ports,
    };
    const said = readWords(preset, words);
    this.standIn = new StandIn({ preset, look, scenario: scenarioOf(scenario), words: said, cwd: '/town/rig', size, ports: all });
    void this.standIn.start();
  }

  send(bytes: string): void {
    this.standIn.bytes(Buffer.from(bytes));
  }

  paste(text: string): void {
    this.send(`\x1b[200~${text}\x1b[201~`);
  }

  pass(ms: number): Promise<void> {
    return this.ticker.pass(ms);
  }

  signal(signal: 'SIGTERM'): void {
    void this.standIn.signal(signal);
  }

  /** Pastes, waits, presses Enter. */
  async submit(text: string): Promise<void> {
    this.paste(text);
    await this.pass(300);
    this.send('\r');
    await this.pass(20);
  }

  of<K extends Note['kind']>(kind: K): Array<Note & { kind: K }> {
    return this.notes.filter((note): note is Note & { kind: K } => note.kind === kind);
  }

  get taken(): string[] {
    return this.of('submit').map(({ text }) => text);
  }

  get shown(): Shown {
    const { text, title, cursor } = render(this.screen.emulator, this.screen.scanner.modes, { lines: 40, colour: false });
    return { rows: text.split('\n'), title, cursorRow: cursor.y };
  }

  get text(): string {
    return this.shown.rows.join('\n');
  }

  #show(text: string, mute: boolean): void {
    this.out += text;
    this.screen.feed(Buffer.from(text));
    const replies = this.screen.replies.splice(0).join('');
    // answers come in a later turn, as those of a terminal do
    if (!mute && replies !== '') this.ticker.after(0, () => this.send(replies));
  }
}

type Sign = Preset['screen']['ready'][number];

/** Rows at the end of a screen that count as its footer, and that are looked at in all. */
const FOOTER = 4;
const LAST = 30;

function shows({ rows, title, cursorRow }: Shown, { where, match }: Sign): boolean {
  const pattern = new RegExp(match, 'u');
  const filled = rows.filter((row) => row.trim() !== '');
  if (where === 'title') return pattern.test(title);
  if (where === 'row') return pattern.test(rows[cursorRow] ?? '');
  return (where === 'footer' ? filled.slice(-FOOTER) : filled.slice(-LAST)).some((row) => pattern.test(row));
}

/** The lists of a preset of which the screen shows a sign; of `ready` all signs. */
export function listsShown(preset: Preset, shown: Shown): SignList[] {
  const { screen } = preset;
  const any = (['busy', 'limited', 'failed', 'retrying', 'login', 'context', 'full', 'queued'] as const).filter((list) =>
    screen[list].some((sign) => shows(shown, sign)),
  );
  // a placeholder that is a sign goes when something was typed, or was said
  const { placeholder } = screen.draft;
  const isGone = (sign: Sign) => sign.where === 'screen' && placeholder !== undefined && sign.match.startsWith(placeholder);
  const stay = screen.ready.filter((sign) => !isGone(sign));
  const ready = (stay.length > 0 ? stay : screen.ready).every((sign) => shows(shown, sign));
  return [...(ready ? (['ready'] as const) : []), ...any];
}

/** The dialogs of a preset that the screen shows. */
export function dialogsShown(preset: Preset, shown: Shown): string[] {
  return preset.screen.dialogs.filter((dialog) => dialog.signs.every((sign) => shows(shown, sign))).map(({ name }) => name);
}

/** What a detector makes of a screen. Without `dialog` it knows none by name, without `state` it cannot tell. */
type Seen = {
  readonly state: 'idle' | 'busy' | 'dialog' | 'limited' | 'unknown';
  readonly dialog?: string;
  readonly draft?: string;
};
export type Detector = (play: Play) => Seen;

/** The host's own judge of screens. */
export const byScreen = ({ preset, screen }: Pick<Play, 'preset' | 'screen'>): Seen => {
  const { state, dialog, draft } = classify(viewOf(screen.emulator, screen.scanner.modes, 60), compileSigns(preset.screen));
  return {
    state,
    ...(dialog && dialog.name !== 'unknown' ? { dialog: dialog.name } : {}),
    ...(draft === undefined ? {} : { draft }),
  };
};

/** The simplest detector: the preset's signs, a dialog before a turn before a limit before the prompt. */
export const bySigns: Detector = ({ preset, shown }) => {
  const lists = listsShown(preset, shown);
  const [dialog] = dialogsShown(preset, shown);
  if (dialog !== undefined) return { state: 'dialog', dialog };
  if (lists.includes('busy') || lists.includes('retrying')) return { state: 'busy' };
  if (lists.includes('limited')) return { state: 'limited' };
  return { state: lists.includes('ready') && preset.screen.ready.length > 0 ? 'idle' : 'unknown' };
};
