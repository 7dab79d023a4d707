/**
 * What is typed into one session, in front of its writer: a paste goes in whole, whoever else types or is written meanwhile; Ctrl+C overtakes what waits.
 * The writer is given a person's input in slices, so that there is something to overtake.
 */
import type { PasteState } from '#core/terminal/paste';
import { PASTE_BEGIN, PASTE_END, PasteFollower } from '#core/terminal/paste';
import { HostRefused } from '#world/pty/host';
import type { Entry } from './entry.ts';
import { typed } from './entry.ts';
import { Typist } from './typist.ts';

/** What waits, at most, in bytes. */
const LIMIT = 8 << 20;
/** Bytes handed to the writer at once. */
const SLICE = 4096;
/** What people type waits so long at most while a nudge is typed, ms: they should not feel it. */
const HOLD_MS = 1_000;
/** A paste of which nothing more came for so long, in ms, is closed: whoever pasted is gone, or will say so. */
const SILENCE_MS = 5_000;

/** One session's line of input. */
export class Line {
  readonly #write: (bytes: Buffer) => Promise<void>;
  #queue: Entry[] = [];
  /** What waits for the end of the holder's paste, or of a nudge. */
  #held: Entry[] = [];
  #holder: Typist | undefined;
  #waiting = 0;
  #isBusy = false;
  #isHalted = false;
  /** Follows what the writer was given of people's input. */
  #handed = new PasteFollower();
  #timer: NodeJS.Timeout | undefined;
  #isKept = false;
  #keptTimer: NodeJS.Timeout | undefined;
  /** Told when what people typed meanwhile goes on. */
  onFree: (() => void) | undefined;

  constructor(write: (bytes: Buffer) => Promise<void>) {
    this.#write = write;
  }

  /** Whether a write that is nobody's typing would be made at once. */
  get isIdle(): boolean {
    return !this.#holder && !this.#isBusy && !this.#isHalted && this.#queue.length === 0;
  }

  /** Whether what people type is kept back. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** Keeps back what people type from now on, Ctrl+C left out, until `free`; a second at most from the first of it. */
  keep(): void {
    this.#isKept = true;
  }

