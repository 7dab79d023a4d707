import { holdsNow, parseRunCondition, type RunCondition } from '#core/formula/run-condition';
import { type Look, paced } from '#core/gate';
import { asksFor, stepFacts } from '#core/molecule/run-facts';
import type { Gate, Step } from '#core/records';
import type { World } from '#world/world';
import { gateFolder } from './gate-folder.ts';
import { stepsOf, withOutput } from './step-facts.ts';

/**
 * Looks whether a condition holds. A step that closes or fails wakes the gate. Files and variables tell nobody, nor does a step that is taken in hand, nor do
 * the steps of a molecule that was poured without a condition: for these it looks again every 15 to 60 s.
 */
export async function lookAtCondition(gate: Gate, world: World): Promise<Look> {
  const { desk, looks } = world;
  const condition = parseRunCondition(gate.condition ?? '');
  if (!condition) throw new Error(`${gate.id} has no condition`);
  const [kept] = await desk.books.readMany('step', gate.blocks.slice(0, 1));
  const mol = gate.mol ?? kept?.mol;
  const dir = await gateFolder(gate, world);
  const steps = mol === undefined ? [] : await stepsFor(condition, mol, world);
  const holds = holdsNow(condition, {
    ...stepFacts(mol ?? '', steps),
    self: { id: kept?.id ?? '', status: 'pending', output: kept?.output },
    fileExists: (path) => looks.fileExists(dir, path),
    env: looks.env,
  });
  if (holds) return { is: 'met', seen: `${gate.condition} holds` };
  const asks = asksFor(condition);
  const told = !asks.untold && kept?.watched === true && gate.mol !== undefined;
  const seen = `${gate.condition} does not hold`;
  return { is: 'not-yet', seen, ...(told ? {} : { lookAt: paced(gate, 'near', desk.clock.now()) }) };
}

/** The steps that a condition asks for: those it names, where they lie at the top of the molecule; else all. */
async function stepsFor(condition: RunCondition, mol: string, { desk }: World): Promise<Step[]> {
  const { named, all } = asksFor(condition);
  const ids = named.map((ref) => (ref.startsWith(`${mol}.`) ? ref : `${mol}.${ref}`));
  const found = all ? [] : await desk.books.readMany('step', ids);
  const steps = all || found.length < named.length ? await stepsOf(mol, desk) : found;
  return Promise.all(steps.map((step) => withOutput(step, desk)));
}
