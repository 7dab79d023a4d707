import { randomBytes } from 'node:crypto';
import { delimiter } from 'node:path';
import { killTree } from '#world/processes/kill';
import { onPath } from '#world/processes/programs';
import { Emulator } from '#world/pty/screen/emulator';
import { feed } from '#world/pty/screen/picture';
import { type Rendered, render } from '#world/pty/screen/rows';
import { Scanner } from '#world/pty/screen/scanner';
import { Terminal } from '#world/pty/terminal';

export type StageRequest = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The variable by whose value all its processes are found; a person's gt must not find an agent's there. */
  readonly token?: string;
};

export const COLS = 120;
export const ROWS = 40;

/** One real program on a terminal of its own, whose screen is looked at as people would, and whose every byte is kept. */
export class Stage {
  readonly #terminal: Terminal;
  readonly #emulator: Emulator;
  readonly #scanner = new Scanner(ROWS);
  readonly #bytes: Buffer[] = [];
  readonly #lookers = new Set<() => void>();
  readonly #token: string;
  #ended = false;
  #closed = false;
  /** How it ended, in words. */
  end = '';

  /** Starts it with exactly this environment, and a token by which all its processes are found. */
  constructor({ argv, env, cwd, token = 'GT_SESSION' }: StageRequest) {
    const value = `stage${randomBytes(8).toString('hex')}`;
    this.#token = `${token}=${value}`;
    const [name = '', ...args] = argv;
    const file = name.includes('/') ? name : onPath([name], env['PATH'] ?? '');
    if (!file) throw new Error(`no ${name} on ${(env['PATH'] ?? '').split(delimiter).join(', ')}`);
    this.#emulator = new Emulator(COLS, ROWS, (text) => void this.#terminal.write(Buffer.from(text)).catch(() => undefined));
    this.#terminal = Terminal.fork(
      { file, args, cwd, cols: COLS, rows: ROWS, env: { ...env, TERM: 'xterm-256color', [token]: value, PWD: cwd } },
      {
        output: (bytes) => this.#hear(bytes),
        exited: ({ code, signal }) => {
          this.end = signal === null ? `ended with ${code}` : `ended by signal ${signal}`;
        },
        drained: () => {
          this.#ended = true;
          this.#look();
        },
      },
    );
  }

  get pid(): number {
    return this.#terminal.pid;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** All that it has printed. */
  get bytes(): Buffer {
    return Buffer.concat(this.#bytes);
  }

  /** What programs have set on the terminal that rows do not show, as the sequences that set it: modes, keyboard, mouse, title. */
  get modes(): string {
    return this.#scanner.modes.extra('');
  }

  screen(): Rendered {
    return render(this.#emulator, this.#scanner.modes, { lines: ROWS, colour: false });
  }

  /** Waits until the screen is as wanted. @returns whether it became so, before the time was up or the program ended */
  until(fits: (screen: Rendered) => boolean, limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (result: boolean) => {
        clearTimeout(timer);
        this.#lookers.delete(look);
        resolve(result);
      };
      const look = () => {
        if (fits(this.screen())) done(true);
        else if (this.#ended) done(false);
      };
      const timer = setTimeout(() => done(fits(this.screen())), limitMs);
      this.#lookers.add(look);
      look();
    });
  }

  write(text: string): Promise<void> {
    return this.#terminal.write(Buffer.from(text));
  }

  /** Puts a text into the input as a terminal pastes it. */
  paste(text: string): Promise<void> {
    return this.write(`\x1b[200~${text}\x1b[201~`);
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** Ends it and everything that it started. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await killTree({ tokens: [this.#token], graceMs: 2000 });
    await this.until(() => this.#ended, 10_000);
    this.#emulator.dispose();
  }

  #hear(bytes: Buffer): void {
    this.#bytes.push(bytes);
    feed(this.#emulator, this.#scanner, bytes, () => undefined);
    this.#look();
  }

  #look(): void {
    for (const look of [...this.#lookers]) look();
  }
}
