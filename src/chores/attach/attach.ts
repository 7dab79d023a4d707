import { type ControlKey, KeyReader, type Piece } from '#core/terminal/keys';
import type { AttachEnd, Attachment, Exit, Host } from '#world/pty/host';
import type { OwnTerminal } from './terminal.ts';
import { View, type ViewDeps } from './view.ts';

/** How long the beginning of a sequence is waited for before it is taken for a key, ms. */
const HOLD_MS = 30;
/** The detaching key twice within this time goes to the agent once, ms. */
const TWICE_MS = 400;
/** A window that is being pulled has many sizes: only one that lasts so long counts, ms. */
const RESIZE_MS = 50;
/** Who has typed between two sessions is heard by the next one only after a rest of so long, ms. */
const REST_MS = 500;
/** How long the host may be away before that is said, ms. */
const AWAY_MS = 2_000;

/** A session that was shown and is over; without an exit its terminal was lost, or it could not be shown. */
export type Gone = { readonly session: string; readonly exit?: Exit; readonly why?: string };
/** The next session of the same holder; or why none is to come. `lost`: nobody is there who could tell. */
export type Next = { readonly session: string } | { readonly over: string | null } | { readonly lost: string };

/** What an attachment needs. */
export type AttachGround = Omit<ViewDeps, 'terminal'> & {
  readonly terminal: OwnTerminal;
  readonly host: Pick<Host, 'attach'>;
  readonly session: string;
  readonly detachKey: ControlKey;
  /** What follows a session that is over, as soon as it is there; `say` shows a line meanwhile. Undefined when `signal` was aborted. Absent: nothing follows. */
  readonly next?: (gone: Gone, say: (line: string) => void, signal: AbortSignal) => Promise<Next | undefined>;
};

/**
 * How it ended: by the key (or with the terminal), with the holder's last session (`why` no other is to come), or because the host did not come back and
 * nobody could tell what follows.
 */
export type Left = { readonly session: string } & (
  | { readonly left: 'detached' }
  | { readonly left: 'ended'; readonly exit: Exit | null; readonly why: string | null }
  | { readonly left: 'lost'; readonly why: string }
);

/**
 * Shows whoever has sessions on the caller's terminal, and takes keys there, over one session after another, until the caller leaves or none is to come.
 * Between two sessions keys go nowhere, nor does what is typed on without a rest: the next one may ask something, and what was typed for the last one would
 * answer it.
 * Rejects as `Host.attach` of the first one; the terminal is given back in every case.
 */
export async function attach(ground: AttachGround): Promise<Left> {
  return new Visit(ground).run();
}

