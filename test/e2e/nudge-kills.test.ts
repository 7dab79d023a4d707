import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOOK_WAIT_MS } from '#core/limits';
import { SmallAgents } from '../support/small-agents.ts';
import { HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
let agents: SmallAgents;
let plain = '';
let hooked = '';
const folder = mkdtempSync(join(tmpdir(), 'gt-order-'));
const order = join(folder, 'order');
beforeAll(async () => {
  town = await HarmedTown.open({}, { GT_FAIL: `@${order}` });
  agents = new SmallAgents(town);
  await town.rig('shop');
  [plain, hooked] = [await agents.begin('plain'), await agents.begin('hooked')];
}, 90_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await town.close();
});

const nudge = async (words: readonly string[]) => (await town.ask<{ id: string }>(['nudge', ...words])).id;
const times = (name: string, text: string) => agents.submits(name).filter((one) => one === text).length;

test.each(['delivery-claimed', 'delivery-answered'])(
  'a worker that is killed at `%s` leaves a nudge that is typed once',
  async (point) => {
    const worker = town.pid('worker');
    writeFileSync(order, point);
    const id = await nudge([plain, `said before ${point}`]);
    await town.anotherWorker(worker);
    expect(await agents.ended(id)).toMatchObject({ state: 'taken', attempts: 1 });
    expect(times('plain', `said before ${point}`)).toBe(1);
  },
);

test.each(['hook-claimed', 'hook-printed'])(
  'a hook that is killed at `%s` leaves a claim that nobody else gets',
  async (point) => {
    await agents.rests('hooked');
    await nudge([hooked, `THINK:${point} for long`, '--wait']);
    await agents.waits('hooked', point);
    const id = await nudge([hooked, `said before ${point}`]);
    const run = await town.read('run', `${hooked}.r1`);
    const env = { GT_SESSION: run?.session?.token, GT_HOOK_FORM: 'text', GT_FAIL: point };
    // one that gave up because the machine is slow took nothing: it is called again, as by small-agent.mjs
    const call = async (more: NodeJS.ProcessEnv) => {
      for (let tries = 1; ; tries++) {
        const begun = performance.now();
        const said = await town.gt(['mail', 'check', '--inject'], { env: { ...env, ...more }, input: '{"tool_name":"Bash"}' });
        if (said.out || said.signal || tries === 10 || performance.now() - begun < HOOK_WAIT_MS) return said;
      }
    };
    const killed = await call({});
    expect(killed.signal).toBe('SIGKILL');
    expect(killed.out.includes('said before')).toBe(point === 'hook-printed');
    // at once: what a hook has claimed it has for ten seconds
    expect(await town.read('delivery', id)).toMatchObject({ state: 'claimed', claim: { path: 'hook' } });
    expect(await call({ GT_FAIL: '' })).toMatchObject({ exit: 0, out: '' });
    agents.go('hooked', point);
    expect(await agents.ended(id)).toMatchObject({ state: 'unknown' });
    expect(times('hooked', `said before ${point}`)).toBe(0);
  },
);

test('a host that is killed with a nudge at hand: the next session gets it once, or it is said that nothing is known', async () => {
  await nudge([plain, 'WAIT:never', '--wait']);
  const id = await nudge([plain, 'said before the host died']);
  await agents.is(id, 'claimed');
  await town.kill('host');
  await agents.reached('plain', ({ is }) => is === 'ready', 2);
  const { state } = await agents.ended(id);
  expect(['taken', 'unknown']).toContain(state);
  expect(times('plain', 'said before the host died')).toBe(state === 'taken' ? 1 : 0);
});
