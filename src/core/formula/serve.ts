import { meant, place } from './faults.ts';
import { STEP_TYPES, type Step } from './grammar.ts';
import { execOf } from './grammar-exec.ts';
import { cycles } from './graph.ts';
import { type Kitchen, MAX_STEPS } from './kitchen.ts';
import type { ProtoStep } from './proto.ts';
import { isOfRound } from './rounds.ts';
import { titleOf } from './step.ts';
import { flat } from './tree.ts';

/** The trees of steps as the one list of a protomolecule, and what must hold in the end. */
export function served(steps: readonly Step[], root: string, kitchen: Kitchen): ProtoStep[] {
  const ids = wholeIds(steps, root);
  const list: ProtoStep[] = [];
  const walk = (level: readonly Step[], parent: string): void => {
    for (const step of level) {
      const made = protoStep(step, parent, ids, kitchen);
      const gate = step.gate && gateOf(made, step.gate);
      list.push(...(gate ? [gate] : []), gate ? { ...made, needs: [...made.needs, gate.id] } : made);
      walk(step.children, made.id);
    }
  };
  judgeIds(steps, kitchen);
  walk(steps, root);
  judge(list, steps, kitchen);
  return list;
}

function wholeIds(steps: readonly Step[], parent: string): Map<string, string> {
  const ids = new Map<string, string>();
  const walk = (level: readonly Step[], above: string): void => {
    for (const { id, children } of level) {
      ids.set(id, `${above}.${id}`);
      walk(children, `${above}.${id}`);
    }
  };
  walk(steps, parent);
  return ids;
}

function protoStep(step: Step, parent: string, ids: ReadonlyMap<string, string>, kitchen: Kitchen): ProtoStep {
  const { origin, waits, repeat, type } = step;
  const known = STEP_TYPES.find((one) => one === type);
  const whole = (id: string) => ids.get(id) ?? id;
  // Whoever holds the step waits no more for it than it waits for itself.
  const above = (need: string) => parent === whole(need) || parent.startsWith(`${whole(need)}.`);
  const exec = execOf(step);
  const conditions = [...(step.also ?? []), ...(step.condition === undefined ? [] : [step.condition])];
  return {
    id: whole(step.id),
    step: step.id,
    parent,
    kind: repeat ? 'round' : 'step',
    title: titleOf(step),
    description: step.description,
    notes: step.notes,
    acceptance: step.acceptance,
    type: step.children.length > 0 ? 'epic' : (known ?? 'task'),
    ...(known ? {} : { wrote: type }),
    priority: step.priority,
    labels: [...step.labels, ...(step.waits_for === undefined ? [] : [`gate:${step.waits_for}`])],
    metadata: step.metadata,
    assignee: step.assignee,
    needs: step.needs.filter((need) => !above(need)).map(whole),
    ...(waits ? { waits: { ...waits, spawner: whole(waits.spawner) } } : {}),
    conditions: [...new Set(conditions.filter((one) => one.trim() !== ''))],
    ...(repeat ? { repeat } : {}),
    ...(step.on_complete ? { on_complete: step.on_complete } : {}),
    ...(step.retry ? { retry: step.retry } : {}),
    ...(step.ralph ? { ralph: step.ralph } : {}),
    ...(exec ? { exec } : {}),
    ...(step.leg ? { leg: step.leg } : {}),
    parallel: step.parallel,
    interactive: step.interactive,
    ...(step.extra ? { extra: step.extra } : {}),
    origin: {
      formula: origin.formula,
      file: origin.file,
      line: kitchen.report.line(origin.file, origin.at),
      at: place(origin.at),
      by: origin.by,
    },
  };
}

/** The record of a gate: a sibling that its step needs. `await_id` goes before `id`. */
function gateOf(step: ProtoStep, { await_id, ...gate }: NonNullable<Step['gate']>): ProtoStep {
  const {
    waits: _waits,
    repeat: _repeat,
    on_complete: _after,
    retry: _retry,
    ralph: _ralph,
    extra: _extra,
    leg: _leg,
    exec: _exec,
    ...plain
  } = step;
  const id = await_id ?? gate.id;
  return {
    ...plain,
    id: `${step.parent}.gate-${step.step}`,
    kind: 'gate',
    title: `Gate: ${gate.type}${id === '' ? '' : ` ${id}`}`,
    description: '',
    notes: '',
    acceptance: '',
    type: 'gate',
    labels: [],
    metadata: {},
    assignee: '',
    needs: [],
    gate: { ...gate, id },
    parallel: false,
    interactive: false,
  };
}

/** Ids as they have come out of templates and loops: well formed, and each there once. */
function judgeIds(steps: readonly Step[], { report }: Kitchen): void {
  const seen = new Map<string, Step>();
  for (const step of flat(steps)) {
    const { id, origin } = step;
    const at = [...origin.at, 'id'];
    if (!/^[A-Za-z0-9._-]+$/.test(id))
      report.fault(origin.file, at, `\`${id}\` is no id`, 'an id is made of letters, digits, `.`, `_` and `-`');
    const first = seen.get(id)?.origin;
    if (first) report.fault(origin.file, at, `id \`${id}\` comes out twice`, `the other is ${place(first.at)} of ${first.file}`);
    seen.set(id, step);
  }
}

function judge(list: readonly ProtoStep[], steps: readonly Step[], { report, file }: Kitchen): void {
  const count = list.filter(({ kind }) => kind !== 'gate').length;
  if (count > MAX_STEPS) report.fault(file, [], `it makes ${count} steps`, `the limit is ${MAX_STEPS}`);
  const ids = new Set(list.map(({ id }) => id));
  if (ids.size < list.length && new Set(flat(steps).map(({ id }) => id)).size === flat(steps).length) {
    const twice = list.find(({ id }, index) => list.findIndex((one) => one.id === id) < index);
    report.fault(file, [], `two steps come out as \`${twice?.id}\``, 'rename one of them');
  }
  const names = list.filter(({ kind }) => kind !== 'gate').map(({ step }) => step);
  const bare = new Set(names);
  for (const step of flat(steps))
    for (const need of step.needs)
      if (!bare.has(need))
        report.fault(step.origin.file, [...step.origin.at, 'needs'], `there is no step \`${need}\``, meant(need, names));
  for (const { repeat } of list) {
    const lacking = repeat ? list.filter((one) => isOfRound(one, repeat.round) && !one.step.includes(repeat.round)) : [];
    for (const { step, origin } of lacking)
      report.fault(
        origin.file,
        [],
        `\`${step}\` would come out twice in a second round`,
        'put `{target}` or `{step.id}` into its id',
      );
  }
  for (const path of cycles(list)) {
    const first = list.find(({ id }) => id === path[0]);
    const at = flat(steps).find(({ id }) => id === first?.step)?.origin;
    const told = path.map((id) => list.find((one) => one.id === id)?.step ?? id).join(' → ');
    if (at) report.fault(at.file, [...at.at, 'needs'], `\`${first?.step}\` waits for itself: ${told}`);
  }
}
