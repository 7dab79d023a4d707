import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { closeStep, type StepGround } from '#chores/close-step';
import { done } from '#chores/done';
import { stepRefs } from '#core/molecule/step-proof';
import type { Step } from '#core/records';
import { pour } from '#ops/pour';
import { sling } from '#ops/sling';
import { takeStep } from '#ops/take-step';
import { pourAll } from '#processors/molecules';
import type { World } from '#world/world';
import { reconcile } from '../../src/daemon/reconcile.ts';
import { type TestDesk, testDesk } from '../support/desk.ts';
import { agentStep, stepsByKey } from '../support/laid.ts';
import { planOf, planStep } from '../support/molecules.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { commit, dropRig, makeRig, type Rig, sh } from '../support/repo.ts';
import { type Instant, instant, rewind } from '../support/rewind.ts';
import { runs } from '../support/runs.ts';
import { good, newItem } from '../support/shop.ts';

/** Books that come back as they were an instant earlier, in the middle of a molecule; its agent, its branch and what its `gt` kept have gone on. */
let server: PrivateRedis;
let redis: Redis;
let desk: TestDesk;
let rig: Rig;
beforeAll(async () => {
  server = await privateRedis();
  redis = new Redis({ path: server.path });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  rig = await makeRig();
  desk = await testDesk(server.path);
});
afterEach(() => {
  desk.close();
  dropRig(rig);
});

const STEPS = ['a', 'b', 'c', 'd'];
/** Closed by a note: it makes no commit. */
const LOOKS = 'b';

/** A molecule from its pour to its end, with an instant of the books after each thing that was done. */
class Story {
  readonly instants: Instant[] = [];
  readonly world: World;
  readonly dir: string;
  readonly ground: StepGround & { failpoint: () => void };
  id = '';
  mol = '';
  /** Whether the agent has committed what it has not said yet. */
  #made = false;
  #session = 1;

  readonly fresh: boolean;

  constructor(fresh: boolean) {
    this.fresh = fresh;
    this.dir = join(realpathSync(rig.root), 'polecats', 'toast', 'shop');
    const shop = { name: 'shop', repo: rig.repo, target: 'main', settings: { agent: 'shell' } };
    const layout = { polecatsFolder: join(realpathSync(rig.root), 'polecats') };
    this.world = {
      desk,
      git: rig.git,
      rigs: () => ['shop'],
      rig: () => ({ ...shop, layout }),
      host: () => ({ list: async () => (this.id ? [this.session()] : []) }),
      agents: { token: (id: string) => `t-${id}` },
      queues: { addHeld: async () => undefined },
    } as unknown as World;
    this.ground = {
      desk,
      git: rig.git,
      rig: async () => ({ ...shop, layout }) as never,
      shell: () => Promise.reject(new Error('no check')),
      digest: async () => undefined,
      env: {},
      cwd: this.dir,
      inTown: () => true,
      failpoint: () => undefined,
    };
  }

  caller() {
    const [run, session] = [`${this.id}.r1`, `${this.id}.r1.s${this.#session}`];
    return { run, session, token: `t-${session}` };
  }
  session = () => ({ id: this.caller().session, pid: 7, born: '70', startedAt: 9e9, cwd: this.dir, state: 'running' });
  note = async () => void this.instants.push(await instant(redis));

  /** Makes the item and pours its molecule, and lets an agent begin. */
  async begin(): Promise<void> {
    this.id = (await newItem(desk, 'the work')).id;
    const chain = STEPS.map((key, i) => agentStep(key, i > 0 ? [STEPS[i - 1] ?? ''] : []));
    const plan = planOf([...chain, planStep('end', ['d'])]);
    const poured = good(await pour(desk, { plan, prefix: 'gp', rig: 'shop', phase: 'liquid', work: this.id, fresh: this.fresh }));
    this.mol = poured.id;
    await this.note();
    await pourAll(poured, this.world);
    good(await sling(desk, { ids: [this.id] }));
    await this.note();
    await desk.grant(this.id, { token: this.caller().token });
    const branch = `polecat/toast/${this.id}`;
    await rig.git.addWorktree({ repo: rig.repo, dir: this.dir, branch, at: rig.base, owner: this.id });
    await desk.change(async (reading) => {
      const [run, work] = [await reading.get('run', this.caller().run), await reading.get('work', this.id)];
      if (!run || !work) throw new Error('gone');
      return {
        put: [
          { noun: 'run', doc: { ...run, dir: this.dir, branch, start: rig.base, rig: 'shop' } },
          { noun: 'work', doc: { ...work, hold: { name: 'toast', dir: this.dir, branch }, rig: 'shop' } },
        ],
        answer: undefined,
      };
    });
    await this.note();
    good(await takeStep(desk, { run: this.caller().run, caller: this.caller(), head: rig.base }));
    await this.note();
  }

  /** What the job of a molecule does when it begins. */
  async serve(): Promise<void> {
    const mol = await desk.books.read('molecule', this.mol);
    if (mol?.state === 'pouring') await pourAll(mol, this.world);
  }

