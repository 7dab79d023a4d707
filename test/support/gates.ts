import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProtoStep } from '#core/formula/proto';
import { closeStep } from '#core/molecule/life';
import type { Gate, Step } from '#core/records';
import { makeLooks } from '#world/gates/looks';
import type { World } from '#world/world';
import type { Sleepers } from '../../src/daemon/sleepers.ts';
import { freshOnRedis } from './fresh.ts';
import { moleculeTown, planStep } from './molecules.ts';
import { good } from './shop.ts';
import type { Town } from './sleepers.ts';
import { until } from './until.ts';

/** A step of a plan with a gate before it, as a formula cooks them. */
export function gated(
  id: string,
  gate: ProtoStep['gate'],
  needs: readonly string[] = [],
  more: Partial<ProtoStep> = {},
): ProtoStep[] {
  const kept = planStep(id, [...needs, `gate-${id}`], more);
  const before = planStep(id, [], {
    id: `f.gate-${id}`,
    kind: 'gate',
    type: 'gate',
    title: `Gate: ${gate?.type}`,
    ...(gate ? { gate } : {}),
  });
  return [before, kept];
}

/** The gate, once it is so. */
export const gateBecomes = (at: Town, id: string, what: string, is: (gate: Gate) => boolean): Promise<Gate> =>
  until(`${id} ${what}`, async () => {
    const doc = await at.op.books.read('gate', id);
    return doc && is(doc) ? doc : undefined;
  });

/** The step, once it is so. */
export const stepBecomes = (at: Town, id: string, what: string, is: (step: Step) => boolean): Promise<Step> =>
  until(`${id} ${what}`, async () => {
    const doc = await at.op.books.read('step', id);
    return doc && is(doc) ? doc : undefined;
  });

/** Of a step of a plan: an agent works it, so that it ends only when somebody closes it. */
export const byHand = { exec: { executor: 'agent' as const } };

/** Closes a step, as its agent does. */
export const finishStep = async (at: Town, id: string, outcome: 'done' | 'skipped' = 'done'): Promise<Step> =>
  good(
    await at.op.change(async (reading) => {
      const doc = await reading.get('step', id);
      if (!doc) throw new Error(`no ${id}`);
      return closeStep(doc, await reading.get('molecule', doc.mol), { outcome, reason: 'by hand' }, at.op.clock.now());
    }),
  );

/** A folder with a stand-in for `gh`, which answers what the test says and writes down what it was asked; and the world of gates that finds it on PATH. */
export function standInGh(): {
  readonly dir: string;
  readonly world: Partial<World>;
  readonly says: (answer: unknown, code?: number, err?: string) => void;
  readonly asked: () => string[];
  readonly absent: () => void;
  readonly end: () => void;
} {
  const dir = mkdtempSync(join(tmpdir(), 'gt-gh-'));
  const gh = join(dir, 'gh');
  const log = join(dir, 'asked');
  const says = (answer: unknown, code = 0, err = '') => {
    writeFileSync(join(dir, 'answer'), JSON.stringify(answer));
    writeFileSync(join(dir, 'err'), err);
    writeFileSync(log, '', { flag: 'a' });
    writeFileSync(gh, `#!/bin/sh\necho "$*" >> '${log}'\n/bin/cat '${dir}/answer'\n/bin/cat '${dir}/err' >&2\nexit ${code}\n`);
    chmodSync(gh, 0o755);
  };
  const town = { id: 't', layout: { root: dir } } as World['town'];
  return {
    dir,
    // Nothing else is on PATH: the machine's own `gh` must never be asked.
    world: { town, looks: makeLooks({ env: { PATH: dir, GO: 'no' }, worker: 't.1' }) },
    says,
    asked: () =>
      readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .filter((line) => line !== ''),
    absent: () => rmSync(gh, { force: true }),
    end: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** A town whose gates of GitHub are answered by a stand-in, and its worker. */
type GatesTown = { readonly gh: ReturnType<typeof standInGh>; readonly at: Town; readonly worker: Sleepers };

async function gatesTown(path: string): Promise<GatesTown> {
  const gh = standInGh();
  const at = await moleculeTown(path, gh.world);
  return { gh, at, worker: await at.begin() };
}

async function endTown({ gh, at, worker }: GatesTown): Promise<void> {
  await worker.stop(2000);
  await at.end();
  gh.end();
}

/** For each test such a town, on a Redis of the file. */
export const gatesEachTest = (take: (one: GatesTown) => void) => freshOnRedis({ open: gatesTown, end: endTown }, take);
