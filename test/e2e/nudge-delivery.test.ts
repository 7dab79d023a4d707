import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NudgeLine } from '#views/nudges';
import { SmallAgents } from '../support/small-agents.ts';
import { HarmedTown } from '../support/trial.ts';

type Told = { readonly id: string; readonly outcome: NudgeLine | null };

let town: HarmedTown;
let agents: SmallAgents;
let plain = '';
let hooked = '';
beforeAll(async () => {
  town = await HarmedTown.open();
  agents = new SmallAgents(town);
  await town.rig('shop');
  [plain, hooked] = [await agents.begin('plain'), await agents.begin('hooked')];
}, 90_000);
afterAll(() => town.close());

const nudge = (words: readonly string[]) => town.ask<Told>(['nudge', ...words]);

describe('an agent without hooks', () => {
  test('is told at its prompt, once, and who waits learns that it was taken', async () => {
    const { outcome } = await nudge([plain, 'look', 'at the API', '--wait']);
    expect(outcome).toMatchObject({ state: 'taken', path: 'terminal' });
    expect(agents.submits('plain')).toEqual(['look at the API']);
    const idle = /^shop\/\S+ idle: its prompt is ready; last output .*\n/;
    await town.until('its turn is over on its screen', async () => idle.test((await town.does(['peek', plain])).out));
  });

  test('is told by its name and its addresses; a name that nobody has leads to the nearest', async () => {
    const run = await town.read('run', `${plain}.r1`);
    for (const address of [run?.name ?? '', `shop/${run?.name}`, `shop/polecats/${run?.name}`])
      expect(await nudge([address, `for ${address}`, '--wait'])).toMatchObject({ outcome: { state: 'taken', work: plain } });
    const { exit, err } = await town.gt(['nudge', `shop/${run?.name}x`, 'hello']);
    expect([exit, err]).toEqual([3, expect.stringContaining(`\`shop/${run?.name}\``)]);
  });

  test('gets no command by what begins like one, and no control characters, and that is said', async () => {
    const { out } = await town.does(['nudge', plain, '-', '--wait'], { input: '/clear\x07\x1b[201~ it' });
    expect(out).toMatch(/taken out[\s\S]*\[nudge\] stands before it/);
    expect(agents.submits('plain').at(-1)).toBe('[nudge] /clear it');
  });

  test('is not told what is too large: one line of what, one of what to do', async () => {
    const { exit, err } = await town.gt(['nudge', plain, '-'], { input: 'x'.repeat(5 * 1024 * 1024) });
    expect([exit, err.trim().split('\n')]).toEqual([2, [expect.stringContaining('5242880'), expect.stringContaining('file')]]);
  });

  test('that works is told when its turn is over, once and in order, though the worker is killed meanwhile', async () => {
    await nudge([plain, 'WAIT:kill', '--wait']);
    const ids: string[] = [];
    for (const text of ['first', 'second', 'third']) ids.push((await nudge([plain, text])).id);
    await agents.is(ids[0] ?? '', 'claimed');
    const worker = await town.kill('worker');
    await town.anotherWorker(worker);
    agents.go('plain', 'kill');
    for (const id of ids) expect(await agents.ended(id)).toMatchObject({ state: 'taken', attempts: 1 });
    expect(agents.submits('plain').slice(-3)).toEqual(['first', 'second', 'third']);
  });

  test('that works on beyond a nudge is not told: the list says what it waits for, it expires, is listed, and leaves the list when it is withdrawn', async () => {
    await nudge([plain, 'WAIT:late', '--wait']);
    const [before, behind] = [await nudge([plain, 'before']), await nudge([plain, 'behind'])];
    await town.until('the list says what each waits for', async () => {
      const { out } = await town.does(['nudge', 'list']);
      return /terminal .*before +\S/.test(out) && out.includes(`waits for ${before.id}`);
    });
    for (const { id } of [behind, before]) await town.does(['nudge', 'withdraw', id]);
    const { exit, out } = await town.gt(['nudge', plain, 'too late', '--expires', '1s', '--wait', '--json']);
    const { id, outcome } = JSON.parse(out) as Told;
    expect([exit, outcome?.state]).toEqual([6, 'expired']);
    expect((await town.does(['status'])).out).toContain('1 nudge undelivered');
    expect((await town.does(['nudge', 'list'])).out).toContain(id);
    await town.does(['nudge', 'withdraw', id]);
    expect((await town.does(['status'])).out).not.toContain('undelivered');
    agents.go('plain', 'late');
  });
});

