import { expect } from 'vitest';
import type { Escalation, Run as PolecatRun } from '#core/records';
import { isRefusal, type Refusal } from '#core/refusals';
import { type Answering, answer } from '#ops/answer';
import { type Asking, ask } from '#ops/ask';
import type { Turn } from '#processors/answer';
import { noteShown } from '#processors/dialog-question';
import { escalations } from '#processors/escalations';
import { shippedPresets } from '#world/agents/presets';
import type { DialogSeen } from '#world/pty/dialog/asked';
import type { Host } from '#world/pty/host';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { freshKeys } from './books.ts';
import { freshOnRedis } from './fresh.ts';
import { aRun, item } from './records.ts';
import { SaidHost } from './said-host.ts';
import { good } from './shop.ts';
import { type Run, type Town, town } from './sleepers.ts';
import { until } from './until.ts';

export const WORK = item('gp-a', { status: 'in_progress', run: 'gp-a.r1', runs: 1 });
const TOKEN = 'town.gp-a.r1.s1.00112233445566778899';
export const SESSION = { id: 'gp-a.r1.s1', token: TOKEN, at: 1, pid: 1, ackedAt: 2 };
export const RUN: PolecatRun = aRun('gp-a.r1', { state: 'live', agent: 'claude', sessions: 1, session: SESSION });
export const NEXT = { ...SESSION, id: 'gp-a.r1.s2', token: 'town.gp-a.r1.s2.00112233445566778899' };
const CALLER = { session: SESSION.id, run: RUN.id, token: TOKEN };

/** A permission dialog, as a host tells of it. */
export const SEEN: DialogSeen = {
  state: 'dialog',
  why: 'the dialog `permission` is open',
  dialog: { name: 'permission', kind: 'permission', enter: 'accepts' },
  id: 'abc',
  asks: 'Do you want to proceed?',
  choices: ['Yes', 'No'],
  chosen: 0,
  screen: 'Do you want to proceed?\n❯ 1. Yes\n  2. No',
};

export const refusalOf = (told: unknown) => (isRefusal(told) ? told.refused : told);
const jobOf = ({ id, generation = 1 }: Escalation) => `escalations/${id}@${generation}` as const;

const preset = shippedPresets().find(({ name }) => name === 'claude')?.preset;

/** An agent that asks, a person who answers, and a worker with the real processor between them; the host says what the test says. */
export class Questions {
  readonly host = new SaidHost();
  readonly #keys = freshKeys();
  readonly #path: string;
  at!: Town;
  #worker: Sleepers | undefined;

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(path: string): Promise<Questions> {
    const made = new Questions(path);
    await made.serve();
    await made.at.put('run', RUN);
    await made.at.put('work', WORK);
    return made;
  }

  /** The next worker. */
  async serve(): Promise<void> {
    const run: Run = (turn, desk) => escalations(turn as unknown as Turn<'escalation'>, this.world(desk));
    this.at = await town(this.#path, this.#keys, { escalations: run });
    this.#worker = await this.at.begin();
  }

  async stop(): Promise<void> {
    await this.#worker?.stop(2000);
    this.#worker = undefined;
  }

  async leave(): Promise<void> {
    await this.stop();
    await this.at.end();
  }

  world(desk: World['desk'] = this.at.op): World {
    return { desk, host: () => this.host as unknown as Host, agents: { preset: () => preset } } as unknown as World;
  }

  async asks(topic: string, more: Partial<Asking> = {}): Promise<Escalation> {
    const usual = { caller: CALLER, severity: 'medium', choices: [], expiresIn: 3_600_000, waits: false } as const;
    return good(await ask(this.at.op, { ...usual, topic, ...more }));
  }

  answers(id: string, words: string, more: Partial<Answering> = {}): Promise<Escalation | Refusal> {
    return answer(this.at.op, { id, words, ...more });
  }

  async read(id: string): Promise<Escalation> {
    return (await this.at.op.books.read('escalation', id)) as Escalation;
  }

  becomes(id: string, fits: (doc: Escalation) => boolean): Promise<Escalation> {
    return until(`${id} is as it should be`, async () => {
      const doc = await this.read(id);
      return fits(doc) ? doc : undefined;
    });
  }

  ends(doc: Escalation): Promise<unknown> {
    return this.at.becomes(jobOf(doc), 'completed');
  }

  waits(doc: Escalation): Promise<unknown> {
    return this.at.becomes(jobOf(doc), 'delayed');
  }

  /** What waits to be said to the agent. */
  async line(): Promise<string[]> {
    return (await this.at.op.books.read('recipient', WORK.id))?.line.map(({ id }) => id) ?? [];
  }

  async textOf(id: string | undefined): Promise<string | undefined> {
    return (await this.at.op.books.text(id ?? ''))['text'];
  }

  async run(): Promise<PolecatRun> {
    return (await this.at.op.books.read('run', RUN.id)) as PolecatRun;
  }

  /** What eyes have seen twice. @returns the question about it */
  async shows(seen: DialogSeen = SEEN): Promise<Escalation> {
    const about = { is: 'dialog' as const, what: seen.why, kind: 'permission', enter: 'accepts', dialog: seen.id, since: 1 };
    await noteShown(RUN, this.world(), SESSION.id, about, seen);
    const { question } = (await this.run()).session?.shows ?? {};
    expect(question).toBeDefined();
    return this.read(question?.replace(/@\d+$/, '') ?? '');
  }
}

/** For each test a worker that serves questions, in books of its own, on a Redis of the file. */
export const questionsEachTest = (take: (one: Questions) => void) =>
  freshOnRedis({ open: Questions.open, end: (one) => one.leave() }, take);
