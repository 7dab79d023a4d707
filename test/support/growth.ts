import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Step } from '#core/records';
import { systemClock } from '#world/clock';
import { makeCommands } from '#world/commands/commands';
import { townLayout } from '#world/config/layout';
import { killTree } from '#world/processes/kill';
import type { World } from '#world/world';
import { moleculeTown } from './molecules.ts';
import type { Town, Wish } from './sleepers.ts';

/** A town of molecules whose commands run, in a folder of its own. */
export type GrowthTown = Town & {
  readonly id: string;
  /** The town's root: where commands run that hang under no work item. */
  readonly root: string;
  /** The lines of a file in it; none when it is not there. */
  readonly lines: (file: string) => string[];
  /** The step of a molecule by its id in the formula. */
  readonly step: (mol: string, key: string) => Promise<Step>;
  readonly steps: (mol: string) => Promise<Step[]>;
};

let towns = 0;

/** @param limit commands at once */
export async function growthTown(
  path: string,
  { limit = 2, more = {}, wish = {} }: { limit?: number; more?: Partial<World>; wish?: Wish } = {},
) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'gt-growth-')));
  const id = `growth${process.pid}x${++towns}`;
  let at: Town | undefined;
  const commands = makeCommands({
    clock: systemClock,
    killTree: (input) => killTree(input),
    env: process.env,
    bin: join(root, 'gt'),
    townId: id,
    worker: `${id}.1`,
    folder: join(root, '.runtime', 'commands'),
    wake: (members) => void at?.op.wake(members),
    limit,
  });
  const town = { id, layout: townLayout(root) };
  const world = { commands, town, agents: { identity: async () => ({}) }, ...more } as unknown as Partial<World>;
  at = await moleculeTown(path, world, wish);
  mkdirSync(join(root, '.runtime'), { recursive: true });
  const op = at.op;
  const steps = async (mol: string) =>
    op.books.readMany('step', [...(await op.books.index(`steps.closed:${mol}`)), ...(await op.books.index(`steps.open:${mol}`))]);
  const { end } = at;
  const made: GrowthTown = {
    ...at,
    id,
    root,
    lines: (file) => linesOf(join(root, file)),
    steps,
    step: async (mol, key) => {
      const found = (await steps(mol)).find((one) => one.key === key);
      if (!found) throw new Error(`no step ${key} of ${mol}`);
      return found;
    },
    end: async () => {
      await end();
      rmSync(root, { recursive: true, force: true });
    },
  };
  return made;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