  free(): void {
    this.#isKept = false;
    clearTimeout(this.#keptTimer);
    this.#keptTimer = undefined;
    const { onFree } = this;
    this.onFree = undefined;
    onFree?.();
    this.#readmit();
    this.#pump();
  }

  /** A write that is nobody's typing: now, or when what was typed before it is written. Rejects as `run` does, and with PTY_BUSY when 8 MB wait already. */
  pass(size: number, run: () => Promise<void>): Promise<void> {
    if (!this.#holder && !this.#isBusy && this.#queue.length === 0) return run();
    return new Promise((resolve, reject) => {
      const later = () => run().then(resolve, reject);
      this.#put({ who: undefined, size, bytes: Buffer.alloc(0), left: 0, isOpen: false, run: later, refuse: reject });
    });
  }

  /** What a person types. Throws PTY_BUSY when 8 MB wait already. */
  type(who: Typist, bytes: Buffer): void {
    const wasOpen = who.paste.isOpen;
    who.paste.push(bytes);
    if (who.isDropped) {
      // up to where the paste ends; what shares a read with the end is not worth more
      who.isDropped = who.paste.isOpen;
      who.handed(bytes);
      return;
    }
    const begun = who.isBroken && wasOpen ? Buffer.concat([Buffer.from(PASTE_BEGIN), bytes]) : bytes;
    who.isBroken = false;
    this.#put(typed(who, begun, bytes.length, who.paste.isOpen));
  }

  /** Ctrl+C: what people have typed and the writer does not have is dropped, a paste that is cut so is closed, then these bytes are written. */
  interrupt(who: Typist, bytes: Buffer): void {
    const isTyped = (entry: Entry) => entry.who !== undefined;
    const dropped = [...this.#queue, ...this.#held].filter(isTyped);
    for (const entry of dropped) this.#gone(entry, entry.bytes);
    for (const typist of new Set([...dropped.map((entry) => entry.who), this.#holder]))
      if (typist?.paste.isOpen) typist.isDropped = true;
    const others = [...this.#queue, ...this.#held].filter((entry) => !isTyped(entry));
    this.#held = [];
    this.#release();
    const closed = this.#handed.isOpen ? Buffer.concat([Buffer.from(PASTE_END), bytes]) : bytes;
    this.#queue = [typed(who, closed, bytes.length), ...others];
    this.#waiting = this.#queue.reduce((sum, entry) => sum + entry.size, 0);
    this.#pump();
  }

  /** One who types is gone for good: a paste of theirs that is open is closed. */
  leave(who: Typist): void {
    if (this.#holder === who) this.#breakOff();
  }

  /**
   * Before a hand-over: refuses the writes that wait, which are asked for again, and gives the writer nothing more until `go`. What was typed and the writer
   * does not have stays here; the next host is asked for it again by whoever typed it.
   */
  halt(fault: Error): void {
    this.#isHalted = true;
    for (const { refuse } of [...this.#queue, ...this.#held]) refuse?.(fault);
    this.#queue = this.#queue.filter(({ who }) => who);
    this.#held = this.#held.filter(({ who }) => who);
    this.#waiting = [...this.#queue, ...this.#held].reduce((sum, entry) => sum + entry.size, 0);
  }

  /** Whether what the writer was given ends within a paste, for the next host. */
  get state(): PasteState {
    return this.#handed.state;
  }

  /** Goes on where the line of an earlier host was. A paste that is open there is one of these typists', or of nobody who is known: it is closed in time. */
  resume(state: PasteState, typists: readonly Typist[]): void {
    this.#handed = new PasteFollower(state);
    const open = typists.filter(({ paste }) => paste.isOpen);
    const holder = open.find(({ isDropped }) => !isDropped) ?? new Typist();
    if (state.open) this.#hold(holder);
    else for (const typist of open) typist.isBroken = !typist.isDropped;
  }

  /** Goes on after `halt`: the hand-over came to nothing. */
  go(): void {
    this.#isHalted = false;
    this.#pump();
  }

  #put(entry: Entry): void {
    if (this.#waiting + entry.size > LIMIT)
      throw new HostRefused('PTY_BUSY', `The program does not read its input: ${this.#waiting} bytes wait already.`);
    this.#waiting += entry.size;
    if (this.#mustWait(entry)) this.#held.push(entry);
    else this.#admit(entry);
    if (this.#isKept && this.#held.length > 0) this.#keptTimer ??= setTimeout(() => this.free(), HOLD_MS).unref();
    this.#pump();
  }

  /** Into the queue; what is part of a paste has the floor until the paste ends. */
  #admit(entry: Entry): void {
    this.#queue.push(entry);
    const { who, isOpen } = entry;
    if (who && isOpen) this.#hold(who);
    else if (who && this.#holder === who) this.#release();
  }

  #hold(who: Typist): void {
    this.#holder = who;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#breakOff(), SILENCE_MS).unref();
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#holder = undefined;
    this.#readmit();
  }

  #mustWait({ who }: Entry): boolean {
    return (this.#holder !== undefined && this.#holder !== who) || (this.#isKept && who !== undefined);
  }

  #readmit(): void {
    const held = this.#held;
    this.#held = [];
    for (const entry of held) {
      if (this.#mustWait(entry)) this.#held.push(entry);
      else this.#admit(entry);
    }
  }

  #breakOff(): void {
    const who = this.#holder;
    if (!who) return;
    who.isBroken = true;
    this.#queue.push(typed(who, Buffer.from(PASTE_END), 0));
    this.#release();
    this.#pump();
  }

  /** These bytes of an entry wait no more. A mark of ours in front of them was not theirs. */
  #gone(entry: Entry, bytes: Buffer): void {
    const count = entry.left - Math.min(entry.left, entry.bytes.length - bytes.length);
    entry.bytes = entry.bytes.subarray(bytes.length);
    entry.left -= count;
    entry.who?.handed(bytes.subarray(bytes.length - count));
  }

  #pump(): void {
    const [entry] = this.#queue;
    if (this.#isBusy || this.#isHalted || !entry) return;
    this.#isBusy = true;
    void this.#carry(entry);
  }

  /** Before what follows the event loop turns once, and the terminal is read: an echo that finds its buffer full is thrown away by the kernel. */
  async #carry(entry: Entry): Promise<void> {
    await this.#hand(entry).catch(() => this.#failed());
    if (this.#queue.length > 0) await new Promise(setImmediate);
    this.#isBusy = false;
    this.#pump();
  }

  #hand(entry: Entry): Promise<void> {
    if (entry.run) {
      this.#drop(entry);
      return entry.run();
    }
    const slice = entry.bytes.subarray(0, SLICE);
    this.#handed.push(slice);
    this.#gone(entry, slice);
    if (entry.bytes.length === 0) this.#drop(entry);
    return this.#write(slice);
  }

  #drop(entry: Entry): void {
    this.#queue.shift();
    this.#waiting -= entry.size;
  }

  /** The terminal takes no more: what was typed is lost, as on any terminal. */
  #failed(): void {
    for (const entry of this.#queue.filter(({ who }) => who)) {
      this.#waiting -= entry.size;
      this.#gone(entry, entry.bytes);
    }
    this.#queue = this.#queue.filter(({ who }) => !who);
    this.#handed.set(false);
  }
}
