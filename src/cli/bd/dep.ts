import { command, type Group } from '#cli/command';
import { withDesk } from '#cli/wire';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { addNeeds } from '#ops/add-needs';
import { edgesOf, full } from '#views/bead-links';
import { named } from './ids.ts';
import { line } from './line.ts';

const TYPE = { name: 'type', short: 't', value: 'kind', help: 'of this kind (default blocks)' } as const;

type Added = { readonly status: 'added'; readonly type: 'blocks' } & (
  | { readonly issue_id: string; readonly depends_on_id: string }
  | { readonly blocker_id: string; readonly blocked_id: string }
);

/** Lets an item wait for others. */
const add = command({
  args: [
    { name: 'id', required: true, help: 'the item that is to wait' },
    { name: 'on', help: 'what it waits for' },
  ],
  options: [
    TYPE,
    { name: 'blocked-by', value: 'id', help: 'the same as the second word' },
    { name: 'depends-on', value: 'id', help: 'the same' },
    { name: 'blocks', value: 'id', help: 'the other way round: that one waits for this one' },
    { name: 'no-cycle-check', help: 'no difference here: a circle is always refused' },
  ],
  example: 'bd dep add gp-9ab gp-4kx',
  run: ({ args, opts, global, io }) => {
    const on = args.on ?? opts['blocked-by'] ?? opts['depends-on'];
    const [waits, need] = opts.blocks === undefined ? [args.id, on] : [opts.blocks, args.id];
    if (need === undefined)
      return refuse('USAGE', { what: 'What does it wait for?', hint: 'For example: bd dep add gp-9ab gp-4kx.' });
    if (opts.type !== undefined && opts.type !== 'blocks') return refuse('DEP_KIND', { kind: opts.type });
    return withDesk({ global, io }, { wait: 'person' }, async (town): Promise<Added | Refusal> => {
      const { found, unknown } = await named(town, [waits, need]);
      if (unknown[0]) return unknown[0];
      const fixed = found.find(({ noun, doc }) => noun !== 'work' && (doc.id === waits || noun !== 'gate'));
      if (fixed) return refuse('DEP_FIXED', { id: fixed.doc.id, noun: fixed.noun });
      const work = await addNeeds(town.desk, { id: waits, on: [need] });
      if (isRefusal(work)) return work;
      const edge = opts.blocks === undefined ? { issue_id: waits, depends_on_id: need } : { blocker_id: need, blocked_id: waits };
      return { status: 'added', ...edge, type: 'blocks' };
    });
  },
  text: (edge) =>
    'issue_id' in edge ? `✓ ${edge.issue_id} needs ${edge.depends_on_id}` : `✓ ${edge.blocked_id} needs ${edge.blocker_id}`,
});

/** What records wait for, or what waits for them. Of several the edges alone. */
const list = command({
  args: [{ name: 'ids', many: true, required: true, help: 'items, steps, molecules, gates' }],
  options: [
    { name: 'direction', value: 'way', help: 'down: what it needs (default); up: what needs it', choices: ['down', 'up'] },
    TYPE,
  ],
  example: 'bd dep list gp-4kx --direction up',
  run: ({ args, opts, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const { found, unknown } = await named(town, args.ids);
      if (unknown[0]) return unknown[0];
      const isWanted = (kind: string) => opts.type === undefined || kind === opts.type;
      if (found.length > 1 && opts.direction !== 'up') return found.flatMap(edgesOf).filter(({ type }) => isWanted(type));
      const all = await Promise.all(found.map((bead) => full(town.desk, bead)));
      const linked = all.flatMap(({ dependencies, dependents }) => (opts.direction === 'up' ? dependents : dependencies));
      return linked.filter(({ dependency_type: kind }) => isWanted(kind));
    }),
  text: (edges, { paint }) =>
    edges.length === 0
      ? 'No edges.'
      : edges
          .map((edge) =>
            'issue_id' in edge
              ? `${edge.issue_id} → ${edge.depends_on_id} (${edge.type})`
              : `${line(edge, paint)} (${edge.dependency_type})`,
          )
          .join('\n'),
});

/** What waits for what. `bd dep X --blocks Y` needs no verb. */
export const dep: Group = {
  bare: 'add',
  verbs: {
    add: { help: 'Lets an item wait for others', load: () => add },
    list: { help: 'Lists what waits for what', aliases: ['ls'], load: () => list },
  },
};
