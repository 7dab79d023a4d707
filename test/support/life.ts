import { expect } from 'vitest';
import type { Run } from '#core/records';
import { nextForRun, type RunMove, type SessionFacts } from '#core/run';
import { aRun } from './records.ts';

export const RULES = {
  startupStallMs: 100,
  doneGraceMs: 50,
  firstRestartMs: 0,
  restartBaseMs: 30,
  restartMaxMs: 600,
  suspendAfterMs: 100,
  witness: true,
};

export const NOW = 1_000_000;

/** What befalls a run, by its agent and by people, in any order. */
export type Deed =
  | 'hands off'
  | 'is handed off'
  | 'is due'
  | 'dies'
  | 'is lost'
  | 'is killed'
  | 'sleeps'
  | 'wakes'
  | 'says hello'
  | 'time'
  | 'rests';
export const DEEDS: readonly Deed[] = [
  'hands off',
  'is handed off',
  'is due',
  'dies',
  'is lost',
  'is killed',
  'sleeps',
  'wakes',
  'says hello',
  'time',
  'rests',
];

/** A run with the world around it, which does at once what it is told. */
export class Life {
  run: Run = aRun('gp-a.r1', { state: 'ready' });
  facts: SessionFacts | undefined;
  now = NOW;
  /** Sessions that run, and how many ended because they were asked to. */
  alive = new Set<string>();
  cycled = 0;
  died = 0;

  befalls(deed: Deed): void {
    const { run, now } = this;
    const session = run.session && !run.session.exit ? run.session : undefined;
    const runs = this.facts?.is === 'running' && session !== undefined;
    if (deed === 'time') this.now += 60;
    else if (deed === 'wakes') {
      const { asleep: _asleep, killed: _killed, ...rest } = run;
      this.run = rest as Run;
    } else if (deed === 'is killed') this.run = { ...run, killed: run.killed ?? { at: now, by: 'overseer' } };
    else if (deed === 'sleeps') this.run = { ...run, asleep: run.asleep ?? { at: now, by: 'overseer' } };
    else if (!runs) return;
    else if (deed === 'says hello') this.hello(session);
    else if (deed === 'dies' || deed === 'is lost') this.ends(deed === 'is lost');
    else if (deed === 'rests')
      this.facts = { ...(this.facts as typeof this.facts & { is: 'running' }), turn: { seen: true, overSince: now } };
    else if (deed === 'is due') this.run = { ...run, session: { ...session, due: session.due ?? { at: now, why: 'w' } } };
    else this.cycle(deed === 'hands off' ? session.id : 'overseer');
  }

  hello(session: NonNullable<Run['session']>): void {
    const { cycle: asked, ...rest } = this.run;
    const doc = asked && asked.session === session.id ? this.run : rest;
    this.run = { ...doc, session: { ...session, ackedAt: session.ackedAt ?? this.now } } as Run;
  }

  cycle(by: string): void {
    const { run } = this;
    if (run.session && run.cycle?.session !== run.session.id)
      this.run = { ...run, cycle: { at: this.now, by, why: 'w', session: run.session.id } };
  }

  ends(lost: boolean): void {
    this.alive.clear();
    this.facts = { is: 'over', lost, code: 1, signal: null, at: this.now };
  }

  does(move: RunMove): void {
    const { run } = this;
    switch (move.do) {
      case 'note-session':
        this.run = { ...run, state: 'live', sessions: move.n, session: { id: move.id, token: `k${move.n}`, at: this.now } };
        this.facts = { is: 'absent' };
        break;
      case 'spawn':
        this.alive.add(run.session?.id ?? '');
        this.facts = { is: 'running', pid: run.sessions, born: 'b' };
        break;
      case 'note-pid':
        this.run = { ...run, session: { ...(run.session as object), pid: move.pid, born: move.born } as Run['session'] };
        break;
      case 'end-session':
        this.ends(false);
        break;
      case 'hand-off':
        this.cycle('gt');
        break;
      case 'note-exit': {
        if (move.death) this.died++;
        if (run.cycle?.session === run.session?.id) {
          this.cycled++;
          expect(move.death).toBe(false);
        }
        const deaths = run.deaths + (move.death ? 1 : 0);
        this.run = {
          ...run,
          deaths,
          session: { ...(run.session as object), exit: { code: 1, signal: null, at: this.now } } as Run['session'],
        };
        this.facts = undefined;
        break;
      }
      case 'end-run':
        this.run = { ...run, state: 'ended', outcome: move.outcome };
        break;
      default:
    }
  }

  /** Until it waits for something. */
  settles(): void {
    for (let moves = 0; ; moves++) {
      expect(moves).toBeLessThan(30);
      const move = nextForRun(this.run, this.facts, RULES, this.now);
      this.does(move);
      expect(this.alive.size, 'sessions at once').toBeLessThanOrEqual(1);
      if (move.do === 'watch' || move.do === 'rest' || move.do === 'over' || move.do === 'give-up') return;
    }
  }
}
