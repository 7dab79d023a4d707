import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Member } from '#core/ids';
import { systemClock } from '#world/clock';
import { makeCommands } from '#world/commands/commands';
import { townLayout } from '#world/config/layout';
import { type CookWish, cookWith } from '#world/formulas/cook-with';
import { formulaFiles } from '#world/formulas/formula-files';
import { makeLooks } from '#world/gates/looks';
import { makeNews } from '#world/news';
import { killTree } from '#world/processes/kill';
import type { World } from '#world/world';

type Ground = {
  /** An existing folder, which becomes the town's root. */
  readonly root: string;
  readonly id: string;
  readonly epoch: number;
  readonly limit: number;
  readonly mark: (members: readonly Member[]) => void;
};

/** What molecules need of the world when nobody works on a repository: commands, formulas, files. */
export function growthWorld({ root, id, epoch, limit, mark }: Ground) {
  const layout = townLayout(root);
  const worker = `${id}.${epoch}`;
  mkdirSync(layout.formulas, { recursive: true });
  const files = formulaFiles(layout);
  return {
    epoch,
    town: { id, layout },
    news: makeNews(systemClock),
    looks: makeLooks({ env: process.env, worker }),
    cook: (_rig: string, wish: CookWish) => cookWith(files, wish),
    agents: { identity: async () => ({}) } as unknown as World['agents'],
    commands: makeCommands({
      clock: systemClock,
      killTree: (input) => killTree(input),
      env: process.env,
      bin: join(root, 'gt'),
      townId: id,
      worker,
      folder: join(layout.runtime, 'commands'),
      mark,
      limit,
    }),
  } satisfies Partial<World>;
}
