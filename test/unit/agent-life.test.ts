import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AgentRules, afterCrash, brokenWords, heldBack, nextForAgent } from '#core/agent-life';
import type { TurnFacts } from '#core/cycle';
import { CRASH_WINDOW_MS, CRASHES_UNTIL_BROKEN, CYCLE_REST_MS, CYCLE_TURN_MS } from '#core/limits';
import type { Agent } from '#core/records';
import type { SessionFacts } from '#core/run';
import { aLasting } from '../support/records.ts';

const NOW = 5_000_000;
const rules: AgentRules = { firstRestartMs: 0, restartBaseMs: 30_000, restartMaxMs: 600_000, cycleGraceMs: 10_000 };
const wanted = { at: 1000, by: 'overseer' };
const session = { id: 'hq-mayor.s1', token: 't', at: 2000 };
const seen = { ...session, pid: 7, born: 'b' };
const running: SessionFacts = { is: 'running', pid: 7, born: 'b' };
const absent: SessionFacts = { is: 'absent' };
const over = (more: Partial<Extract<SessionFacts, { is: 'over' }>> = {}): SessionFacts => ({
  is: 'over',
  lost: false,
  code: 0,
  signal: null,
  at: NOW - 1,
  ...more,
});
const next = (agent: Partial<Agent>, facts?: SessionFacts) => nextForAgent(aLasting('hq-mayor', agent), facts, rules, NOW);

describe('what should be, against what is', () => {
  test('nobody wants it: parked, without a session', () => {
    expect(next({})).toMatchObject({ do: 'rest', why: 'nobody wants it now' });
    expect(next({ session: { ...seen, exit: { code: 0, signal: null, at: 1 } } })).toMatchObject({ do: 'rest' });
  });

  test('wanted: a session is noted first, then spawned, then watched', () => {
    expect(next({ wanted })).toEqual({ do: 'note-session', n: 1, id: 'hq-mayor.s1' });
    expect(next({ wanted, sessions: 1, session }, absent)).toEqual({ do: 'spawn' });
    expect(next({ wanted, sessions: 1, session }, running)).toEqual({ do: 'note-pid', pid: 7, born: 'b' });
    expect(next({ wanted, sessions: 1, session: seen }, running)).toMatchObject({ do: 'watch' });
  });

  test('stopped or killed while it lives: its session is ended', () => {
    expect(next({ session: seen }, running)).toMatchObject({ do: 'end-session' });
    expect(next({ wanted, session: seen, killed: wanted }, running)).toMatchObject({ do: 'end-session' });
    expect(next({ session: seen }, over({ signal: 15, code: null }))).toMatchObject({
      do: 'note-exit',
      crash: false,
      goesOn: false,
    });
  });

  test('stopped between its note and its spawn: it is not spawned', () => {
    expect(next({ session }, absent)).toMatchObject({ do: 'note-exit', crash: false });
  });

  test('asleep: a session goes on, and none is started', () => {
    expect(next({ wanted, asleep: wanted, session: seen }, running)).toMatchObject({ do: 'watch' });
    expect(next({ wanted, asleep: wanted })).toMatchObject({ do: 'rest', why: 'put to sleep by overseer' });
  });

  test.each([
    ['an end that nobody asked for is a crash, whatever its code', over(), true, true],
    [
      'one that went down with its host is none, and its conversation goes on',
      over({ lost: true, signal: 1, code: null }),
      false,
      true,
    ],
    ['one that ended with the town is none, and a fresh one follows', over({ withTown: true }), false, false],
    ['one that the host has forgotten went down with it', absent, false, true],
  ])('%s', (_, facts, crash, goesOn) => {
    expect(next({ wanted, session: seen }, facts)).toMatchObject({ do: 'note-exit', crash, goesOn });
  });

  test('a pause after crashes is waited out, and what is broken stays away until somebody starts it', () => {
    expect(next({ wanted, notBefore: NOW + 5, deaths: 2 })).toMatchObject({ do: 'rest', until: NOW + 5 });
    expect(next({ wanted, notBefore: NOW })).toMatchObject({ do: 'note-session' });
    expect(next({ wanted, broken: { at: 1, why: 'it ended 5 times' } })).toMatchObject({ do: 'rest' });
  });
});

