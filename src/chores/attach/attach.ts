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
/** How long the host may be away before that is said, ms. */
const AWAY_MS = 2_000;

/** What an attachment needs. */
export type AttachGround = Omit<ViewDeps, 'terminal'> & {
  readonly terminal: OwnTerminal;
  readonly host: Pick<Host, 'attach'>;
  readonly session: string;
  readonly detachKey: ControlKey;
};

/** How it ended: by the key (or with the terminal), with the session, or because the host did not come back or does not know the session any more. */
export type Left =
  | { readonly left: 'detached' }
  | { readonly left: 'ended'; readonly exit: Exit }
  | { readonly left: 'lost'; readonly why: string };

/** Shows a session on the caller's terminal, and takes keys to it, until one of the two ends it. Rejects as `Host.attach`; the terminal is given back in every case. */
export async function attach(ground: AttachGround): Promise<Left> {
  return new Visit(ground).run();
}

class Visit {
  readonly #ground: AttachGround;
  readonly #view: View;
  readonly #reader: KeyReader;
  #stream: Attachment | undefined;
  #noFlush: (() => void) | undefined;
  #noDetach: (() => void) | undefined;
  #noResize: (() => void) | undefined;
  #noWord: (() => void) | undefined;
  #wasSaid = false;
  #tell: (left: Left) => void = () => undefined;

  constructor(ground: AttachGround) {
    this.#ground = ground;
    this.#view = new View(ground);
    this.#reader = new KeyReader(ground.detachKey);
  }

  async run(): Promise<Left> {
    const { terminal, host, session, readOnly } = this.#ground;
    const left = new Promise<Left>((resolve) => {
      this.#tell = resolve;
    });
    const options = { type: !readOnly, size: terminal.size() };
    try {
      this.#stream = await host.attach(session, options, {
        onPaint: (picture, size) => {
          this.#begin();
          this.#view.paint(picture, size);
        },
        onOutput: (bytes) => this.#view.output(bytes),
        onAway: (isAway) => this.#away(isAway),
        onEased: () => terminal.hold(false),
        onEnd: (end) => this.#tell(leftBy(end)),
      });
      return await left;
    } finally {
      for (const stop of [this.#noFlush, this.#noDetach, this.#noResize, this.#noWord]) stop?.();
      this.#stream?.close();
      this.#view.leave();
      terminal.release();
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
        this.#stream?.repaint();
      },
    );
    terminal.onGone(() => this.#tell({ left: 'detached' }));
    terminal.onResize(() => this.#resized());
    this.#view.enter();
    terminal.onInput((bytes) => this.#heard(bytes));
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
      if (kind === 'detach' || kind === 'interrupt') this.#tell({ left: 'detached' });
    } else if (kind === 'detach') this.#detachPressed(bytes);
    else if (this.#noDetach && kind !== 'report') this.#tell({ left: 'detached' });
    else this.#send(kind, bytes);
  }

  /** Once it detaches, but not before it is clear that it was not twice. */
  #detachPressed(bytes: Buffer): void {
    if (this.#noDetach) {
      this.#noDetach();
      this.#noDetach = undefined;
      this.#send('keys', bytes);
    } else this.#noDetach = this.#ground.after(TWICE_MS, () => this.#tell({ left: 'detached' }));
  }

  #send(kind: 'keys' | 'report' | 'interrupt', bytes: Buffer): void {
    if (this.#stream?.keys(bytes, kind) === false) this.#ground.terminal.hold(true);
  }

  #resized(): void {
    this.#noResize?.();
    this.#noResize = this.#ground.after(RESIZE_MS, () => {
      this.#stream?.resize(this.#ground.terminal.size());
      this.#stream?.repaint();
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

function leftBy(end: AttachEnd): Left {
  return 'exit' in end ? { left: 'ended', exit: end.exit } : { left: 'lost', why: end.gone };
}
