import { isFinal } from '#core/derive';
import { gateQuestion } from '#core/gate-changes';
import { failureQuestion } from '#core/molecule/failure';
import type { Above, Tree } from '#core/molecule/tree';
import type { Gate, Step } from '#core/records';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';

/**
 * A molecule with its steps, gates and nested molecules, as one change reads them. Whoever adds a step writes its molecule too, so none can come in between
 * unseen: the molecule is read first.
 */
export async function treeOf(desk: Desk, reading: Reading, id: string): Promise<Tree | undefined> {
  const mol = await reading.get('molecule', id);
  if (!mol) return undefined;
  const [open, closed, gateIds, below] = await Promise.all(
    [`steps.open:${id}`, `steps.closed:${id}`, `gates:${id}`, `molecules.below:${id}`].map((index) => desk.books.index(index)),
  );
  const [steps, gates] = await Promise.all([
    Promise.all([...(open ?? []), ...(closed ?? [])].map((one) => reading.get('step', one))),
    Promise.all((gateIds ?? []).map((one) => reading.get('gate', one))),
  ]);
  const there = steps.filter(isThere);
  const nested: Tree[] = [];
  for (const one of new Set([...there.flatMap(({ molecules = [] }) => molecules), ...(below ?? [])])) {
    const tree = await treeOf(desk, reading, one);
    if (tree) nested.push(tree);
  }
  const waits = gates.filter(isThere);
  return { mol, steps: there, gates: waits, questions: await questionsOf(reading, there, waits), nested };
}

const isThere = <T>(one: T | undefined): one is T => one !== undefined;

/** What people are asked about steps that failed and gates that wait. */
export async function questionsOf(reading: Reading, steps: readonly Step[], gates: readonly Gate[] = []) {
  const ids = [
    ...steps.filter(({ status }) => status === 'failed').map(({ id }) => failureQuestion(id)),
    ...gates.filter((gate) => !isFinal.gate(gate)).map(({ id }) => gateQuestion(id)),
  ];
  return (await Promise.all(ids.map((id) => reading.get('escalation', id)))).filter(isThere);
}

/** What a tree's molecule hangs under, as the same change reads it. */
export async function aboveTree(desk: Desk, reading: Reading, { mol }: Tree): Promise<Above> {
  const top = mol.step === undefined && mol.under === undefined ? undefined : await desk.steps.root(mol.id);
  return {
    work: mol.work ? await reading.get('work', mol.work) : undefined,
    root: top && (await reading.get('molecule', top.id)),
  };
}

/** The same outside of a change: to look, not to decide. */
export const treeNow = (desk: Desk, id: string): Promise<Tree | undefined> =>
  treeOf(desk, { get: (noun, one) => desk.books.read(noun, one) }, id);
