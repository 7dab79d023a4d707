import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from '#world/git/git';
import type { World } from '#world/world';
import { type CheckWorld, runCheck } from './run.ts';
import { readVerdict, type Verdict } from './verdict.ts';

export type SlotsGround = CheckWorld & { readonly git: Git; readonly runtime: string; readonly worker: string };

/**
 * Runs a rig's checks in slots: private clones, one check at a time in each. The commands run in turn until one does not pass. A verdict that a dead
 * worker left on disk is taken as it is: the tree is not tested twice.
 */
export function makeCheck(ground: SlotsGround): World['check'] {
  // Numbers are the town's, not the rig's: ports follow from them.
  const taken = new Set<number>();
  const free = () => {
    for (let number = 1; ; number++) if (!taken.has(number)) return number;
  };
  return async ({ id, rig, commit, commands }, signal) => {
    const number = free();
    let burnt = false; // somebody who could not be killed still sits in the slot: it is not used again
    const key = `${rig.name}/${number}`;
    taken.add(number);
    try {
      const slot = {
        dir: join(ground.runtime, 'slots', key, 'tree'),
        scratch: join(ground.runtime, 'slots', key, 'scratch'),
        number,
      };
      const folder = join(ground.runtime, 'checks', rig.name);
      await mkdir(folder, { recursive: true });
      await mkdir(join(ground.runtime, 'slots', key), { recursive: true });
      let prepared = false;
      let last: { verdict: Verdict; log: string } | undefined;
      for (const [i, command] of commands.entries()) {
        const [logFile, verdictFile] = [join(folder, `${id}.${i + 1}.log`), join(folder, `${id}.${i + 1}.json`)];
        let verdict = await readVerdict(verdictFile);
        if (!verdict) {
          if (!prepared)
            await ground.git.prepareSlot({ repo: rig.repo, slot: slot.dir, commit, keep: rig.settings.merge_queue.clean_keep });
          prepared = true;
          const input = {
            id: `${id}.${i + 1}`,
            slot,
            command: command.run,
            worker: ground.worker,
            timeoutMs: command.timeoutMs,
            logFile,
            verdictFile,
            signal,
          };
          verdict = await runCheck(ground, input);
        }
        if (verdict.left > 0) burnt = true;
        if (verdict.state !== 'passed') return { verdict, failed: command.name, log: logFile };
        last = { verdict, log: logFile };
      }
      if (!last) throw new Error(`check ${id} has no commands`);
      return last;
    } finally {
      if (!burnt) taken.delete(number);
    }
  };
}
