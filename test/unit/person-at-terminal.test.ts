import { expect, test } from 'vitest';
import { type AgentRules, nextForAgent } from '#core/agent-life';
import type { TurnFacts } from '#core/cycle';
import { PERSON_QUIET_MS, PERSON_WAITS_MS } from '#core/limits';
import type { Agent } from '#core/records';
import { nextForRun } from '#core/run';
import { NOW, RULES } from '../support/life.ts';
import { aLasting, aRun } from '../support/records.ts';

/** A session that is to make room for a fresh one, while a person types into its terminal: the mayor's, and a polecat's. */
const rules: AgentRules = { firstRestartMs: 0, restartBaseMs: 1, restartMaxMs: 1, cycleGraceMs: 10 };
type Asked = Pick<Agent, 'killed'> & {
  cycle?: { by: string; hurry?: boolean };
  due?: { at: number; why: string; asked?: number };
};

function moves({ cycle, due, killed }: Asked, turn: TurnFacts): object[] {
  const facts = { is: 'running', pid: 7, born: 'b', turn } as const;
  const of = (id: string) => {
    const session = { id: `${id}.s1`, token: 't', at: NOW - 999, pid: 7, born: 'b', ackedAt: NOW - 998, ...(due ? { due } : {}) };
    const by = cycle?.by === 'itself' ? session.id : cycle?.by;
    return {
      sessions: 1,
      session,
      ...(killed ? { killed } : {}),
      ...(cycle ? { cycle: { at: NOW - 99, why: 'asked', session: session.id, ...cycle, by: by ?? '' } } : {}),
    };
  };
  const mayor = aLasting('hq-mayor', { wanted: { at: 1, by: 'overseer' }, ...of('hq-mayor') });
  const run = aRun('gp-a.r1', { state: 'live', ...of('gp-a.r1') });
  return [nextForAgent(mayor, facts, rules, NOW), nextForRun(run, facts, RULES, NOW)];
}

const rested = (ago: number, unsent: boolean): TurnFacts => ({
  seen: true,
  overSince: NOW - 1,
  person: { typedAt: NOW - ago, unsent },
});
const itself = { cycle: { by: 'itself' } };

test.each([
  ['by itself', itself],
  ['by a person', { cycle: { by: 'overseer' } }],
  ['by gt', { cycle: { by: 'gt' } }],
])('handed off %s, it waits while a person has typed something that is not sent; not for ever', (_, asked) => {
  for (const move of moves(asked, rested(PERSON_QUIET_MS, true)))
    expect(move).toMatchObject({
      do: 'watch',
      until: NOW - PERSON_QUIET_MS + PERSON_WAITS_MS,
      why: expect.stringContaining('a person is at its terminal'),
    });
  for (const move of moves(asked, rested(PERSON_WAITS_MS, true))) expect(move).toMatchObject({ do: 'end-session' });
});

test('so does gt before it hands off one that is due', () => {
  const due = { at: NOW - 99, why: 'w', asked: NOW - 98 };
  for (const move of moves({ due }, rested(9, true)))
    expect(move).toMatchObject({ do: 'watch', until: NOW - 9 + PERSON_WAITS_MS });
  for (const move of moves({ due }, rested(PERSON_QUIET_MS, false))) expect(move).toMatchObject({ do: 'hand-off' });
});

test('after a key another one may follow; then whose words are answered is not waited for', () => {
  for (const move of moves(itself, rested(1, false)))
    expect(move).toMatchObject({ do: 'watch', until: NOW - 1 + PERSON_QUIET_MS });
  for (const move of moves(itself, rested(PERSON_QUIET_MS, false))) expect(move).toMatchObject({ do: 'end-session' });
});

test('the turn that answers a person is not cut; where no turn is seen, only a key counts', () => {
  const person = { typedAt: NOW - PERSON_QUIET_MS, unsent: false };
  for (const move of moves(itself, { seen: true, person }))
    expect(move).toMatchObject({ do: 'watch', until: person.typedAt + PERSON_WAITS_MS });
  for (const move of moves(itself, { seen: false, person })) expect(move).toMatchObject({ do: 'end-session' });
});

test('nobody is waited for where it was hurried, or is killed', () => {
  for (const asked of [{ cycle: { by: 'overseer', hurry: true } }, { killed: { at: NOW, by: 'overseer' } }])
    for (const move of moves(asked, rested(0, true))) expect(move).toMatchObject({ do: 'end-session' });
});
