import { type Change, unchanged } from '#core/change';
import { type Around, deniedQuestion, gateQuestion } from '#core/gate-changes';
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
  const steps = (await Promise.all(gate.blocks.map((id) => reading.get('step', id)))).filter((step) => step !== undefined);
  const ids = [gateQuestion(gate.id), ...steps.map(({ id }) => deniedQuestion(id))];
  const [mol, ...questions] = await Promise.all([
    gate.mol === undefined ? undefined : reading.get('molecule', gate.mol),
    ...ids.map((id) => reading.get('escalation', id)),
  ]);
  return { mol, steps, questions: new Map(questions.filter((one) => one !== undefined).map((one) => [one.id, one])) };
}
