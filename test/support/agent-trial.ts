/** Programs that stand in for the agents of a person, and `gt doctor --agent` on them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentReport, Look, LookId } from '#chores/agent-check/report';
import { playedBy } from '../../src/trials/stand-in/command.ts';
import type { ScenarioInput } from '../../src/trials/stand-in/scenario.ts';
import { built } from './built.ts';
import type { Called } from './cli.ts';
import { installStandIn } from './stand-in-program.ts';

export class AgentTrial {
  readonly dir: string;
  readonly #gt: string;

  private constructor(gt: string) {
    this.#gt = gt;
    this.dir = realpathSync(mkdtempSync(join(tmpdir(), 'gt-a-')));
    for (const name of ['bin', 'home', 'tmp']) mkdirSync(join(this.dir, name));
  }

  static async open(): Promise<AgentTrial> {
    return new AgentTrial(await built('bin/gt.js'));
  }

  /** Where the stand-in of an agent notes what it does. */
  notes(agent: string): string {
    return join(this.dir, `${agent}.notes`);
  }

  /** Puts a program on PATH that plays a preset, and whose model is the one that its loopback names. */
  install(like: string, scenario: ScenarioInput = {}): void {
    const file = join(this.dir, `${like}.scenario.json`);
    writeFileSync(file, JSON.stringify({ log: this.notes(like), turns: [{ ms: 20 }], model: true, ...scenario }));
    installStandIn(join(this.dir, 'bin'), like, playedBy(like).preset.command, file);
  }

  /** Starts gt as a person does who has no town, unless `town` names one. */
  start(words: readonly string[], town?: string): ChildProcess {
    const { PATH = '', LANG = 'C.UTF-8' } = process.env;
    const env = {
      PATH: `${join(this.dir, 'bin')}:${PATH}`,
      LANG,
      HOME: join(this.dir, 'home'),
      TMPDIR: join(this.dir, 'tmp'),
      XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'],
      ...(town === undefined ? {} : { GT_TOWN_ROOT: town }),
    };
    return spawn(process.execPath, [this.#gt, ...words], { cwd: this.dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async gt(words: readonly string[], town?: string): Promise<Called> {
    const child = this.start(words, town);
    let out = '';
    let err = '';
    child.stdout?.on('data', (bytes) => (out += bytes));
    child.stderr?.on('data', (bytes) => (err += bytes));
    const [exit] = (await once(child, 'close')) as [number];
    return { exit, out, err };
  }

  /** Tries an agent. @returns what was seen of it, by look */
  async try(agent: string, more: readonly string[] = [], town?: string) {
    const { exit, out, err } = await this.gt(['doctor', '--agent', agent, '--json', ...more], town);
    if (!out.startsWith('{')) throw new Error(`gt doctor --agent ${agent} ended with ${exit}: ${err}${out}`);
    const report = JSON.parse(out) as AgentReport;
    const look = (id: LookId): Look => report.looks.find((one) => one.id === id) as Look;
    const not = (...results: readonly string[]) =>
      report.looks.filter(({ result }) => !results.includes(result)).map(({ id, result, seen }) => `${id} ${result}: ${seen}`);
    return { exit, report, look, not };
  }

  /** Files and processes that are left of trials. */
  left(): string[] {
    const files = readdirSync(join(this.dir, 'tmp')).filter((name) => name.startsWith('gtd-'));
    return [...files.map((name) => `file ${name}`), ...processesIn(join(this.dir, 'tmp'))];
  }

  close(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Processes whose words or environment name a folder. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const env = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return words !== '' && `${words}\0${env}`.includes(`${folder}/`) ? [`process ${pid} ${words}`] : [];
      } catch {
        return []; // ended meanwhile, or another user's
      }
    });
}