class Visit {
  readonly #ground: AttachGround;
  readonly #view: View;
  readonly #reader: KeyReader;
  /** None between two sessions. */
  #stream: Attachment | undefined;
  #noFlush: (() => void) | undefined;
  #noDetach: (() => void) | undefined;
  #noResize: (() => void) | undefined;
  #noWord: (() => void) | undefined;
  /** While the last key is younger than a rest. */
  #noRest: (() => void) | undefined;
  /** Somebody types on, without a rest, what they began before this session was there. */
  #isUnheard = false;
  #wasSaid = false;
  #leave: () => void = () => undefined;
  readonly #left = new Promise<'left'>((resolve) => {
    this.#leave = () => resolve('left');
  });

  constructor(ground: AttachGround) {
    this.#ground = ground;
    this.#view = new View(ground);
    this.#reader = new KeyReader(ground.detachKey);
  }

  async run(): Promise<Left> {
    try {
      for (let { session } = this.#ground; ; ) {
        const end = await this.#show(session);
        if (end === 'left') return { session, left: 'detached' };
        const exit = 'exit' in end ? end.exit : undefined;
        const next = await this.#await({ session, ...(exit ? { exit } : { why: (end as { gone: string }).gone }) });
        if (next === undefined) return { session, left: 'detached' };
        if ('over' in next) return { session, left: 'ended', exit: exit ?? null, why: next.over };
        if ('lost' in next) return { session, left: 'lost', why: next.lost };
        session = next.session;
      }
    } finally {
      for (const stop of [this.#noFlush, this.#noDetach, this.#noResize, this.#noWord, this.#noRest]) stop?.();
      this.#stream?.close();
      this.#view.leave();
      this.#ground.terminal.release();
    }
  }

  /** One session, until it is over or left. */
  async #show(session: string): Promise<AttachEnd | 'left'> {
    const { terminal, host, readOnly } = this.#ground;
    let tell: (end: AttachEnd) => void = () => undefined;
    const end = new Promise<AttachEnd>((resolve) => {
      tell = resolve;
    });
    try {
      this.#stream = await host.attach(
        session,
        { type: !readOnly, size: terminal.size() },
        {
          onPaint: (picture, size) => {
            this.#begin();
            this.#view.paint(picture, size);
          },
          onOutput: (bytes) => this.#view.output(bytes),
          onAway: (isAway) => this.#away(isAway),
          onEased: () => terminal.hold(false),
          onEnd: tell,
        },
      );
    } catch (fault) {
      // Of one that follows: it may be over by now, and another one come.
      if (this.#isBegun && isGone(fault)) return { gone: fault.message };
      throw fault;
    }
    return Promise.race([end, this.#left]);
  }

  /** Between two sessions. Undefined when the person left meanwhile. */
  async #await(gone: Gone): Promise<Next | undefined> {
    this.#stream = undefined;
    this.#isUnheard = this.#noRest !== undefined;
    this.#noWord?.();
    this.#noWord = undefined;
    this.#wasSaid = false;
    const { terminal, next, detachKey } = this.#ground;
    if (!next) return gone.exit ? { over: null } : { lost: gone.why ?? '' };
    this.#begin();
    terminal.hold(false); // what waited to be taken is gone with the session
    const over = new AbortController();
    const hint = `Keys go nowhere meanwhile; Ctrl+${String.fromCharCode(detachKey.code).toUpperCase()} leaves.`;
    const say = (line: string) => over.signal.aborted || this.#view.wait(line, hint);
    try {
      const found = await Promise.race([next(gone, say, over.signal), this.#left]);
      return found === 'left' ? undefined : found;
    } finally {
      over.abort();
    }
  }

  #isBegun = false;

  /** The terminal is not touched before there is something to show. */
  #begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    const { terminal } = this.#ground;
    terminal.guard(
      () => this.#view.leave(),
      () => {
        this.#view.enter();
        this.#repaint();
      },
    );
    terminal.onGone(() => this.#leave());
    terminal.onResize(() => this.#resized());
    this.#view.enter();
    terminal.onInput((bytes) => this.#heard(bytes));
  }

  #repaint(): void {
    if (this.#stream) this.#stream.repaint();
    else this.#view.waitAgain();
  }

  #heard(bytes: Buffer): void {
    this.#noFlush?.();
    this.#noFlush = undefined;
    for (const piece of this.#reader.push(bytes)) this.#take(piece);
    if (!this.#reader.isHolding) return;
    this.#noFlush = this.#ground.after(HOLD_MS, () => {
      for (const piece of this.#reader.flush()) this.#take(piece);
    });
  }

  #take({ kind, bytes }: Piece): void {
    const { readOnly } = this.#ground;
    if (readOnly) {
      if (kind === 'detach' || kind === 'interrupt') this.#leave();
    } else if (kind === 'detach') this.#detachPressed(bytes);
    else if (this.#noDetach && kind !== 'report') this.#leave();
    else this.#send(kind, bytes);
  }

  /** Once it detaches, but not before it is clear that it was not twice. */
  #detachPressed(bytes: Buffer): void {
    if (!this.#stream) this.#leave();
    else if (this.#noDetach) {
      this.#noDetach();
      this.#noDetach = undefined;
      this.#send('keys', bytes);
    } else this.#noDetach = this.#ground.after(TWICE_MS, () => this.#leave());
  }

  #send(kind: 'keys' | 'report' | 'interrupt', bytes: Buffer): void {
    if (kind !== 'report') this.#typed();
    if (kind !== 'report' && this.#isUnheard) this.#view.ring();
    else if (this.#stream?.keys(bytes, kind) === false) this.#ground.terminal.hold(true);
  }

  #typed(): void {
    if (!this.#stream) this.#isUnheard = true;
    this.#noRest?.();
    this.#noRest = this.#ground.after(REST_MS, () => {
      this.#noRest = undefined;
      this.#isUnheard = false;
    });
  }

  #resized(): void {
    this.#noResize?.();
    this.#noResize = this.#ground.after(RESIZE_MS, () => {
      this.#stream?.resize(this.#ground.terminal.size());
      this.#repaint();
    });
  }

  #away(isAway: boolean): void {
    this.#noWord?.();
    this.#noWord = undefined;
    if (isAway)
      this.#noWord = this.#ground.after(AWAY_MS, () => {
        this.#wasSaid = true;
        this.#view.say(`${this.#ground.title}: the PTY host is away, trying again`);
      });
    else if (this.#wasSaid) {
      this.#wasSaid = false;
      this.#stream?.repaint(); // which has the program's title
    }
  }
}

/** The host, or its session, is there no more. */
const isGone = (fault: unknown): fault is Error =>
  fault instanceof Error &&
  (fault.name === 'HostGone' || ['SESSION_UNKNOWN', 'PTY_GONE'].includes((fault as { code?: string }).code ?? ''));
