/**
 * The screen of one session. Live: a terminal in memory that follows the output, some 3 MB. Asleep: the bytes that paint it, deflated, some 20 kB; what is
 * printed meanwhile stays in the session's ring. It begins asleep, so that a session that nobody looks at and that asks its terminal nothing costs neither.
 */
import { inflateRawSync } from 'node:zlib';
import type { Size } from '#world/pty/host';
import { HostRefused } from '#world/pty/host';
import { Asking, LONGEST } from './asking.ts';
import type { ScreenDeps } from './deps.ts';
import { Emulator } from './emulator.ts';
import { EASED, FULL, IDLE_MS, PIECE, TAIL_LIMIT } from './limits.ts';
import { Lookers } from './lookers.ts';
import type { Modes } from './modes.ts';
import { feed, pictureOf } from './picture.ts';
import { type Rendered, type RenderOptions, render } from './rows.ts';
import { Scanner } from './scanner.ts';
import { type Painted, paintedBy, type ScreenState, type Sized } from './state.ts';

/** One session's screen. */
export class Screen {
  readonly #deps: ScreenDeps;
  readonly #scanner: Scanner;
  readonly #asking = new Asking();
  #emulator: Emulator | undefined;
  #asleep: Painted;
  #seq = 0;
  #sizes: Sized[] = [];
  readonly #lookers: Lookers;
  #watchers = 0;
  #isHeld = false;
  /** Woken to make room in the tail, not because anyone needs it. */
  #isRoused = false;
  #mustWake = false;
  #usedAt: number;
  #sleptAt: number;
  /** A person types on a terminal of their own, which then answers the program. */
  someoneTypes = false;
  /** No question after this byte was answered by the screen. */
  answeredAt = 0;

  constructor({ picture, cols, rows, seq, sizes }: ScreenState, deps: ScreenDeps) {
    this.#deps = deps;
    this.#lookers = new Lookers(deps.after);
    this.#scanner = new Scanner(rows);
    this.#scanner.push(inflateRawSync(picture)); // it sets what the program had set
    this.#asleep = { picture, cols, rows };
    this.#seq = seq;
    this.#sizes = [...sizes];
    this.#usedAt = deps.now();
    this.#sleptAt = this.#usedAt;
  }

