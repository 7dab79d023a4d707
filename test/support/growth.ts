import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Proto } from '#core/formula/proto';
import type { Step } from '#core/records';
import { explain, isRefusal } from '#core/refusals';
import { systemClock } from '#world/clock';
import { makeCommands } from '#world/commands/commands';
import { townLayout } from '#world/config/layout';
import { type CookWish, cookWith } from '#world/formulas/cook-with';
import { formulaFiles } from '#world/formulas/formula-files';
import { makeLooks } from '#world/gates/looks';
import { makeNews } from '#world/news';
import { killTree } from '#world/processes/kill';
import { tail } from '#world/store/tail';
import type { World } from '#world/world';
import { moleculeTown } from './molecules.ts';
import type { Town, Wish } from './sleepers.ts';

/** A town of molecules whose commands run, in a folder of its own. */
export type GrowthTown = Town & {
  readonly id: string;
  /** The town's root: where commands run that hang under no work item. */
  readonly root: string;
  readonly cook: (wish: CookWish) => ReturnType<typeof cookWith>;
  /** The lines of a file in it; none when it is not there. */
  readonly lines: (file: string) => string[];
  /** The step of a molecule by its id in the formula. */
  readonly step: (mol: string, key: string) => Promise<Step>;
  readonly steps: (mol: string) => Promise<Step[]>;
};

let towns = 0;

/** A formula of the town, cooked and filled. @throws when it cannot be */
export function cooked(at: GrowthTown, name: string, vars: Readonly<Record<string, string>> = {}): Proto {
  const made = at.cook({ name, vars, target: 'main' });
  if (isRefusal(made)) throw new Error(explain(made).says);
  return made.plan;
}

type Given = {
  /** Commands at once. */
  readonly limit?: number;
  /** Formula files of the town, by name, as TOML. */
  readonly formulas?: Readonly<Record<string, string>>;
  readonly more?: Partial<World>;
  readonly wish?: Wish;
};

/** A town with these formulas, its worker not begun yet. */
export async function growthTown(
  path: string,
  { limit = 2, formulas = {}, more = {}, wish = {} }: Given = {},
): Promise<GrowthTown> {
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
  mkdirSync(town.layout.formulas, { recursive: true });
  for (const [name, text] of Object.entries(formulas)) writeFileSync(join(town.layout.formulas, `${name}.formula.toml`), text);
  const files = formulaFiles(town.layout);
  const cook = (wish: CookWish) => cookWith(files, wish);
  const looks = makeLooks({ env: process.env, worker: `${id}.1` });
  const news = makeNews(systemClock);
  const world = {
    commands,
    news,
    town,
    looks,
    cook: (_rig: string, wish: CookWish) => cook(wish),
    agents: { identity: async () => ({}) },
    ...more,
  } as unknown as Partial<World>;
  at = await moleculeTown(path, world, wish);
  mkdirSync(join(root, '.runtime'), { recursive: true });
  const op = at.op;
  const deaf = new AbortController();
  void tail(at.redis.duplicate(), op.books.keys, ({ subject }) => news.tell(subject), deaf.signal);
  // Open ones first: what closes in between is read as closed, not missed.
  const steps = async (mol: string) => {
    const open = await op.books.index(`steps.open:${mol}`);
    const closed = await op.books.index(`steps.closed:${mol}`);
    return op.books.readMany('step', [...new Set([...closed, ...open])]);
  };
  const { end } = at;
  const made: GrowthTown = {
    ...at,
    id,
    root,
    cook,
    lines: (file) => linesOf(join(root, file)),
    steps,
    step: async (mol, key) => {
      const found = (await steps(mol)).find((one) => one.key === key);
      if (!found) throw new Error(`no step ${key} of ${mol}`);
      return found;
    },
    end: async () => {
      deaf.abort();
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
