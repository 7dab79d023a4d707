import { expect, test } from 'vitest';
import type { Agent } from '#core/records';
import { holderOfLine } from '#ops/holder-of';
import { nudge } from '#ops/nudge';
import { park } from '#ops/park';
import { removeAgent, stopAgent } from '#ops/stop-agent';
import { addAgent, wantAgent } from '#ops/want-agent';
import { adopted } from '#processors/adopt';
import { noteProcess } from '#processors/session-changes';
import type { SessionInfo } from '#world/pty/host';
import type { World } from '#world/world';
import { deskOfFile, type TestDesk } from '../support/desk.ts';
import { good } from '../support/shop.ts';

let desk: TestDesk;
deskOfFile((one) => {
  desk = one;
});

type Session = NonNullable<Agent['session']>;
const MAYOR = { id: 'hq-mayor', role: 'mayor', rig: '', name: 'mayor', dir: '/town/mayor' } as const;
const living = (n: number) =>
  ({ id: `hq-mayor.s${n}`, state: 'running', pid: 7, born: 'b', startedAt: 5, cwd: '/town/mayor' }) as SessionInfo;
const read = async () => (await desk.books.read('agent', 'hq-mayor')) as Agent;
const write = (change: (doc: Agent) => Agent) =>
  desk.change(async (reading) => ({
    put: [{ noun: 'agent', doc: change((await reading.get('agent', 'hq-mayor')) as Agent) }],
    answer: undefined,
  }));

test('a session that the books have forgotten is taken back, and one whose end they hold is not: the host may tell late', async () => {
  const world = { desk, rigs: () => [], agents: { token: (id: string) => `token of ${id}`, choose: () => 'claude' } };
  const adopt = (n: number) => adopted(living(n), world as unknown as World);
  expect(await adopt(2)).toBe(true);
  expect(await read()).toMatchObject({ wanted: { by: 'gt' }, sessions: 2, session: { id: 'hq-mayor.s2', pid: 7 } });
  expect(await adopt(2)).toBe(true);

  good(await stopAgent(desk, 'hq-mayor'));
  await write((doc) => ({ ...doc, session: { ...(doc.session as Session), exit: { code: 0, signal: null, at: 9 } } }));
  expect(await adopt(2)).toBe(false);
  expect((await read()).wanted).toBeUndefined();
  expect((await read()).session?.exit).toBeDefined();

  good(await wantAgent(desk, MAYOR));
  expect(await adopt(1)).toBe(false);
  expect(await adopt(3)).toBe(true);
});

test('what waits for an agent looks again when its session has begun, also where no hook will say hello', async () => {
  const { id } = good(await nudge(desk, { to: 'mayor', work: 'hq-mayor', text: 'hello', mode: 'wait-idle' }));
  await write((doc) => ({ ...doc, sessions: 4, session: { id: 'hq-mayor.s4', token: 't', at: 1 } }));
  desk.woken.length = 0;
  const started = { pid: 8, born: 'b' };
  await noteProcess(await read(), { desk } as unknown as World, 'hq-mayor.s4', started);
  expect(desk.woken).toContain(`deliveries/${id}`);
  desk.woken.length = 0;
  await noteProcess(await read(), { desk } as unknown as World, 'hq-mayor.s4', started);
  expect(desk.woken).toEqual([]);
});

test('whoever starts an agent that sleeps without a session wakes it; one that sleeps in its session goes on sleeping', async () => {
  good(await park(desk, 'hq-mayor', 'asleep'));
  expect(await wantAgent(desk, MAYOR)).toMatchObject({ already: true });
  await write((doc) => ({ ...doc, session: { ...(doc.session as Session), exit: { code: 0, signal: null, at: 9 } } }));
  expect(await wantAgent(desk, MAYOR)).toMatchObject({ already: false });
  expect((await read()).asleep).toBeUndefined();
});

test('one whose program could not be started is tried again when somebody starts it, with all that it was to go on with', async () => {
  const waits = { at: 1, why: 'no program', todo: 'install it' };
  await write((doc) => ({ ...doc, waits, goOn: true, first: { text: 'look', by: 'overseer', at: 1 } }));
  desk.woken.length = 0;
  expect(await wantAgent(desk, MAYOR)).toMatchObject({ already: false });
  expect(await read()).toMatchObject({ goOn: true, first: { text: 'look' } });
  expect((await read()).waits).toBeUndefined();
  expect(desk.woken).toContain('agents/hq-mayor@1');
  await write((doc) => ({ ...doc, waits, session: { id: 'hq-mayor.s5', token: 't', at: 1, pid: 8, born: 'b' } }));
  expect(await wantAgent(desk, MAYOR)).toMatchObject({ already: true });
});

test('one that begins to wait for a place of its program has the slots looked at: another may have gone meanwhile', async () => {
  desk.woken.length = 0;
  await write((doc) => ({ ...doc, waits: { at: 1, why: '2 of 2', place: true } }));
  expect(desk.woken).toContain('dispatch/town@1');
  desk.woken.length = 0;
  await write((doc) => ({ ...doc, waits: { at: 2, why: '2 of 2', place: true } }));
  expect(desk.woken).not.toContain('dispatch/town@1');
});

test('of one that is removed nobody will come: what waited for it hears of that, and nothing more is said to it', async () => {
  const REX = { id: 'hq-dog-rex', role: 'dog', rig: '', name: 'rex', dir: '/town/dogs/rex' } as const;
  good(await addAgent(desk, REX));
  const say = () => nudge(desk, { to: 'dogs/rex', work: REX.id, text: 'hello', mode: 'wait-idle' });
  const { id } = good(await say());
  expect(await holderOfLine(desk.books, REX.id)).toMatchObject({ over: false });
  desk.woken.length = 0;
  good(await removeAgent(desk, REX.id));
  expect(desk.woken).toContain(`deliveries/${id}`);
  expect(await holderOfLine(desk.books, REX.id)).toMatchObject({ over: true });
  expect(await say()).toMatchObject({ refused: 'AGENT_UNKNOWN' });
});
