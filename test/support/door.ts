/** A host's door in the process of the test. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDialogs } from '#world/pty/dialog/open';
import { Exits } from '#world/pty/exits';
import { Fence } from '#world/pty/fence';
import { openNudges } from '#world/pty/nudge/open';
import { Sessions } from '#world/pty/sessions';
import { now } from './repo.ts';

/** What a door in this new folder opens to, with the token `t`. */
export function behindDoor(dir: string) {
  mkdirSync(dir, { mode: 0o700 });
  const warn = () => undefined;
  const sessions = new Sessions({ exits: new Exits(join(dir, 'sessions')), now, warn });
  const nudges = openNudges(sessions, { dir: join(dir, 'nudges'), now, warn });
  const dialogs = openDialogs(sessions, { now, warn });
  const fence = new Fence(join(dir, 'epoch'));
  return { path: join(dir, 'host'), token: 't', build: 'test', sessions, nudges, dialogs, fence, now };
}