test('a script that reads a line gets it typed, and who waits learns what is known of that', async () => {
  const id = await town.work('shop', `read -r line\necho "$line" > said.txt\ngit add -A\ngit commit -qm 'Say it'`);
  await town.running(id);
  const { exit, out } = await town.gt(['nudge', id, 'the colour is red', '--wait']);
  expect([exit, out]).toEqual([0, expect.stringMatching(/ typed \(its terminal has the line; .*gt peek/)]);
  await town.landed(id);
  expect(await town.show('shop', 'said.txt')).toBe('the colour is red');
});

describe('an agent with hooks', () => {
  test('that is idle is told at its prompt, and the prompt hook proves it', async () => {
    const { id } = await nudge([hooked, 'look at the API of the shop', '--wait']);
    expect(await agents.ended(id)).toMatchObject({ state: 'taken' });
    expect(agents.submits('hooked')).toEqual(['look at the API of the shop']);
  });

  test('that works is told after a tool, and nothing is typed', async () => {
    await agents.rests('hooked');
    await nudge([hooked, 'WAIT:tool please, and then go on', '--wait']);
    await agents.waits('hooked', 'tool');
    const { id } = await nudge([hooked, 'the API has changed']);
    agents.go('hooked', 'tool');
    const { text = '' } = await agents.reached('hooked', ({ event }) => event === 'PostToolUse');
    expect(JSON.parse(text)).toEqual({
      hookSpecificOutput: { hookEventName: 'PostToolUse', additionalContext: expect.stringContaining('the API has changed') },
    });
    expect((await agents.ended(id)).history.map(({ state, path }) => [state, path])).toEqual([
      ['claimed', 'hook'],
      ['taken', 'hook'],
    ]);
    expect(agents.submits('hooked')).not.toContain('the API has changed');
  });

  test('whose turn ends goes on with what waits, and that is taken when the turn went on', async () => {
    await agents.rests('hooked');
    await nudge([hooked, 'THINK:stop and then end', '--wait']);
    await agents.waits('hooked', 'stop');
    const { id } = await nudge([hooked, 'one thing more']);
    agents.go('hooked', 'stop');
    const stopped = await agents.reached('hooked', ({ is }) => is === 'stop');
    expect(stopped.reason).toMatch(/^\[GAS TOWN\] A nudge from overseer .*:\none thing more$/);
    expect(await agents.ended(id)).toMatchObject({ state: 'taken', why: 'its turn went on' });
    expect(agents.submits('hooked')).not.toContain('one thing more');
  });

  test('no hook of it ever failed', () => {
    expect(agents.lines('hooked').filter(({ is }) => is === 'fault')).toEqual([]);
  });
});

test('an agent whose program takes its first prompt only by typing gets it typed, before what was said to it earlier', async () => {
  const work = await agents.begin('typed');
  await nudge([work, 'and also this', '--wait']);
  const [first, second] = agents.submits('typed');
  expect(first).toMatch(/^\[GAS TOWN\] shop\/polecats\//);
  expect(second).toBe('and also this');
});

test('a hook command never harms its agent: outside of a session, of a town, with a broken stdin it ends with 0 and prints nothing', async () => {
  const calls: Array<[NodeJS.ProcessEnv, string]> = [
    [{}, '{}'],
    [{ GT_SESSION: 'nonsense' }, 'not json'],
    [{ GT_SESSION: 'town.sh-000.r1.s1.00112233445566778899' }, '{"prompt":"hi"}'],
    [{ GT_SESSION: 'town.sh-000.r1.s1.00112233445566778899', GT_TOWN_ROOT: '/nowhere' }, ''],
  ];
  for (const words of [
    ['mail', 'check', '--inject'],
    ['signal', 'stop'],
  ])
    for (const [env, input] of calls) expect(await town.gt(words, { env, input })).toMatchObject({ exit: 0, out: '' });
});
