import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive } from '#world/processes/scan';
import { ends, landedOnce } from '../support/kill-proof.ts';
import { KillTown, PATIENCE_MS } from '../support/kill-story.ts';

/** Where a worker stands still (a suspended machine, a debugger, a full disk under its log) while its successor does its work. */
const PLACES = ['exit', 'verdict', 'leave'] as const;

let story: KillTown;
beforeAll(async () => {
  story = await KillTown.begin();
});
afterAll(() => ends(story));

const gate = (name: string) => join(story.town.dir, `gate-${name}`);
const waits = (name: string) => `until [ -e '${gate(name)}' ]; do sleep 0.05; done`;
const acked = (id: string) =>
  story.town.until(`${id} at work`, async () => (await story.town.read('run', `${id}.r1`))?.session?.ackedAt, PATIENCE_MS);

/** Lets a worker that was stopped go on, and waits for its end. */
async function comesBack({ pid, born }: { pid: number; born: string }): Promise<void> {
  process.kill(pid, 'SIGCONT');
  await story.town.until('the end of the worker that was overtaken', async () => !isAlive(pid, born), PATIENCE_MS);
}

/** Who serves is the one that the supervisor keeps: the next story can begin. */
const kept = (pid: number) =>
  story.town.until('the supervisor keeps the successor', async () => story.town.pid('worker') === pid, PATIENCE_MS);

test.each(PLACES)(
  'a worker that stops at `%s`, and comes back when its work is done and its place is given to others, does them no harm',
  async (place) => {
    const item = await story.item();
    const next = await story.item({ last: waits(place) });
    let heir = 0;
    await story.withoutSupervisor(async () => {
      const old = await story.halted(place, () => story.sling([item]));
      heir = (await story.overtaken(old)).pid;
      await landedOnce(story, [item]);
      expect(await story.sling([next])).toMatchObject({ exit: 0 });
      await acked(next.id);
      await comesBack(old);
      writeFileSync(gate(place), '');
      await landedOnce(story, [item, next]);
    });
    const [was, is] = await Promise.all([item, next].map(({ id }) => story.town.read('run', `${id}.r1`)));
    expect(is?.dir).toBe(was?.dir);
    for (const { id } of [item, next])
      expect(await story.town.read('run', `${id}.r1`)).toMatchObject({ sessions: 1, deaths: 0, outcome: 'submitted' });
    await kept(heir);
  },
  PATIENCE_MS * 3,
);

test(
  'a worker that stops before it starts a session, and comes back when its successor has started it, leaves that session alone',
  async () => {
    const item = await story.item({ last: waits('begin') });
    let heir = 0;
    await story.withoutSupervisor(async () => {
      const old = await story.halted('begin', () => story.sling([item]));
      heir = (await story.overtaken(old)).pid;
      await acked(item.id);
      await comesBack(old);
      writeFileSync(gate('begin'), '');
      await landedOnce(story, [item]);
    });
    expect(await story.town.read('run', `${item.id}.r1`)).toMatchObject({ sessions: 1, deaths: 0 });
    const started = (await story.town.events()).filter(
      (one) => one.type === 'session.started' && one.subject === `${item.id}.r1`,
    );
    expect(started).toHaveLength(1);
    await kept(heir);
  },
  PATIENCE_MS * 3,
);
