import { asideOf, withAside } from '#cli/aside';
import { command } from '#cli/command';
import { type Town, withDesk } from '#cli/wire';
import { dataFolder } from '#cli/wire-rigs';
import { explain } from '#core/refusals';
import { type Full, full } from '#views/bead-links';
import { isOn } from './globals.ts';
import { named } from './ids.ts';
import { icon, line } from './line.ts';

/** Asks the text for a line each. */
const SHORT = 'short';

/** Shows records whole: each alone, so that one wrong id hides none of the others. */
export const show = command({
  args: [{ name: 'ids', many: true, required: true, help: 'items, steps, molecules, gates' }],
  options: [
    { name: 'short', help: 'one line each' },
    { name: 'long', help: 'with all there is (the default)' },
    { name: 'children', help: 'only what lies in them' },
    { name: 'refs', help: 'only what depends on them' },
  ],
  example: 'bd show gp-mol-4kx.test --json',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const { found, unknown } = await named(town, call.args.ids);
      if (found.length === 0 && unknown[0]) return unknown[0];
      for (const refusal of unknown) call.io.err(`Error: ${explain(refusal).says}\n`);
      if (isOn(call.io.env['BD_DEBUG_ROUTING'])) for (const { doc } of found) call.io.err(`${routeOf(town, doc)}\n`);
      const all = await Promise.all(found.map((bead) => full(town.desk, bead)));
      if (!call.opts.children && !call.opts.refs) return call.opts.short ? withAside(all, SHORT) : all;
      const kind = call.opts.children ? 'parent-child' : 'blocks';
      return Object.fromEntries(all.map(({ id, dependents }) => [id, dependents.filter((one) => one.dependency_type === kind)]));
    }),
  text: (value, { paint, quiet }) => {
    if (!Array.isArray(value))
      return Object.entries(value)
        .map(([id, list]) => [paint.bold(id), ...list.map((one) => `  ${line(one, paint)}`)].join('\n'))
        .join('\n\n');
    const short = asideOf(value) === SHORT;
    return (value as readonly Full[])
      .map((one) => (quiet || short ? line(one, paint) : page(one, paint)))
      .join(short ? '\n' : '\n\n');
  },
});

/** Where an id leads to: its prefix, the rig that has it, and where that one keeps its data. */
function routeOf(town: Town, { id, rig }: { id: string; rig: string }): string {
  return `routing: ${id}: prefix ${id.split('-')[0]}, ${rig === '' ? 'the town' : `rig ${rig}`}, ${dataFolder(town, rig)}`;
}

function page(one: Full, paint: Parameters<typeof line>[1]): string {
  const texts = [
    ['DESCRIPTION', one.description],
    ['DESIGN', one.design],
    ['NOTES', one.notes],
    ['ACCEPTANCE CRITERIA', one.acceptance_criteria],
    ['LABELS', one.labels?.join(', ')],
    ['CLOSED', one.close_reason],
  ] as const;
  const [up, needs] = [one.dependencies.filter(isParent), one.dependencies.filter((dep) => !isParent(dep))];
  const [kids, blocks] = [one.dependents.filter(isParent), one.dependents.filter((dep) => !isParent(dep))];
  const lists = [
    ['PARENT', '↑', up],
    ['DEPENDS ON', '→', needs],
    ['CHILDREN', '↳', kids],
    ['BLOCKS', '←', blocks],
  ] as const;
  return [
    `${icon(one.status)} ${paint.bold(one.id)} · ${one.title}   [● P${one.priority} · ${one.status.toUpperCase()}]`,
    `Type: ${one.issue_type}${one.assignee ? ` · Assignee: ${one.assignee}` : ''}${one.source_formula ? ` · Formula: ${one.source_formula}` : ''}`,
    ...texts.flatMap(([title, text]) => (text ? [`${paint.bold(title)}\n${text.trimEnd()}`] : [])),
    ...lists.flatMap(([title, arrow, list]) =>
      list.length > 0 ? [[paint.bold(title), ...list.map((dep) => `  ${arrow} ${line(dep, paint)}`)].join('\n')] : [],
    ),
  ].join('\n\n');
}

const isParent = ({ dependency_type }: { dependency_type: string }): boolean => dependency_type === 'parent-child';
