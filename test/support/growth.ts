import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Proto } from '#core/formula/proto';
import type { Member } from '#core/ids';
import type { Step } from '#core/records';
import { explain, isRefusal } from '#core/refusals';
import type { CookWish, cookWith } from '#world/formulas/cook-with';
import { killTree } from '#world/processes/kill';
import { tail } from '#world/store/tail';
import type { World } from '#world/world';
import { growthWorld } from '../../src/trials/growth-world.ts';
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
  const mark = (marks: readonly Member[]) => void at?.op.change(() => ({ put: [], marks, answer: undefined }));
  const ground = growthWorld({ root, id, epoch: 1, limit, mark });
  const { town, news } = ground;
  for (const [name, text] of Object.entries(formulas)) writeFileSync(join(town.layout.formulas, `${name}.formula.toml`), text);
  const cook = (wish: CookWish) => ground.cook('', wish);
  at = await moleculeTown(path, { ...ground, ...more }, wish);
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
      // What a worker that was killed, or had no time left, has begun would go on writing there.
      await killTree({ tokens: [{ prefix: `GT_WORKER=${id}.` }], graceMs: 0 });
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
