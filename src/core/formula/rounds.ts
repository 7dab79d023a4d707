import type { Proto, ProtoStep } from './proto.ts';

/**
 * The steps of another round of a loop with `until`: those of its first round, named for round `number`. The step that decides on rounds needs their
 * sinks, which come with them.
 */
export function nextRound(proto: Proto, loop: ProtoStep, number: number): { steps: ProtoStep[]; sinks: string[] } {
  const first = loop.repeat?.round;
  if (first === undefined) return { steps: [], sinks: [] };
  const next = first.replace(/iter1\.$/, `iter${number}.`);
  const body = proto.steps.filter((step) => isOfRound(step, first));
  const inside = new Set(body.map(({ id }) => id));
  // An id has the round in it once for each container on its way, and anywhere where an advice has put it.
  const rename = (id: string) => (inside.has(id) ? id.replaceAll(first, next) : id);
  const steps = body.map((step) => ({
    ...step,
    id: rename(step.id),
    parent: rename(step.parent),
    step: step.step.replaceAll(first, next),
    // What lies before the loop has ended long ago.
    needs: step.needs.filter((need) => inside.has(need)).map(rename),
    ...(step.waits ? { waits: { ...step.waits, spawner: rename(step.waits.spawner) } } : {}),
    ...(step.repeat ? { repeat: { ...step.repeat, round: step.repeat.round.replaceAll(first, next) } } : {}),
  }));
  return { steps, sinks: loop.needs.filter((need) => inside.has(need)).map(rename) };
}

/** Whether a step is there because of that round: as a part of the body, or as what was put in its place or around it. */
export function isOfRound({ origin }: ProtoStep, round: string): boolean {
  return origin.by.some(({ how, name }) => how === 'loop' && `${name}.` === round);
}
