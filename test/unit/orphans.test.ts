import { expect, test } from 'vitest';
import { endOrphan } from '#processors/orphans';
import { silent } from '#world/log';
import type { SessionInfo } from '#world/pty/host';
import type { World } from '#world/world';

test('an orphan is ended, kept and forgotten, whatever is wrong with the files of another rig', async () => {
  const done: string[] = [];
  const note = (what: string) => async () => void done.push(what);
  const world = {
    desk: { log: silent },
    rigs: () => ['bad', 'good'],
    rig: (name: string) => {
      if (name === 'bad') throw new Error('its settings cannot be read');
      return { repo: 'good.git', layout: { polecatsFolder: '/town/good/polecats' } };
    },
    host: () => ({ kill: note('killed'), forget: note('forgotten') }),
    git: { snapshot: note('kept') },
  } as unknown as World;
  const session = { id: 'go-1.r1.s1', cwd: '/town/good/polecats/nux/rig', pid: 7 } as SessionInfo;
  await endOrphan(session, world);
  expect(done).toEqual(['killed', 'kept', 'forgotten']);
});