describe('a fresh session that somebody asked for', () => {
  const cycle = { at: NOW - 1000, by: 'hq-mayor.s1', why: 'handoff', session: 'hq-mayor.s1' };

  test('its session may end its turn, then it is ended; a person does not wait', () => {
    expect(next({ wanted, session: seen, cycle }, running)).toMatchObject({ do: 'watch', until: NOW + 9000 });
    expect(next({ wanted, session: seen, cycle: { ...cycle, at: NOW - 10_000 } }, running)).toMatchObject({ do: 'end-session' });
    expect(next({ wanted, session: seen, cycle: { ...cycle, by: 'overseer', hurry: true } }, running)).toMatchObject({
      do: 'end-session',
    });
  });

  test('asked for by somebody else, the end of its turn is waited for; a turn that nobody sees is not', () => {
    const asked = { wanted, session: seen, cycle: { ...cycle, by: 'overseer' } };
    const turn = (facts: TurnFacts): SessionFacts => ({ is: 'running', pid: 7, born: 'b', turn: facts });
    expect(next(asked, turn({ seen: true }))).toMatchObject({ do: 'watch', until: NOW - 1000 + CYCLE_TURN_MS });
    expect(next(asked, turn({ seen: true, overSince: NOW - 5000 }))).toMatchObject({ do: 'end-session' });
    expect(next(asked, running)).toMatchObject({ do: 'end-session' });
  });

  test('one whose conversation was made shorter is handed off by gt when its turn is over, not before, and not asleep', () => {
    const due = { ...seen, due: { at: NOW - 9000, why: 'w', asked: NOW - 8000 } };
    const over = { ...running, turn: { seen: true, overSince: NOW - 1 } };
    expect(next({ wanted, session: due }, running)).toMatchObject({ do: 'watch' });
    expect(next({ wanted, session: due }, over)).toMatchObject({ do: 'hand-off' });
    expect(next({ wanted, session: due, asleep: { at: 1, by: 'overseer' } }, over)).toMatchObject({
      do: 'watch',
      why: 'it is there',
    });
  });

  test('one in whose context nothing goes on is handed off by gt, whether or not the end of a turn is seen', () => {
    const due = { ...seen, due: { at: NOW - CYCLE_REST_MS, why: 'w', full: true } };
    expect(next({ wanted, session: due }, running)).toMatchObject({ do: 'hand-off', why: 'w' });
    expect(next({ wanted, session: { ...due, due: { ...due.due, at: NOW } } }, running)).toMatchObject({
      do: 'watch',
      until: NOW + CYCLE_REST_MS,
    });
  });

  test('who shuts itself down may end its turn; whom a person kills may not', () => {
    const killed = (by: string) => ({ wanted, session: seen, killed: { at: NOW - 1000, by } });
    expect(next(killed('hq-mayor.s1'), running)).toMatchObject({ do: 'watch', until: NOW + 9000 });
    expect(next(killed('overseer'), running)).toMatchObject({ do: 'end-session' });
  });

  test('its end is no crash, and the next one begins at once', () => {
    expect(next({ wanted, session: seen, cycle }, over())).toMatchObject({ do: 'note-exit', crash: false, goesOn: false });
    const ended = { ...seen, exit: { code: 0, signal: null, at: NOW } };
    expect(next({ wanted, sessions: 1, session: ended, cycle })).toMatchObject({ do: 'note-session', n: 2 });
  });

  test('what was asked of an earlier session is not asked of this one', () => {
    const later = { ...seen, id: 'hq-mayor.s2' };
    expect(next({ wanted, sessions: 2, session: later, cycle }, running)).toMatchObject({ do: 'watch', why: 'it is there' });
  });
});

describe('crashes', () => {
  test('the first restart is at once, each further one waits twice as long', () => {
    const pauses: Array<number | undefined> = [];
    let agent: Pick<Agent, 'deaths' | 'diedAt'> = { deaths: 0, diedAt: [] };
    for (let n = 0; n < CRASHES_UNTIL_BROKEN - 1; n++) {
      const after = afterCrash(agent, { lived: 10, how: 'signal 9' }, rules, NOW + n);
      pauses.push(after.notBefore && after.notBefore - NOW - n);
      agent = after;
    }
    expect(pauses).toEqual([undefined, 30_000, 60_000, 120_000]);
    expect(afterCrash(agent, { lived: 10, how: 'signal 9' }, rules, NOW + 9)).toMatchObject({
      deaths: 5,
      broken: { why: 'signal 9 (5 crashes in 15 minutes)' },
    });
  });

  test('that are too many are told with the cause first, and with the end of what was written, which moves nothing on a terminal', () => {
    const broken = { at: NOW, why: 'exit code 3 (5 crashes in 15 minutes)' };
    const told = (lastWords: string) =>
      brokenWords(aLasting('hq-dog-rex', { role: 'dog', name: 'rex', broken, session: { ...seen, lastWords } }));
    expect(told('')).toBe('exit code 3 (5 crashes in 15 minutes): dogs/rex is not started again.');
    const long = told(`${'x\r\n'.repeat(900)}\x1b[31mno key\x1b[0m\r\n`);
    expect(long).toMatch(/^exit code 3 .* is not started again\. The end of its output:\nx\n[x\n]+no key$/);
    expect(long.length).toBeLessThanOrEqual(1000);
  });

  test('who lived for a while begins to count anew, and old crashes break nothing', () => {
    const agent = { deaths: 4, diedAt: [1, 2, 3, 4] };
    const after = afterCrash(agent, { lived: CRASH_WINDOW_MS, how: 'exit code 1' }, rules, CRASH_WINDOW_MS + 10);
    expect(after).toEqual({ deaths: 1, diedAt: [CRASH_WINDOW_MS + 10] });
  });
});

