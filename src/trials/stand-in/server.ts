import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, existsSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { ReadStream } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { systemClock } from '#world/clock';
import { Writer } from '#world/pty/writer';
import { playedBy, readScenario } from './command.ts';
import { StandIn } from './engine.ts';
import { notebook } from './notebook.ts';
import type { Ending, Ports } from './ports.ts';
import { realTicker } from './ticker.ts';
import { readWords } from './words.ts';

/** What a session runs so that a server plays it: `/bin/sh JOIN <dir> <scenario file>`. */
export const JOIN = fileURLToPath(new URL('./join.sh', import.meta.url));
const { O_RDWR, O_WRONLY, O_NOCTTY, O_NONBLOCK } = constants;
const STALL_MS = 30_000;
/** What a session ends with whose scenario cannot be played. */
const BAD_SCENARIO = 64;

/** One process that plays many stand-ins, each on the terminal of a session of its own. Hooks, tools and transcripts are left out. */
export class StandInServer {
  readonly #dir: string;
  readonly #say: (line: string) => void;
  readonly #door: Socket;
  readonly #players = new Map<string, Player>();
  #heard = '';

  /** Listens in a directory. `say` takes lines for people: who joined in vain. */
  constructor(dir: string, say: (line: string) => void) {
    this.#dir = dir;
    this.#say = say;
    const path = join(dir, 'join');
    if (!existsSync(path)) execFileSync('mkfifo', ['-m', '600', path]);
    // opened for both, it never comes to an end
    this.#door = new Socket({ fd: openSync(path, O_RDWR | O_NONBLOCK), readable: true, writable: false });
    this.#door.on('data', (bytes) => this.#hear(String(bytes)));
  }

  get size(): number {
    return this.#players.size;
  }

  close(): void {
    this.#door.destroy();
    for (const player of this.#players.values()) player.close();
  }

  #hear(text: string): void {
    const lines = (this.#heard + text).split('\n');
    this.#heard = lines.pop() ?? '';
    for (const line of lines) this.#join(line);
  }

  #join(line: string): void {
    const [tty = '', pid = '', size = '', scenario = ''] = line.split('\t');
    let end: number;
    try {
      end = openSync(join(this.#dir, `end.${pid}`), O_WRONLY | O_NONBLOCK);
    } catch {
      return; // its session has ended already
    }
    tell(end, 'taken');
    try {
      const [rows = 24, cols = 80] = size.split(' ').map(Number);
      this.#players.set(pid, new Player({ tty, end, scenario, cols, rows }, () => this.#players.delete(pid)));
    } catch (fault) {
      this.#say(`${scenario}: ${fault instanceof Error ? fault.message : fault}`);
      tell(end, String(BAD_SCENARIO));
      closeSync(end);
    }
  }
}

/** Tells a session's process something; one that is gone hears nothing. */
function tell(end: number, word: string): void {
  try {
    writeSync(end, `${word}\n`);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EPIPE') throw fault;
  }
}

type Joined = {
  readonly tty: string;
  readonly end: number;
  readonly scenario: string;
  readonly cols: number;
  readonly rows: number;
};

/** One stand-in on a terminal that another process has. */
class Player {
  readonly #end: number;
  readonly #fd: number;
  readonly #writer: Writer;
  readonly #stream: ReadStream;
  readonly #gone: () => void;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(joined: Joined, gone: () => void) {
    const scenario = readScenario(joined.scenario);
    const { preset, look } = playedBy(scenario.like ?? 'claude');
    this.#gone = gone;
    this.#end = joined.end;
    this.#fd = openSync(joined.tty, O_RDWR | O_NOCTTY | O_NONBLOCK);
    this.#writer = new Writer(this.#fd, STALL_MS);
    this.#stream = new ReadStream(openSync(joined.tty, O_RDWR | O_NOCTTY | O_NONBLOCK));
    const note = notebook(scenario.log, systemClock.now, { tty: joined.tty });
    const ports: Ports = {
      write: (text) => {
        this.#last = this.#writer.write(Buffer.from(text)).catch(() => undefined); // of a terminal that has ended
      },
      written: () => this.#last,
      ticker: realTicker(systemClock.now),
      note: (one) => {
        if (!this.#isClosed) note(one);
      },
      ends: (how) => void this.#ended(how),
      newId: () => randomUUID(),
    };
    const { cols, rows } = joined;
    const cwd = scenario.cwd ?? '/';
    const standIn = new StandIn({ preset, look, scenario, words: readWords(preset, []), cwd, size: { cols, rows }, ports });
    this.#stream.on('data', (bytes: Buffer) => standIn.bytes(bytes));
    this.#stream.on('error', () => this.close());
    this.#stream.on('end', () => this.close());
    void standIn.start();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stream.destroy();
    this.#writer.close(() => closeSync(this.#fd));
    closeSync(this.#end);
    this.#gone();
  }

  /** Tells the session's process how to end, after all that was written. */
  async #ended(how: Ending): Promise<void> {
    await this.#last;
    if (this.#isClosed) return;
    tell(this.#end, 'code' in how ? `${how.code}` : `s${how.signal}`);
    this.close();
  }
}
