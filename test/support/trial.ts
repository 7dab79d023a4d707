import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Noun, Records, Run, Work } from '#core/records';
import { isRefusal } from '#core/refusals';
import { createWork } from '#ops/create-work';
import { sling as slung } from '#ops/sling';
import { socketPath } from '#world/config/runtime';
import type { Desk } from '#world/desk';
import { bornOf } from '#world/processes/process';
import { isAlive } from '#world/processes/scan';
import { readToken } from '#world/pty/access';
import { connectHost } from '#world/pty/client';
import type { StoredEvent } from '#world/store/tail';
import { type Answered, PATIENCE_MS, TrialTown } from '../../src/trials/trial-town.ts';
import { built } from './built.ts';
import { type OpenDesk, openDesk, uncut } from './trial-desk.ts';

/** A town that a test does harm to: shell agents that wait for files, processes that are held or killed, and what is there to see from outside. */
export class HarmedTown extends TrialTown {
  #open: OpenDesk | undefined;

  /** Installs and starts a town. `settings` are laid over quick ones for shell agents, `env` is what its processes have beside. */
  static async open(settings: Record<string, unknown> = {}, env: NodeJS.ProcessEnv = {}): Promise<HarmedTown> {
    await built('bin/gt.js');
    const town = new HarmedTown();
    await town.does(['install', town.root, '--name', 'trial']);
    town.settle(settings);
    await town.does(['up'], { env });
    return town;
  }

  /** Writes the town's settings. */
  settle({ operational, ...settings }: Record<string, unknown>): void {
    const quick = { startup_stall: '60s', kill_grace: '1s', done_grace: '3s', ...(operational as object) };
    const file = { agent: 'shell', max_polecats: 8, dashboard: { port: 0 }, ...settings, operational: quick };
    writeFileSync(join(this.root, 'settings/config.json'), JSON.stringify(file));
  }

  /** Calls gt, and expects it to end well. */
  async does(words: readonly string[], options: Parameters<TrialTown['gt']>[1] = {}): Promise<Answered> {
    const answer = await this.gt(words, options);
    expect(answer, `gt ${words.join(' ')}`).toMatchObject({ exit: 0 });
    return answer;
  }

  /** A rig over a fresh repository. */
  async rig(
    name: string,
    check?: string,
    files: Readonly<Record<string, string>> = { 'README.md': `# ${name}\n` },
  ): Promise<void> {
    const path = await this.repository(name, files);
    await this.does(['rig', 'add', name, '--path', path, ...(check ? ['--test-command', check] : [])]);
  }

  /** The rig's bare repository. */
  repo(rig: string): string {
    return join(this.root, rig, '.repo.git');
  }

  /** Work for a shell agent; slung at once unless said otherwise. @returns its id */
  async work(rig: string, block: string, { rework = '', sling = true, agent = 'shell' } = {}): Promise<string> {
    const again = rework ? `\n\`\`\`sh rework\n${rework}\n\`\`\`\n` : '';
    const description = `\`\`\`sh\n${block}\n\`\`\`\n${again}`;
    const desk = await this.desk();
    const made = await createWork(desk, { rig, prefix: rig.slice(0, 2), title: 'A piece', agent, text: { description } });
    if (isRefusal(made)) throw new Error(`no work was made: ${JSON.stringify(made)}`);
    if (sling) await this.sling(made.id);
    return made.id;
  }

  async sling(id: string): Promise<void> {
    const [answer] = await slung(await this.desk(), { ids: [id] });
    if (!answer?.slung) throw new Error(`${id} could not be slung: ${JSON.stringify(answer)}`);
  }

  async desk(): Promise<Desk> {
    this.#open ??= await openDesk(this);
    return this.#open.desk;
  }

  override async read<N extends Noun>(noun: N, id: string): Promise<Records[N] | undefined> {
    return uncut(() => super.read(noun, id));
  }

  override async events(): Promise<StoredEvent[]> {
    return uncut(() => super.events());
  }

  /** Lets the agents go on that wait for this gate. */
  open(gate: string): void {
    writeFileSync(this.gate(gate), '');
  }

  /** The lines that agents wrote into a gate's file. */
  lines(name: string): string[] {
    return existsSync(this.gate(name)) ? readFileSync(this.gate(name), 'utf8').trim().split('\n') : [];
  }

  gate(name: string): string {
    return join(this.dir, `gate-${name}`);
  }

  /** Lines of shell: prints a counter until somebody opens the gate. */
  counts(gate: string): string {
    return `n=0\nwhile [ ! -e '${this.gate(gate)}' ]; do n=$((n+1)); echo "count $n"; sleep 0.05; done`;
  }