/** A world that plays along: a host with sessions by id, and a record that each move changes as the processor does. */
class World {
  agent = aLasting('hq-mayor');
  now = NOW;
  readonly host = new Map<string, SessionFacts>();
  /** Most sessions that ever lived at once, and sessions that were begun while nobody wanted any. */
  most = 0;
  unwanted = 0;

  facts = (): SessionFacts | undefined => {
    const { session } = this.agent;
    return session && !session.exit ? (this.host.get(session.id) ?? absent) : undefined;
  };

  step(): void {
    const move = nextForAgent(this.agent, this.facts(), rules, this.now);
    const { agent } = this;
    const id = agent.session?.id ?? '';
    if (move.do === 'note-session')
      this.agent = { ...agent, sessions: move.n, session: { id: move.id, token: 't', at: this.now } };
    else if (move.do === 'spawn') {
      if (heldBack(agent)) this.unwanted++;
      this.host.set(id, { is: 'running', pid: this.host.size + 1, born: 'b' });
    } else if (move.do === 'note-pid' && agent.session)
      this.agent = { ...agent, session: { ...agent.session, pid: move.pid, born: move.born } };
    else if (move.do === 'end-session') this.end({ signal: 15, code: null });
    else if (move.do === 'note-exit' && agent.session) {
      const exit = { code: null, signal: null, at: this.now };
      const crashed = move.crash
        ? afterCrash(agent, { lived: this.now - agent.session.at, how: 'signal 9' }, rules, this.now)
        : {};
      this.agent = { ...agent, ...crashed, session: { ...agent.session, exit } };
      this.host.delete(id);
    } else if (move.do === 'rest') this.now = Math.min(move.until, this.now + 3_600_000);
    this.most = Math.max(this.most, [...this.host.values()].filter(({ is }) => is === 'running').length);
  }

  end(how: Partial<Extract<SessionFacts, { is: 'over' }>>): void {
    const { session } = this.agent;
    if (session && this.host.get(session.id)?.is === 'running') this.host.set(session.id, over({ ...how, at: this.now }));
  }

  do(deed: string): void {
    const { broken: _b, killed: _k, notBefore: _n, ...rest } = this.agent;
    if (deed === 'want') this.agent = { ...rest, deaths: 0, diedAt: [], wanted };
    else if (deed === 'stop') {
      const { wanted: _, ...stopped } = this.agent;
      this.agent = stopped;
    } else if (deed === 'kill') this.agent = { ...this.agent, killed: wanted };
    else if (deed === 'cycle')
      this.agent = {
        ...this.agent,
        cycle: { at: this.now, by: 'x', why: 'y', session: this.agent.session?.id ?? '', hurry: true },
      };
    else if (deed === 'crash') this.end({ signal: 9, code: null });
    else if (deed === 'host') this.host.clear();
    else this.step();
  }
}

test('never two sessions at once, never one that nobody wants; and in the end there is what is wanted', () => {
  const deeds = fc.array(fc.constantFrom('step', 'step', 'step', 'want', 'stop', 'kill', 'cycle', 'crash', 'host'), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(deeds, (all) => {
      const world = new World();
      for (const deed of all) world.do(deed);
      for (let n = 0; n < 20; n++) world.step();
      expect(world.most).toBeLessThanOrEqual(1);
      expect(world.unwanted).toBe(0);
      expect([...world.host.values()].some(({ is }) => is === 'running')).toBe(heldBack(world.agent) === undefined);
    }),
    { numRuns: 300 },
  );
});
