import { resolve, sep } from 'node:path';
import type { Run } from '#core/records';
import { isRefusal } from '#core/refusals';
import { callerOf } from './caller.ts';
import type { Io } from './command.ts';
import type { OpenTown } from './wire.ts';

type Books = OpenTown['desk']['books'];

/** The live run in whose worktree a call is made. */
export async function runAround(books: Books, { cwd }: Pick<Io, 'cwd'>): Promise<Run | undefined> {
  const runs = await books.readMany('run', await books.index('runs.live'));
  const here = resolve(cwd);
  return runs.find(({ dir }) => here === dir || here.startsWith(`${dir}${sep}`));
}

/**
 * The holder of the agent that calls, where only a person may: by its token, which may be one that nobody can read (an empty id); without a token by the
 * worktree, for an agent that has lost its own, or dropped it, is not taken for a person. People say such things from elsewhere.
 */
export async function agentAround(books: Books, io: Pick<Io, 'cwd' | 'env'>): Promise<string | undefined> {
  if (!io.env['GT_SESSION']) return (await runAround(books, io))?.id;
  const caller = callerOf(io);
  return isRefusal(caller) ? '' : caller.run;
}
