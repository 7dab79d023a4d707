import type { Proto, ProtoStep } from './proto.ts';

/**
 * The steps of another round of a loop with `until`: those of its first round, named for round `number`. The step that decides on rounds needs their
 * sinks, which come with them.
 */
export function nextRound(proto: Proto, loop: ProtoStep, number: number): { steps: ProtoStep[]; sinks: string[] } {
  const first = loop.repeat?.round;
  if (first === undefined) return { steps: [], sinks: [] };
  const next = first.replace(/iter1\.$/, `iter${number}.`);
  const body = proto.steps.filter(({ step }) => step.startsWith(first));
  const inside = new Set(body.map(({ id }) => id));
  // A whole id has the round in it for each container on its way that lies in the loop, and in the name of a gate.
  const rename = (id: string) =>
    inside.has(id) ? id.replaceAll(`.${first}`, `.${next}`).replaceAll(`.gate-${first}`, `.gate-${next}`) : id;
  const steps = body.map((step) => ({
    ...step,
    id: rename(step.id),
    parent: rename(step.parent),
    step: next + step.step.slice(first.length),
    // What lies before the loop has ended long ago.
    needs: step.needs.filter((need) => inside.has(need)).map(rename),
    ...(step.waits ? { waits: { ...step.waits, spawner: rename(step.waits.spawner) } } : {}),
    ...(step.repeat ? { repeat: { ...step.repeat, round: next + step.repeat.round.slice(first.length) } } : {}),
  }));
  return { steps, sinks: loop.needs.filter((need) => inside.has(need)).map(rename) };
}
