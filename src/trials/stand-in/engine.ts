import { Composer } from './composer.ts';
import { Dialogs } from './dialogs.ts';
import { Keyboard } from './keyboard.ts';
import { KeyReader } from './keys.ts';
import { fillRow, Painter, wrap } from './paint.ts';
import type { Ending, Make } from './ports.ts';
import { frameOf, type Scene, type Showing, titleOf } from './stage.ts';
import { ask, checkDialogs, openings, type Question } from './start.ts';
import { Talk } from './talk.ts';
import { chances } from './ticker.ts';
import { callHook, Turns } from './turns.ts';
import { dirName } from './words.ts';

/** One program that plays an agent's CLI on a terminal. It knows no stream and no clock of its own: bytes go in by `bytes` and out by the port. */
export class StandIn {
  readonly #make: Make;
  readonly #reader: KeyReader;
  readonly #composer: Composer;
  readonly #dialogs: Dialogs;
  readonly #turns: Turns;
  readonly #talk: Talk;
  readonly #keyboard: Keyboard;
  readonly #painter: Painter;
  readonly #scene: Scene = {
    phase: 'start',
    busySince: undefined,
    retrying: undefined,
    context: undefined,
    topic: undefined,
    compacting: false,
    note: undefined,
    beats: 0,
  };
  #stays: string[] = [];
  #isUp = false;
  #isOver = false;
  #isBeating = false;
  #isLate = false;
  #wasBusy = false;
  #stopBeat: () => void = () => undefined;
  #onReply: (to: Question) => void = () => undefined;

  /** @throws Error when the scenario names a dialog that the look has not drawn */
  constructor(make: Make) {
    checkDialogs(make);
    this.#make = make;
    const { preset, look, scenario, ports } = make;
    const { ticker, note } = ports;
    const changed = () => this.#draw();
    const scene = this.#scene;
    this.#painter = new Painter(make.size, { alternate: preset.terminal.alternate, marks: scenario.frame.marks });
    const composer = new Composer(preset, look, scenario.enter);
    const exits = (code: number) => void this.#leave('dialog', { code });
    const chance = chances(scenario.seed);
    const dialogs = new Dialogs({ look, scenario, ticker, chance, note, changed, exits, written: ports.written });
    const say = (row: string, values: Record<string, string> = {}) => this.#say(row, values);
    const turns = new Turns({ make, scene, dialogs, conversation: () => this.#talk.conversation, say, changed });
    const leave = (why: string, how: Ending, reason: string) => void this.#leave(why, how, reason);
    const talk = new Talk({ make, scene, turns: () => turns, leave, changed });
    const submit = (text: string, glued: boolean) => talk.submit(text, glued);
    this.#composer = composer;
    this.#dialogs = dialogs;
    this.#turns = turns;
    this.#talk = talk;
    this.#keyboard = new Keyboard({ make, scene, composer, dialogs, turns, submit, leave, changed });
    this.#reader = new KeyReader(ticker, (input) => {
      if (this.#isOver) return;
      if (input.kind === 'reply') this.#onReply(input.to);
      else this.#keyboard.hear(input);
    });
  }

  /** What the program got from its terminal, in one read. */
  bytes(bytes: Buffer): void {
    if (!this.#isOver) this.#reader.push(bytes);
  }

  resize(cols: number, rows: number): void {
    this.#painter.resize(cols, rows);
    this.#draw();
  }

  /** A signal came that asks it to end. */
  async signal(signal: 'SIGTERM' | 'SIGHUP'): Promise<void> {
    const { scenario, preset, ports } = this.#make;
    const said = scenario.ends.term ?? preset.quit.term ?? { signal: 15 };
    if (said === 'ignored') return;
    const hup = signal === 'SIGHUP';
    // a program that answers with 128 and the signal does so for both
    const ending = 'signal' in said ? { signal: hup ? 1 : said.signal } : { code: hup && said.code === 143 ? 129 : said.code };
    const { term_ms } = scenario.ends;
    if (term_ms > 0) await new Promise<void>((resolve) => ports.ticker.after(term_ms, resolve));
    await this.#leave(signal, ending, 'code' in ending ? 'other' : undefined);
  }

  /** Begins, up to the prompt and the first text. Ends at once where the real program would. */
  async start(): Promise<void> {
    const { scenario, ports, words, look, preset } = this.#make;
    const opening = openings(this.#make);
    this.#talk.conversation = opening.conversation;
    ports.note({ kind: 'started', session: this.#talk.conversation.id, mode: words.mode, words: words.all });
    if (scenario.ends.crash_ms !== undefined)
      ports.ticker.after(scenario.ends.crash_ms, () => this.#end('crash', scenario.ends.crash));
    if (opening.refusal) {
      ports.write(`${opening.refusal.says}\r\n`);
      return this.#end('refused', { code: opening.refusal.code });
    }
    const startedAt = ports.ticker.now();
    await ask(this.#make, (onReply) => {
      this.#onReply = onReply;
    });
    await this.#until(startedAt + scenario.start.shows_ms);
    if (this.#isOver) return;
    ports.write(`${preset.terminal.alternate ? '\x1b[?1049h' : ''}${preset.terminal.bracketed_paste ? '\x1b[?2004h' : ''}`);
    this.#isUp = true;
    this.#stays.push(...look.head.map((row) => this.#filled(row)));
    if (scenario.frame.always) this.#beat();
    for (const dialog of opening.dialogs) {
      await this.#dialogs.raise(dialog);
      if (this.#isOver) return;
    }
    await this.#prompt(startedAt, opening.source);
  }

  /** Shows the prompt, and is ready for Enters after a while. */
  async #prompt(startedAt: number, source: string): Promise<void> {
    const { scenario, ports, words, look } = this.#make;
    this.#scene.phase = 'prompt';
    const { draft, ready_ms } = scenario.start;
    if (draft !== undefined) this.#composer.typed({ kind: 'text', text: draft, chunk: 0 }, startedAt);
    this.#draw();
    const { parent, id } = this.#talk.conversation;
    const told = look.fork_late && parent !== undefined ? { id: parent } : { id };
    const primed = look.start_hook === 'start' ? callHook(this.#make, 'start', { source }, told) : undefined;
    ports.transcript?.('start', {}, this.#talk.conversation);
    await this.#until(startedAt + ready_ms);
    if (this.#isOver) return;
    this.#scene.phase = 'ready';
    this.#draw();
    ports.note({ kind: 'ready' });
    this.#dialogs.begin();
    if (words.prompt === undefined) return;
    await primed;
    if (!this.#isOver) this.#talk.submit(words.prompt, false);
  }

  async #until(at: number): Promise<void> {
    const { ticker } = this.#make.ports;
    const ms = at - ticker.now();
    if (ms > 0) await new Promise<void>((resolve) => ticker.after(ms, resolve));
  }

  #filled(row: string, values: Record<string, string> = {}): string {
    return fillRow(row, { ...this.#showing().values, ...values }, this.#painter.cols);
  }

  /** Rows that stay, above the live ones. */
  #say(row: string, values: Record<string, string>): void {
    const indent = `\n${this.#make.look.box.rest}`;
    const text = this.#filled(row, {
      ...values,
      ...(values['text'] === undefined ? {} : { text: values['text'].replaceAll('\n', indent) }),
    });
    this.#stays.push(...wrap(text, this.#painter.cols));
    this.#draw();
  }

  #showing(): Showing {
    const { cwd, ports } = this.#make;
    return {
      scene: this.#scene,
      draft: this.#composer.shown,
      isFolded: this.#composer.isFolded,
      queue: this.#turns.queue,
      dialog: this.#dialogs.open,
      values: { dir: dirName(cwd), cwd, id: this.#talk.conversation.id },
      now: ports.ticker.now(),
    };
  }

  #draw(again = false): void {
    const { look, ports, scenario } = this.#make;
    if (!this.#isUp || this.#isOver) return;
    const isBusy = this.#scene.busySince !== undefined;
    const late = isBusy && !this.#wasBusy ? scenario.frame.title_first_ms : 0;
    this.#wasBusy = isBusy;
    if (late > 0) this.#lag(late);
    const showing = this.#showing();
    const title = this.#painter.title(titleOf(look, showing));
    const frame = this.#isLate
      ? ''
      : this.#painter.draw(frameOf(look, showing, this.#painter.cols), this.#stays.splice(0), again);
    if (title !== '' || frame !== '') ports.write(title + frame);
    if ((this.#scene.busySince !== undefined || scenario.frame.always) && !this.#isBeating) this.#beat();
  }

  /** Its rows stay as they are for a while, whatever its title says. */
  #lag(ms: number): void {
    this.#isLate = true;
    this.#make.ports.ticker.after(ms, () => {
      this.#isLate = false;
      this.#draw();
    });
  }

  /** Draws again and again, as long as something moves. */
  #beat(): void {
    this.#isBeating = true;
    const { scenario, ports } = this.#make;
    this.#stopBeat = ports.ticker.after(scenario.frame.every_ms, () => {
      this.#isBeating = false;
      this.#scene.beats++;
      this.#draw(scenario.frame.always || this.#scene.busySince !== undefined);
    });
  }

  /** Ends as a program that was asked to: the hooks are told, the terminal is left as it was. */
  async #leave(why: string, how: Ending, reason?: string): Promise<void> {
    if (this.#isOver) return;
    const { ports, look, preset } = this.#make;
    if (reason !== undefined) await callHook(this.#make, 'end', { reason }, this.#talk.conversation);
    if (this.#isOver) return;
    if (look.kills_tools) this.#turns.killTool();
    const words = look.says.goodbye.map((row) => this.#filled(row));
    const modes = preset.terminal.bracketed_paste ? '\x1b[?2004l' : '';
    if (this.#isUp) ports.write(`${modes}${this.#painter.leave(words)}`);
    this.#end(why, how);
  }

  #end(why: string, how: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopBeat();
    this.#dialogs.stop();
    this.#keyboard.stop();
    this.#make.ports.note({ kind: 'ended', why, ...how });
    this.#make.ports.ends(how);
  }
}