  /** The screen for another host, which has the ring as well. It may be in the middle of a sequence. */
  state(): ScreenState {
    return { ...(this.#emulator ? paintedBy(this.#emulator, this.#scanner) : this.#asleep), seq: this.#seq, sizes: this.#sizes };
  }

  get isLive(): boolean {
    return this.#emulator !== undefined;
  }

  /** Number of the first byte that is not parsed. */
  get seq(): number {
    return this.#seq;
  }

  /** Bytes that are not parsed. */
  get backlog(): number {
    return this.#deps.ring().seq - this.#seq;
  }

  /** Whether a turn would do something: parse, or wake first. */
  get isWanting(): boolean {
    return this.isLive ? this.backlog > 0 : this.#mustWake || this.#lookers.size > 0 || this.#watchers > 0;
  }

  /** Whether nobody has needed it for so long that it should sleep. */
  get isTired(): boolean {
    if (!this.isLive || this.backlog > 0 || this.#lookers.size > 0 || this.#watchers > 0) return false;
    return this.#isRoused || this.#deps.now() - this.#usedAt >= IDLE_MS;
  }

  /** Parses at once what `count` more bytes would push out of a ring of `limit` bytes. */
  makeRoom(count: number, limit = this.#deps.ring().limit): void {
    while (this.backlog > 0 && this.backlog + count > limit) this.#piece(PIECE);
  }

  /** After bytes were pushed on the ring. */
  heard(bytes: Buffer): void {
    const now = this.#deps.now();
    if (this.isLive) this.#usedAt = now;
    else if (this.#asking.isIn(bytes)) this.#mustWake = true;
    else if (this.backlog > TAIL_LIMIT) {
      // one that fills its tail before it would have gone to sleep again is better live
      this.#isRoused = !this.#mustWake && now - this.#sleptAt >= IDLE_MS;
      this.#mustWake = true;
    }
    if (this.backlog > FULL) this.#hold(true);
    if (this.isWanting) this.#deps.wants(this);
  }

  /** What is printed from now on is for a screen of this size. */
  resize(cols: number, rows: number): void {
    const { seq } = this.#deps.ring();
    this.#sizes = [...this.#sizes.filter((size) => size.seq !== seq), { seq, cols, rows }];
    this.#fit();
  }

  /** Keeps the screen live until the returned function is called. */
  watch(): () => void {
    this.#watchers++;
    this.#need();
    return () => {
      this.#watchers--;
      this.#usedAt = this.#deps.now();
    };
  }

  /** What paints the screen on a fresh terminal, after all that has been printed so far or as soon after as it may be cut; byte `seq` comes next. */
  snapshot(): Promise<{ readonly seq: number; readonly bytes: Buffer }> {
    if (!this.isLive && this.backlog === 0 && this.#sizes.length === 0)
      return Promise.resolve({ seq: this.#seq, bytes: inflateRawSync(this.#asleep.picture) });
    return this.look((emulator) => ({ seq: this.#seq, bytes: pictureOf(emulator, this.#scanner) }));
  }

  /** The same without the lines scrolled away, and with the size that it is for; `atCut` is called before anything that comes after is parsed. */
  paint(atCut: () => void): Promise<{ readonly seq: number; readonly bytes: Buffer } & Size> {
    return this.look((emulator) => {
      atCut();
      const { cols, rows } = emulator;
      return { seq: this.#seq, bytes: pictureOf(emulator, this.#scanner, false), cols, rows };
    });
  }

  /** The last rows as text, after all that has been printed so far. */
  peek(options: RenderOptions): Promise<Rendered & { readonly seq: number }> {
    return this.look((emulator, modes) => ({ ...render(emulator, modes, options), seq: this.#seq }));
  }

  /** What `see` makes of the screen after all that has been printed so far, or as soon after as nothing is in the middle of being drawn. */
  look<T>(see: (emulator: Emulator, modes: Modes) => T): Promise<T> {
    const seen = this.#lookers.add(
      this.#deps.ring().seq,
      () => see(this.#emulator as Emulator, this.#scanner.modes),
      () => this.#cut(),
    );
    this.#need();
    this.#cut();
    return seen;
  }

  /** Goes on as the screen of another host: what that one had not parsed may hold a question for which the program waits. */
  goOn(): void {
    this.#asking.isIn(this.#deps.ring().tail(LONGEST)); // it may end in the next chunk
    this.#mustWake ||= this.backlog > 0;
    if (this.isWanting) this.#deps.wants(this);
  }

  wake(): void {
    if (this.#emulator) return;
    const { picture, cols, rows } = this.#asleep;
    let isReady = false;
    const emulator = new Emulator(cols, rows, (text) => {
      if (isReady) this.#reply(text);
    });
    emulator.write(inflateRawSync(picture));
    isReady = true;
    this.#emulator = emulator;
    this.#mustWake = false;
    this.#usedAt = this.#deps.now();
    this.#fit();
  }

  /** Nothing may be unparsed. */
  sleep(): void {
    if (!this.#emulator) return;
    this.#asleep = paintedBy(this.#emulator, this.#scanner);
    this.#drop();
    this.#isRoused = false;
    this.#sleptAt = this.#deps.now();
  }

  /** Parses until all is parsed or `isOver`; wakes first if need be. */
  parse(isOver: () => boolean): void {
    do this.#piece(PIECE);
    while (this.backlog > 0 && !isOver());
    if (this.backlog <= EASED) this.#hold(false);
  }

  /** Lets go of all; who still looks is told that the session is not known. */
  dispose(): void {
    this.#drop();
    this.#lookers.refuse(new HostRefused('SESSION_UNKNOWN', 'The session was forgotten before its screen could be shown.'));
  }

  #drop(): void {
    this.#emulator?.dispose();
    this.#emulator = undefined;
  }

  #need(): void {
    this.#usedAt = this.#deps.now();
    this.#isRoused = false;
    if (this.isWanting) this.#deps.wants(this);
  }

  #hold(isFull: boolean): void {
    if (isFull === this.#isHeld) return;
    this.#isHeld = isFull;
    this.#deps.hold(isFull);
  }

  #reply(text: string): void {
    if (this.someoneTypes) return;
    this.answeredAt = this.#seq;
    this.#deps.reply(text);
  }

  #piece(most: number): void {
    this.wake();
    const emulator = this.#emulator as Emulator;
    // no further than to where the screen gets another size, or somebody looks
    const stretch = Math.min(most, (this.#sizes[0]?.seq ?? Number.POSITIVE_INFINITY) - this.#seq);
    const bytes = this.#deps.ring().slice(this.#seq, this.#lookers.stride(this.#seq, stretch));
    this.#seq += bytes.length;
    const { bells } = this.#scanner;
    const { title } = this.#scanner.modes;
    feed(emulator, this.#scanner, bytes, (sequence) => {
      const answer = this.#deps.answers?.get(sequence);
      if (answer !== undefined) this.#reply(answer);
    });
    if (this.#scanner.modes.title !== title) this.#deps.title?.(this.#scanner.modes.title);
    if (this.#scanner.bells !== bells) this.#deps.bell?.();
    this.#fit();
    this.#cut();
  }

  /** Takes the sizes that were set before the next byte. */
  #fit(): void {
    for (let size = this.#sizes[0]; size && this.#emulator && size.seq <= this.#seq; size = this.#sizes[0]) {
      this.#sizes.shift();
      this.#emulator.resize(size.cols, size.rows);
      this.#scanner.modes.resized(size.rows);
    }
  }

  #cut(): void {
    if (this.#emulator) this.#lookers.serve(this.#seq, this.#scanner.safe);
  }
}
