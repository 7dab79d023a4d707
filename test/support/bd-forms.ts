import { z } from 'zod';

/** The forms of what bd prints with --json, as programs read them: every key is known, every key that is always there is asked for. */
const iso = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const count = z.number().int().min(0);
const version = { schema_version: z.literal(1) };

const fields = {
  id: z.string().min(1),
  title: z.string(),
  description: z.string().optional(),
  design: z.string().optional(),
  acceptance_criteria: z.string().optional(),
  notes: z.string().optional(),
  status: z.enum(['open', 'in_progress', 'hooked', 'blocked', 'deferred', 'pinned', 'closed']),
  priority: z.number().int().min(0).max(4),
  issue_type: z.string(),
  assignee: z.string().optional(),
  created_at: iso,
  created_by: z.string().optional(),
  updated_at: iso,
  started_at: iso.optional(),
  closed_at: iso.optional(),
  close_reason: z.string().optional(),
  labels: z.array(z.string()).optional(),
  ephemeral: z.literal(true).optional(),
  await_type: z.string().optional(),
  await_id: z.string().optional(),
  timeout: z.number().optional(),
  waiters: z.array(z.string()).optional(),
  source_formula: z.string().optional(),
  source_location: z.string().optional(),
};
const parent = z.string().optional();
const edge = z.strictObject({
  issue_id: z.string(),
  depends_on_id: z.string(),
  type: z.enum(['blocks', 'conditional-blocks', 'parent-child']),
  created_at: iso,
});
const counts = { dependency_count: count, dependent_count: count, comment_count: count };

/** closed_at is there exactly when it is closed. */
const closedAt = (one: { status: string; closed_at?: string | undefined }) =>
  (one.status === 'closed') === (one.closed_at !== undefined);
const issue = z.strictObject(fields).refine(closedAt);
const row = z.strictObject({ ...fields, dependencies: z.array(edge), ...counts, parent }).refine(closedAt);
const linked = z.strictObject({ ...fields, dependency_type: edge.shape.type }).refine(closedAt);
const full = z
  .strictObject({
    ...fields,
    dependencies: z.array(linked),
    dependents: z.array(linked),
    comments: z.array(z.never()),
    parent,
    epic_total_children: count.optional(),
    epic_closed_children: count.optional(),
  })
  .refine(closedAt);
const position = z.enum(['done', 'current', 'ready', 'blocked', 'pending']);
const mapping = z.record(z.string(), z.string());
const stepOf = z.strictObject({ issue, status: position, is_current: z.boolean() });

export const FORMS = {
  issue: z.strictObject({ ...fields, ...version }),
  issues: z.array(issue),
  rows: z.array(row),
  full: z.array(full),
  linked: z.array(linked),
  edges: z.array(edge),
  children: z.looseObject(version).catchall(z.union([z.array(linked), z.literal(1)])),
  blocked: z.array(
    z.strictObject({
      ...fields,
      dependencies: z.array(edge),
      ...counts,
      parent,
      blocked_by_count: count,
      blocked_by: z.array(z.string()),
    }),
  ),
  added: z.strictObject({
    status: z.literal('added'),
    issue_id: z.string(),
    depends_on_id: z.string(),
    type: z.literal('blocks'),
    ...version,
  }),
  blocks: z.strictObject({
    status: z.literal('added'),
    blocker_id: z.string(),
    blocked_id: z.string(),
    type: z.literal('blocks'),
    ...version,
  }),
  suggested: z.strictObject({ closed: z.array(issue), unblocked: z.array(issue), ...version }),
  continued: z.strictObject({
    closed: z.array(issue),
    continue: z.strictObject({
      closed_step: issue,
      next_step: issue.optional(),
      auto_advanced: z.boolean(),
      molecule_complete: z.boolean(),
      molecule_id: z.string().optional(),
    }),
    ...version,
  }),
  molReady: z.strictObject({
    molecule_id: z.string(),
    molecule_title: z.string(),
    total_steps: count,
    ready_steps: count,
    steps: z.array(z.strictObject({ issue: row, parallel_info: z.looseObject({}), parallel_group: z.string().optional() })),
    parallel_groups: z.record(z.string(), z.array(z.string())),
    ...version,
  }),
  gated: z.strictObject({
    molecules: z.array(
      z.strictObject({ molecule_id: z.string(), molecule_title: z.string(), closed_gate: issue, ready_step: issue }),
    ),
    count,
    ...version,
  }),
  poured: z.strictObject({
    new_epic_id: z.string(),
    id_mapping: mapping,
    created: count,
    phase: z.enum(['liquid', 'vapor']),
    ...version,
  }),
  current: z.array(
    z.strictObject({
      molecule_id: z.string(),
      molecule_title: z.string(),
      assignee: z.string().optional(),
      current_step: issue.optional(),
      next_step: issue.optional(),
      steps: z.array(stepOf),
      completed: count,
      total: count,
    }),
  ),
  progress: z.strictObject({
    molecule_id: z.string(),
    molecule_title: z.string(),
    total: count,
    completed: count,
    in_progress: count,
    current_step_id: z.string().optional(),
    percent: z.number().min(0).max(100),
    rate_per_hour: z.number().optional(),
    eta_hours: z.number().optional(),
    ...version,
  }),
  shown: z.strictObject({
    root: issue,
    issues: z.array(issue),
    dependencies: z.array(edge),
    variables: mapping,
    is_compound: z.boolean(),
    ...version,
  }),
  stale: z.strictObject({
    stale_molecules: z.array(z.looseObject({ id: z.string() })),
    total_count: count,
    blocking_count: count,
    ...version,
  }),
  seed: z.strictObject({ status: z.literal('ok'), formulas: z.array(z.string()), ...version }),
  molecules: z.array(
    z.strictObject({
      ...z.strictObject(fields).partial({ priority: true, created_at: true, updated_at: true }).shape,
      kind: z.enum(['molecule', 'wisp', 'proto', 'formula']),
      is_template: z.boolean(),
      total_steps: count.nullable(),
      closed_steps: count.optional(),
    }),
  ),
  bonded: z.strictObject({
    result_id: z.string(),
    result_type: z.string(),
    bond_type: z.string(),
    spawned: count.optional(),
    id_mapping: mapping.optional(),
    ...version,
  }),
  squashed: z.strictObject({
    molecule_id: z.string(),
    digest_id: z.string(),
    squashed_ids: z.array(z.string()),
    squashed_count: count,
    deleted_count: count,
    kept_children: z.boolean(),
    ...version,
  }),
  burned: z.strictObject({ molecule_id: z.string(), deleted_ids: z.array(z.string()), deleted_count: count, ...version }),
  wisps: z.strictObject({ wisps: z.array(z.looseObject({ id: z.string() })), count, old_count: count.optional(), ...version }),
  collected: z.looseObject({ cleaned_ids: z.array(z.string()), cleaned_count: count, ...version }),
  checked: z.strictObject({ checked: count, resolved: count, escalated: count, errors: count, dry_run: z.boolean(), ...version }),
  version: z.looseObject({ version: z.string(), build: z.string(), ...version }),
  error: z.strictObject({ error: z.string(), hint: z.string(), code: z.string(), ...version }),
} as const;
