import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NudgeLine } from '#views/nudges';
import { HarmedTown } from '../support/trial.ts';

const TUI = fileURLToPath(new URL('../support/small-tui.mjs', import.meta.url));
const HOOKS = {
  kind: 'command',
  events: { start: 'SessionStart', prompt: 'UserPromptSubmit', after_tool: 'PostToolUse', stop: 'Stop' },
  stop_blocks: true,
};
const program = (folder: string, hooks?: object) => ({
  command: process.execPath,
  args: [TUI, folder, ...(hooks ? ['hooks'] : [])],
  prompt: { how: 'none' },
  screen: {
    ready: [{ where: 'footer', match: '^ready' }],
    busy: [{ where: 'footer', match: 'esc to interrupt' }],
    draft: { mark: '> ' },
  },
  ...(hooks ? { hooks } : {}),
});

/** An agent at its prompt, and what reaches it. */
type Agent = { readonly folder: string; readonly work: string };
type Line = { readonly is: string; readonly text?: string; readonly event?: string; readonly reason?: string };
type Told = { readonly id: string; readonly outcome: NudgeLine | null };

let town: HarmedTown;
let plain: Agent;
let hooked: Agent;
beforeAll(async () => {
  town = await HarmedTown.open();
  const folders = ['plain', 'hooked'].map((name) => join(town.dir, `gate-${name}`));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const [one = '', other = ''] = folders;
  town.settle({ agents: { plain: program(one), hooked: program(other, HOOKS) } });
  await town.rig('shop');
  plain = { folder: one, work: await town.work('shop', '', { agent: 'plain' }) };
  hooked = { folder: other, work: await town.work('shop', '', { agent: 'hooked' }) };
  for (const agent of [plain, hooked]) await reached(agent, ({ is }) => is === 'ready');
}, 90_000);
afterAll(() => town.close());

const lines = ({ folder }: Agent): Line[] => {
  const all = town.lines(`${folder.split('gate-').at(-1)}/log`);
  return all.map((line) => JSON.parse(line) as Line);
};
const reached = (agent: Agent, fits: (line: Line) => boolean) =>
  town.until('something reaches an agent', async () => lines(agent).find(fits));
const submits = (agent: Agent) => lines(agent).flatMap(({ is, text }) => (is === 'submit' ? [text] : []));
const go = ({ folder }: Agent, gate: string) => writeFileSync(join(folder, gate), '');
const ended = (id: string) =>
  town.until(`${id} has ended`, async () => {
    const doc = await town.read('delivery', id);
    return doc?.endedAt !== undefined && doc;
  });
const nudge = (words: readonly string[]) => town.ask<Told>(['nudge', ...words]);

describe('an agent without hooks', () => {
  test('is told at its prompt, once, and who waits learns that it was taken', async () => {
    const { outcome } = await nudge([plain.work, 'look', 'at the API', '--wait']);
    expect(outcome).toMatchObject({ state: 'taken', path: 'terminal' });
    expect(submits(plain)).toEqual(['look at the API']);
  });

  test('is told by its name and its addresses; a name that nobody has leads to the nearest', async () => {
    const run = await town.read('run', `${plain.work}.r1`);
    for (const address of [run?.name ?? '', `shop/${run?.name}`, `shop/polecats/${run?.name}`])
      expect(await nudge([address, `for ${address}`, '--wait'])).toMatchObject({ outcome: { state: 'taken', work: plain.work } });
    const { exit, err } = await town.gt(['nudge', `shop/${run?.name}x`, 'hello']);
    expect([exit, err]).toEqual([3, expect.stringContaining(`\`shop/${run?.name}\``)]);
  });

  test('gets no command by what begins like one, and no control characters, and that is said', async () => {
    const { out } = await town.does(['nudge', plain.work, '-', '--wait'], { input: '/clear\x07\x1b[201~ it' });
    expect(out).toMatch(/taken out[\s\S]*\[nudge\] stands before it/);
    expect(submits(plain).at(-1)).toBe('[nudge] /clear it');
  });

  test('is not told what is too large: one line of what, one of what to do', async () => {
    const { exit, err } = await town.gt(['nudge', plain.work, '-'], { input: 'x'.repeat(5 * 1024 * 1024) });
    expect([exit, err.trim().split('\n')]).toEqual([2, [expect.stringContaining('5242880'), expect.stringContaining('file')]]);
  });

  test('that works is told when its turn is over, once and in order, though the worker is killed meanwhile', async () => {
    await nudge([plain.work, 'WAIT:kill', '--wait']);
    const ids: string[] = [];
    for (const text of ['first', 'second', 'third']) ids.push((await nudge([plain.work, text])).id);
    await town.until('the host has the first', async () => (await town.read('delivery', ids[0] ?? ''))?.state === 'claimed');
    const worker = await town.kill('worker');
    await town.anotherWorker(worker);
    go(plain, 'kill');
    for (const id of ids) expect(await ended(id)).toMatchObject({ state: 'taken', attempts: 1 });
    expect(submits(plain).slice(-3)).toEqual(['first', 'second', 'third']);
  });

  test('that works on beyond a nudge is not told: it expires, is listed, and leaves the list when it is withdrawn', async () => {
    await nudge([plain.work, 'WAIT:late', '--wait']);
    const { exit, out } = await town.gt(['nudge', plain.work, 'too late', '--expires', '1s', '--wait', '--json']);
    const { id, outcome } = JSON.parse(out) as Told;
    expect([exit, outcome?.state]).toEqual([6, 'expired']);
    expect((await town.does(['status'])).out).toContain('1 nudge undelivered');
    expect((await town.does(['nudge', 'list'])).out).toContain(id);
    await town.does(['nudge', 'withdraw', id]);
    expect((await town.does(['status'])).out).not.toContain('undelivered');
    go(plain, 'late');
  });
});

describe('an agent with hooks', () => {
  test('that is idle is told at its prompt, and the prompt hook proves it', async () => {
    const { id } = await nudge([hooked.work, 'look at the API of the shop', '--wait']);
    expect(await ended(id)).toMatchObject({ state: 'taken' });
    expect(submits(hooked)).toEqual(['look at the API of the shop']);
  });

  test('that works is told after a tool, and nothing is typed', async () => {
    await nudge([hooked.work, 'WAIT:tool please, and then go on', '--wait']);
    const { id } = await nudge([hooked.work, 'the API has changed']);
    go(hooked, 'tool');
    const { text = '' } = await reached(hooked, ({ event }) => event === 'PostToolUse');
    expect(JSON.parse(text)).toEqual({
      hookSpecificOutput: { hookEventName: 'PostToolUse', additionalContext: expect.stringContaining('the API has changed') },
    });
    expect((await ended(id)).history.map(({ state, path }) => [state, path])).toEqual([
      ['claimed', 'hook'],
      ['taken', 'hook'],
    ]);
    expect(submits(hooked)).not.toContain('the API has changed');
  });

  test('no hook of it ever failed', () => {
    expect(lines(hooked).filter(({ is }) => is === 'fault')).toEqual([]);
  });
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