  /** The live run of an item, once its agent has said hello. */
  async running(id: string, n = 1, limitMs?: number): Promise<Run & { session: NonNullable<Run['session']> }> {
    return this.until(
      `${id}.r${n} under way`,
      async () => {
        const run = await this.read('run', `${id}.r${n}`);
        return run?.session?.pid && run.session.ackedAt && !run.session.exit ? { ...run, session: run.session } : undefined;
      },
      limitMs,
    );
  }

  /** The item, once it is closed and has let go of its worktree. */
  async landed(id: string, limitMs = PATIENCE_MS): Promise<Work> {
    return this.until(
      `${id} landed and cleared away`,
      async () => {
        const work = await this.read('work', id);
        return work?.status === 'closed' && !work.hold ? work : undefined;
      },
      limitMs,
    );
  }

  /** How often each of these items was landed, by git: what counts. */
  async landings(rig: string, target = 'main'): Promise<Map<string, number>> {
    const said = await this.git(this.repo(rig), ['log', '--format=%(trailers:key=Gt-Work,valueonly,separator=)', target]);
    const times = new Map<string, number>();
    for (const id of said.split('\n').filter((line) => line !== '')) times.set(id, (times.get(id) ?? 0) + 1);
    return times;
  }

  async show(rig: string, file: string, target = 'main'): Promise<string> {
    return this.git(this.repo(rig), ['show', `${target}:${file}`]);
  }

  /** What a session has printed so far, from its host. */
  async output(session: string): Promise<string> {
    const path = socketPath(this.root, 'host');
    if (isRefusal(path)) throw new Error('the town has no host');
    const host = await connectHost({
      path,
      token: readToken(join(this.root, '.runtime/host.token')),
      build: 'test',
      waitMs: 5000,
    });
    const output = await host.output(session).finally(() => host.close());
    return output?.bytes.toString() ?? '';
  }

  /** The counter's numbers in a session's output, in order; a line that is not whole yet has none. */
  async counted(session: string): Promise<number[]> {
    return [...(await this.output(session)).matchAll(/^count (\d+)\r?\n/gm)].map((match) => Number(match[1]));
  }

  /** Stops the supervisor for as long as `during` takes: whatever dies meanwhile stays away. */
  async held<T>(during: () => Promise<T>): Promise<T> {
    const supervisor = this.pid('supervisor');
    process.kill(supervisor, 'SIGSTOP');
    try {
      return await during();
    } finally {
      process.kill(supervisor, 'SIGCONT');
    }
  }

  /**
   * kill -9, and its end. What Redis has answered is in its file by then: while a disk syncs slowly, `everysec` holds back what was answered for up to two
   * seconds, and books that were cut back are another story (redis-cut). @returns the pid that it had
   */
  async kill(name: 'redis' | 'host' | 'worker'): Promise<number> {
    if (name === 'redis') await uncut(async () => (await this.link()).call('CONFIG', 'SET', 'appendfsync', 'always'));
    const pid = this.pid(name);
    process.kill(pid, 'SIGKILL');
    await this.gone(pid);
    return pid;
  }

  async gone(pid: number, limitMs = PATIENCE_MS): Promise<void> {
    const born = bornOf(pid); // the number may be given out again
    await this.until(`the end of process ${pid}`, async () => born === undefined || bornOf(pid) !== born, limitMs);
  }

  /** A worker other than this one serves the town. */
  async anotherWorker(than: number): Promise<number> {
    const serves = async () => {
      const worker = await this.read('worker', 'worker');
      return worker && worker.pid !== than && isAlive(worker.pid, worker.born) ? worker.pid : undefined;
    };
    return this.until(`a worker other than ${than}`, serves);
  }

  /** Lets this much time go by, in a child of its own. */
  async pass(seconds: number): Promise<void> {
    await once(spawn('sleep', [String(seconds)]), 'exit');
  }

  /** Ends the town, and expects that nothing of it is left: no process that it started, whatever became of its parents. */
  async close(): Promise<void> {
    await this.#open?.close();
    const said = await this.end({ keep: true });
    const left = bearers(this.dir);
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => execFile('rm', ['-rf', this.dir], resolve));
    expect({ said, left }).toMatchObject({ said: { exit: 0 }, left: [] });
  }
}

/** Processes whose environment names this folder. */
export function bearers(dir: string): Array<{ pid: number; command: string }> {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && existsSync(`/proc/${name}/environ`))
    .flatMap((name) => {
      try {
        if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(dir)) return [];
        return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ') }];
      } catch {
        return [];
      }
    });
}

/** 1, 2, 3 … without a gap. */
export const isGapless = (numbers: readonly number[]): boolean =>
  numbers.length > 0 && numbers.every((one, at) => one === at + 1);

/** Lines of shell that commit one new file; done again by a next session, they find it committed. */
export const commits = (file: string, text = file): string =>
  `echo '${text}' > '${file}'\ngit add -A\ngit diff --cached --quiet || git commit -q -m 'Add ${file}'`;
