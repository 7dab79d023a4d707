import { BURIED, GONE, jobMember } from '#core/derive';
import type { Member } from '#core/ids';
import { ENDED_KEPT_MS, LOGS_KEPT_MS, PAGE } from '#core/limits';
import type { Molecule } from '#core/records';
import { isRefusal } from '#core/refusals';
import { burn } from '#ops/burn';
import { squash } from '#ops/squash';
import type { World } from '#world/world';

/** What has ended goes by and by (core/molecule/retention.ts says when): jobs from the board, then steps, a wisp altogether. Indexes by time, in pages. */
export async function retireMolecules(world: World): Promise<void> {
  const { desk, queues } = world;
  const now = desk.clock.now();
  const buried = (await desk.books.index(BURIED, 0, PAGE - 1)) as Member[];
  if (buried.length > 0) {
    const gone = await queues.removeTrees(buried);
    await desk.change(() => ({ put: [], unbury: gone, answer: undefined }));
  }
  // Their jobs and the logs of their commands went before.
  const forget = await desk.books.indexUntil(GONE, now - LOGS_KEPT_MS - ENDED_KEPT_MS, PAGE);
  if (forget.length > 0) await desk.change(() => ({ put: [], forget, answer: undefined }));
  for (const mol of await some(await desk.books.indexUntil('molecules.ended', now - ENDED_KEPT_MS, PAGE), world))
    await offTheBoard(mol, world);
  for (const mol of await some(await desk.books.indexUntil('molecules.due', now, PAGE), world)) {
    await offTheBoard(mol, world);
    const went = mol.phase === 'vapor' ? await burn(desk, mol.id) : await squash(desk, { id: mol.id });
    if (isRefusal(went)) desk.log.warn('a molecule is not retired', { id: mol.id, why: went.refused });
  }
}

/** The molecules of a work item go with the item: the digests stay. */
export async function retireAttached(work: string, world: World): Promise<void> {
  for (const mol of await some(await world.desk.books.index(`molecules.of:${work}`), world)) {
    if (mol.state !== 'closed' || mol['jobsRemoved']) continue;
    const went = await squash(world.desk, { id: mol.id });
    if (isRefusal(went)) world.desk.log.warn('a molecule is not retired', { id: mol.id, why: went.refused });
    await offTheBoard(mol, world);
  }
}

const some = (ids: readonly string[], { desk }: World): Promise<Molecule[]> => desk.books.readMany('molecule', ids);

async function offTheBoard(mol: Molecule, { desk, queues }: World): Promise<void> {
  if (mol['jobsRemoved']) return;
  const gone = await queues.removeTrees([jobMember.molecule(mol) as Member]);
  if (gone.length === 0) return;
  await desk.change(async (reading) => {
    const now = await reading.get('molecule', mol.id);
    return { put: now ? [{ noun: 'molecule', doc: { ...now, jobsRemoved: true } }] : [], answer: undefined };
  });
}
