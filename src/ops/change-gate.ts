import { type Change, unchanged } from '#core/change';
import { type Around, gateQuestion } from '#core/gate-changes';
import { kindOf } from '#core/gate-kinds';
import { failureQuestion } from '#core/molecule/failure';
import type { Gate } from '#core/records';
import type { Refusal } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Reading } from '#world/store/books';

/** Decides on a gate as it is now; undefined: nothing to do. */
export type GateDecision = (
  gate: Gate,
  around: Around,
  now: number,
  reading: Reading,
) => Change<Gate> | Refusal | undefined | Promise<Change<Gate> | Refusal | undefined>;

/** One change of one gate, with all that it may concern read in it. @returns the gate after it, undefined when there is none */
export async function changeGate(desk: Desk, id: string, decide: GateDecision): Promise<Gate | undefined | Refusal> {
  return desk.change<Gate | undefined>(async (reading) => {
    const gate = await reading.get('gate', id);
    if (!gate) return unchanged(undefined);
    const around = await readAround(reading, gate);
    return (await decide(gate, around, desk.clock.now(), reading)) ?? unchanged(gate);
  });
}

/** What a gate's change may concern. */
async function readAround(reading: Reading, gate: Gate): Promise<Around> {
  const all = async <T>(list: ReadonlyArray<Promise<T | undefined>>) =>
    (await Promise.all(list)).filter((one) => one !== undefined);
  const steps = await all(gate.blocks.map((id) => reading.get('step', id)));
  const ids = [gateQuestion(gate.id), ...steps.map(({ id }) => failureQuestion(id))];
  const scopes = steps.flatMap(({ scope }) => (scope && scope.role !== 'body' ? [scope.of] : []));
  const bodies = await all(scopes.map((id) => reading.get('step', id)));
  const [mol, questions, fellows] = await Promise.all([
    // Only where somebody watches: its record changes with each step that an agent takes, and every change read is one more to clash with.
    gate.mol !== undefined && (kindOf(gate) === 'condition' || steps.some(({ watched }) => watched))
      ? reading.get('molecule', gate.mol)
      : undefined,
    all(ids.map((id) => reading.get('escalation', id))),
    all(bodies.flatMap(({ scope }) => scope?.members ?? []).map((id) => reading.get('step', id))),
  ]);
  return { mol, steps, questions: new Map(questions.map((one) => [one.id, one])), fellows };
}
