import type { Agent, Check, Delivery, Merge, Run, Train, Verdict, Work } from '#core/records';

/** Records with every field that they need, and nothing else: a test names only what it is about. */
export const item = (id: string, more: Partial<Work> = {}): Work => ({
  id,
  generation: 1,
  rig: 'gp',
  title: `the work of ${id}`,
  type: 'task',
  status: 'open',
  priority: 2,
  labels: [],
  createdAt: 1000,
  createdBy: 'overseer',
  updatedAt: 1000,
  deps: [],
  runs: 0,
  failures: 0,
  ...more,
});

export const aRun = (id: string, more: Partial<Run> = {}): Run => ({
  id,
  work: id.replace(/\.r\d+$/, ''),
  generation: 1,
  rig: 'gp',
  name: 'toast',
  agent: 'shell',
  attempt: 1,
  state: 'granted',
  grantedAt: 1000,
  dir: 'polecats/toast',
  sessions: 0,
  deaths: 0,
  snapshots: 0,
  ...more,
});

/** An agent that lasts, whom nobody wants yet. */
export const aLasting = (id: string, more: Partial<Agent> = {}): Agent => ({
  id,
  generation: 1,
  role: 'mayor',
  rig: '',
  name: 'mayor',
  dir: '/town/mayor',
  createdAt: 1000,
  createdBy: 'overseer',
  sessions: 0,
  deaths: 0,
  diedAt: [],
  ...more,
});

export const request = (id: string, more: Partial<Merge> = {}): Merge => ({
  id,
  work: id.replace(/\.m\d+$/, ''),
  generation: 1,
  run: id.replace(/\.m(\d+)$/, '.r$1'),
  rig: 'gp',
  target: 'main',
  branch: 'polecat/toast',
  head: 'a'.repeat(40),
  title: 'a change',
  author: 'gp/polecats/toast',
  priority: 2,
  state: 'submitted',
  submittedAt: 1000,
  checks: 0,
  ...more,
});

export const aCheck = (id: string, more: Partial<Check> = {}): Check => ({
  id,
  rig: 'gp',
  tree: 't'.repeat(40),
  commit: 'c'.repeat(40),
  spec: 'spec',
  commands: [],
  label: 'the checks of a tree',
  state: 'planned',
  plannedAt: 1000,
  ...more,
});

export const aTrain = (more: Partial<Train> = {}): Train => ({ id: 'gp', generation: 1, ...more });

export const aVerdict = (more: Partial<Verdict> = {}): Verdict => ({
  id: 'v',
  rig: 'gp',
  failures: [],
  errors: 0,
  runs: 0,
  ...more,
});

export const aDelivery = (id: string, more: Partial<Delivery> = {}): Delivery => ({
  id,
  to: 'gp/toast',
  work: 'gp-a',
  rig: 'gp',
  from: 'overseer',
  bytes: 5,
  head: 'hello',
  mode: 'wait-idle',
  createdAt: 1000,
  expiresAt: 1_000_000,
  state: 'pending',
  attempts: 0,
  history: [],
  ...more,
});
