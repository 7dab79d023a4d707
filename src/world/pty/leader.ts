/** The end of a leader that is not our child: an earlier host forked it and has handed its terminal over. */
import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { dirname } from 'node:path';
import { isAlive } from '#world/processes/scan';

/** How often it is looked for when nothing told of it, ms: a leader that was killed writes no code. */
const POLL_MS = 1_000;
/** How often once the code is there, which the leader writes last of all, and for how long, ms. */
const CLOSE_MS = 5;
const CLOSE_LOOKS = 400;

/** Whose end is waited for, and where its shell writes the exit code. */
export type Leader = { readonly pid: number; readonly born: string; readonly codeFile: string };

/** Calls back once, in a later turn, when the leader has ended. Told by the appearance of its code, else found by looking. */
export function onLeaderEnd({ pid, born, codeFile }: Leader, run: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  let soon = 0;
  const look = () => {
    clearTimeout(timer);
    if (!isAlive(pid, born)) {
      watcher?.close();
      run();
      return;
    }
    timer = setTimeout(look, soon > 0 ? CLOSE_MS : POLL_MS);
    if (soon > 0) soon--;
  };
  try {
    watcher = watch(dirname(codeFile), () => {
      soon = CLOSE_LOOKS;
      look();
    });
    watcher.on('error', () => watcher?.close()); // looking goes on
  } catch {} // no more watches, say
  timer = setTimeout(look, 0);
}