  async inHand(): Promise<Step | undefined> {
    await desk.change(async (reading) => {
      const run = await reading.get('run', this.caller().run);
      if (!run?.session?.leaving) return { put: [], answer: undefined };
      // It has done the one step that it was for: the run's next session begins.
      this.#session++;
      const { session: id, token } = this.caller();
      const session = { id, token, at: desk.clock.now(), pid: 7, ackedAt: 1 };
      return { put: [{ noun: 'run', doc: { ...run, sessions: this.#session, session } }], answer: undefined };
    });
    const { head } = await rig.git.facts(this.dir);
    return good(await takeStep(desk, { run: this.caller().run, caller: this.caller(), head })).step;
  }

  /** One thing more: a step's commit, or its close. @returns whether anything was left to do */
  async goOn(): Promise<boolean> {
    const step = await this.inHand();
    if (!step) return false;
    if (step.key === LOOKS) good(await closeStep(this.ground, { caller: this.caller() }, { note: 'seen', output: { n: 1 } }));
    else if (!this.#made) commit(this.dir, { [step.key]: step.key }, step.key);
    else good(await closeStep(this.ground, { caller: this.caller() }, {}));
    this.#made = step.key !== LOOKS && !this.#made;
    await this.note();
    return true;
  }

  log = () => sh(this.dir, 'log', '--reverse', '--format=%s', `${rig.base}..HEAD`).split('\n');
}

test(
  'books cut back to any point of a molecule: each step is done once, in order, and is closed as it was',
  async () => {
    const moves = 2 * STEPS.length - 1;
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(fc.record({ played: fc.nat({ max: moves }), back: fc.nat({ max: 20 }) }), { minLength: 1, maxLength: 2 }),
        async (fresh, cuts) => {
          desk.close();
          dropRig(rig);
          await redis.flushall();
          rig = await makeRig();
          desk = await testDesk(server.path);
          const story = new Story(fresh);
          await story.begin();
          for (const { played, back } of cuts) {
            for (let n = 0; n < played && (await story.goOn()); n++);
            const at = story.instants[Math.max(0, story.instants.length - 1 - back)];
            if (at) await rewind(redis, at);
            expect(await reconcile(story.world)).toEqual([]);
            await story.serve();
          }
          while (await story.goOn());
          expect(story.log()).toEqual(STEPS.filter((key) => key !== LOOKS));
          const steps = await stepsByKey(desk, story.mol);
          const by = expect.stringMatching(new RegExp(`^${story.id}.r1.s`));
          for (const key of STEPS) expect(steps[key]).toMatchObject({ status: 'closed', closed: { outcome: 'done', by } });
          expect(steps[LOOKS]).toMatchObject({ evidence: { note: 'seen' }, output: { n: 1 } });
        },
      ),
      { numRuns: runs(4), endOnFailure: true },
    );
  },
  runs(120_000),
);

test('the last step is closed by the hand-in, also when the books have forgotten both', async () => {
  const story = new Story(false);
  await story.begin();
  while (!((await story.inHand())?.key === 'd')) await story.goOn();
  await story.goOn();
  good(await done(story.ground, story.caller(), { author: 'toast' }));
  await rewind(redis, story.instants[1] as Instant);
  expect(await reconcile(story.world)).toEqual([]);
  expect(await desk.steps.openBeside(story.mol, undefined)).toEqual([]);
  // When the item has landed and is cleared away, they go.
  const kept = await rig.git.refs(rig.repo, stepRefs(story.id));
  expect(kept).toHaveLength(STEPS.length);
  await rig.git.drop(rig.repo, kept);
  expect(await rig.git.refs(rig.repo, 'refs/gt')).toEqual([]);
  expect(await desk.books.read('run', story.caller().run)).toMatchObject({
    submitted: { head: sh(story.dir, 'rev-parse', 'HEAD') },
  });
});

test('a step whose work is on the branch no more is asked for again', async () => {
  const story = new Story(false);
  await story.begin();
  for (let n = 0; n < 3; n++) await story.goOn();
  sh(story.dir, 'reset', '-q', '--hard', rig.base);
  await rewind(redis, story.instants[3] as Instant);
  expect(await reconcile(story.world)).toEqual([]);
  expect((await story.inHand())?.key).toBe('a');
});

test('of a close that the books refuse no proof is left', async () => {
  const story = new Story(false);
  await story.begin();
  const output = { long: 'x'.repeat(2 * 1024 * 1024) };
  commit(story.dir, { a: 'a' }, 'a');
  expect(await closeStep(story.ground, { caller: story.caller() }, { output })).toMatchObject({ refused: 'TEXT_TOO_LONG' });
  expect(await rig.git.refs(rig.repo, stepRefs(story.id))).toEqual([]);
  expect(await reconcile(story.world)).toEqual([]);
  expect((await story.inHand())?.key).toBe('a');
});
