import {
  appendFileSync,
  cpSync,
  createWriteStream,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  type WriteStream,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isRefusal } from '#core/refusals';
import type { TrialTown } from '#trials/trial-town';
import { townLayout } from '#world/config/layout';
import { socketPath } from '#world/config/runtime';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import type { Host } from '#world/pty/host';

/** The largest file that is kept of a program's directory, in bytes. */
const KEPT_BYTES = 4 << 20;

/** What is kept of a run, for people who doubt it. */
export class Evidence {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  line(file: string, value: unknown): void {
    appendFileSync(join(this.folder, file), `${JSON.stringify(value)}\n`);
  }

  /** The town's events and logs, and what the program wrote in its own directory: transcripts, settings, logs. */
  async keep(town: TrialTown, config: string): Promise<void> {
    const events = await town.events().catch(() => []);
    writeFileSync(join(this.folder, 'events.jsonl'), events.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const { logs } = townLayout(town.root);
    if (existsSync(logs)) cpSync(logs, join(this.folder, 'logs'), { recursive: true });
    if (!existsSync(config)) return;
    cpSync(config, join(this.folder, 'program'), {
      recursive: true,
      filter: (path) => {
        if (/\/(node_modules|\.git|cache|pkg|bin)(\/|$)/.test(path.slice(config.length))) return false;
        const stat = statSync(path, { throwIfNoEntry: false });
        return stat !== undefined && (stat.isDirectory() || (stat.isFile() && stat.size <= KEPT_BYTES));
      },
    });
  }
}

/** What a program's transcripts tell of its hooks: which fired, what each printed. */
export function hooksIn(config: string): unknown[] {
  if (!existsSync(config)) return [];
  const files = readdirSync(config, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
  const lines = files.flatMap((name) => readFileSync(join(config, name), 'utf8').split('\n'));
  return lines.filter((line) => /"hookEvent":|"stop_hook_summary"/.test(line)).map((line) => JSON.parse(line) as unknown);
}

/** Between two looks at the host, ms; its ring holds far more than a program prints in that time. */
const LOOK_MS = 200;

/** Every byte that the town's sessions print, read from the PTY host while they run. */
export class TerminalRecord {
  readonly #host: Host;
  readonly #file: WriteStream;
  readonly #from = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> = Promise.resolve();

  private constructor(host: Host, file: string) {
    this.#host = host;
    this.#file = createWriteStream(file);
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look()).catch(() => undefined);
    }, LOOK_MS);
  }

  static async open(root: string, file: string): Promise<TerminalRecord> {
    const path = socketPath(root, 'host');
    if (isRefusal(path)) throw new Error('the town has no PTY host');
    const token = readToken(townLayout(root).hostToken);
    return new TerminalRecord(await connectHost({ path, token, build: 'test-agents', waitMs: 10_000 }), file);
  }

  async #look(): Promise<void> {
    for (const { id } of await this.#host.list()) {
      const output = await this.#host.output(id, this.#from.get(id) ?? 0);
      if (!output) continue;
      this.#from.set(id, output.seq);
      this.#file.write(output.bytes);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#look().catch(() => undefined);
    this.#host.close();
    await new Promise((resolve) => this.#file.end(resolve));
  }
}
