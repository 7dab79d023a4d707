import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { asideOf, withAside } from '#cli/aside';
import { type Call, command, type Io } from '#cli/command';
import { idsOf, withNearest } from '#cli/ids';
import { readPiped } from '#cli/stdin';
import { withDesk } from '#cli/wire';
import { openRig, rigHere } from '#cli/wire-rigs';
import { explain, isRefusal, type Refusal, refuse } from '#core/refusals';
import { addNeeds } from '#ops/add-needs';
import { createWork } from '#ops/create-work';
import { beads, type Issue, issueOf } from '#views/beads';
import { type Edges, edgesOf, priorityOf } from './words.ts';

const RIG = { name: 'rig', value: 'rig', help: 'which rig (default: the one you are in, or the only one)' } as const;
const TYPE = { name: 'type', short: 't', value: 'type', help: 'task, bug, feature, chore, epic … (default task)' } as const;
const PRIORITY = { name: 'priority', short: 'p', value: 'p0..p4', help: '0 is the most urgent (default 2)' } as const;
const LABELS = { name: 'labels', short: 'l', value: 'labels', help: 'its labels', many: true } as const;

/** Makes a work item. */
export const create = command({
  args: [{ name: 'title', help: 'what is to be done, in one line' }],
  options: [
    { name: 'title', value: 'text', help: 'the same' },
    TYPE,
    PRIORITY,
    { name: 'description', short: 'd', value: 'text', help: 'all that an agent must know' },
    { name: 'body', value: 'text', help: 'the same' },
    { name: 'message', short: 'm', value: 'text', help: 'the same' },
    { name: 'body-file', value: 'path', help: 'a file with that; - reads it from stdin' },
    { name: 'stdin', help: 'read it from stdin' },
    { name: 'design', value: 'text', help: 'how it is to be done' },
    { name: 'acceptance', value: 'text', help: 'when it is done' },
    { name: 'notes', value: 'text', help: 'what else is of use' },
    { name: 'assignee', short: 'a', value: 'who', help: 'whose it is' },
    LABELS,
    { name: 'label', value: 'labels', help: 'the same', many: true },
    { name: 'parent', value: 'id', help: 'the item or the step that it lies in' },
    { name: 'no-inherit-labels', help: 'without the labels of that one' },
    { name: 'deps', value: 'ids', help: 'what it needs; `blocks:ID`: what needs it', many: true },
    RIG,
    { name: 'silent', help: 'print only its id' },
    { name: 'dry-run', help: 'say what would be made, make nothing' },
    { name: 'force', help: 'no difference here' },
  ],
  about: 'Made under a step (--parent), it is a child of that step: who waits for the children of the step waits for it.',
  example: 'bd create "Greet in Spanish" -t feature -p 1 --deps gp-4kx --json',
  run: async (call): Promise<Issue | Refusal> => {
    const { args, opts } = call;
    if (args.title !== undefined && opts.title !== undefined && args.title !== opts.title)
      return refuse('USAGE', { what: 'There are two titles.', hint: 'Give the title as a word, or with --title.' });
    const title = args.title ?? opts.title;
    if (title === undefined)
      return refuse('USAGE', { what: 'There is no title.', hint: 'For example: bd create "Greet in Spanish".' });
    const description = await descriptionOf(opts, call.io);
    if (isRefusal(description)) return description;
    const { design = '', acceptance = '', notes = '' } = opts;
    return make(call, {
      title,
      type: opts.type,
      priority: opts.priority,
      labels: [...opts.labels, ...opts.label],
      rig: opts.rig,
      text: { description, design, acceptance, notes },
      assignee: opts.assignee,
      parent: opts.parent,
      inherits: !opts['no-inherit-labels'],
      deps: opts.deps,
      dry: opts['dry-run'],
      silent: opts.silent,
    });
  },
  text: (issue, { quiet }) => {
    const { id, title, priority, status } = issue as Issue;
    if (quiet || asideOf(issue) === SILENT) return id;
    return id === ''
      ? `Would create: ${title}`
      : `✓ Created issue: ${id} — ${title}\n  Priority: P${priority}\n  Status: ${status}`;
  },
});

/** Makes a work item and prints its id alone. */
export const quick = command({
  args: [{ name: 'title', many: true, required: true, help: 'what is to be done' }],
  options: [TYPE, PRIORITY, LABELS, RIG],
  example: 'bd q Greet in Spanish -p 1',
  run: (call) => {
    const { type, priority, labels, rig } = call.opts;
    return make(call, { title: call.args.title.join(' '), type, priority, labels, rig });
  },
  text: ({ id }) => id,
});

type Wish = {
  readonly title: string;
  readonly type: string | undefined;
  readonly priority: string | undefined;
  readonly labels: readonly string[];
  readonly rig: string | undefined;
  readonly text?: Readonly<Record<string, string>>;
  readonly assignee?: string | undefined;
  readonly parent?: string | undefined;
  readonly inherits?: boolean;
  readonly deps?: readonly string[];
  readonly dry?: boolean;
  readonly silent?: boolean;
};

/** Asks the text for the id alone. */
const SILENT = 'silent';

async function make({ global, io }: Pick<Call, 'global' | 'io'>, wish: Wish): Promise<Issue | Refusal> {
  const priority = priorityOf(wish.priority);
  if (isRefusal(priority)) return priority;
  const edges = edgesOf(wish.deps ?? []);
  for (const kind of edges.unkept) io.err(`Warning: ${explain(refuse('DEP_KIND', { kind })).says}\n`);
  if (wish.title.startsWith('-'))
    return refuse('USAGE', { what: `\`${wish.title}\` looks like an option, not like a title.`, hint: 'Give another title.' });
  return withDesk({ global, io }, { wait: 'person' }, async (town) => {
    const { desk } = town;
    const name = rigHere(town, wish.rig ?? (await rigOf(desk, wish.parent)), io);
    if (isRefusal(name)) return name;
    const rig = await openRig(town, name);
    if (isRefusal(rig)) return rig;
    const item = {
      rig: name,
      prefix: rig.file.beads.prefix,
      title: wish.title,
      priority,
      labels: idsOf(wish.labels),
      deps: edges.needs,
      text: wish.text ?? {},
      ...(wish.type === undefined ? {} : { type: wish.type }),
      ...(wish.assignee ? { assignee: wish.assignee } : {}),
      ...(wish.parent ? { parent: wish.parent, inherits: wish.inherits ?? true } : {}),
    };
    if (wish.dry) return dry(item);
    const work = await createWork(desk, item);
    if (isRefusal(work)) return withNearest(work, town);
    await letWait(desk, work.id, edges, io);
    const bead = (await beads(desk, [work.id])).get(work.id);
    const issue = issueOf(bead ?? { noun: 'work', doc: work, text: {} });
    return wish.silent ? withAside(issue, SILENT) : issue;
  });
}

type Desk = Parameters<typeof createWork>[0];

/** A child is of the rig of what it lies in. */
async function rigOf({ books }: Desk, parent: string | undefined): Promise<string | undefined> {
  if (parent === undefined) return undefined;
  const above = (await books.read('work', parent)) ?? (await books.read('step', parent));
  return above?.rig || undefined;
}

/** Lets others wait for the new item. It is made: what cannot wait is only told. */
async function letWait(desk: Desk, id: string, { blocks }: Edges, io: Io): Promise<void> {
  for (const other of blocks) {
    const added = await addNeeds(desk, { id: other, on: [id] });
    if (isRefusal(added)) io.err(`Warning: ${other} does not wait for it: ${explain(added).says}\n`);
  }
}

function dry(item: { title: string; priority: number; type?: string; labels: readonly string[] }): Issue {
  return {
    id: '',
    title: item.title,
    status: 'open',
    priority: item.priority,
    issue_type: item.type ?? 'task',
    created_at: '',
    updated_at: '',
    ...(item.labels.length > 0 ? { labels: item.labels } : {}),
  };
}

type Described = {
  readonly description: string | undefined;
  readonly body: string | undefined;
  readonly message: string | undefined;
  readonly 'body-file': string | undefined;
  readonly stdin: boolean;
};

async function descriptionOf(opts: Described, io: Io): Promise<string | Refusal> {
  const file = opts.stdin ? '-' : opts['body-file'];
  const given = [opts.description, opts.body, opts.message, file].filter((one) => one !== undefined);
  if (given.length > 1)
    return refuse('USAGE', { what: 'There are two descriptions.', hint: 'Give --description, --body-file or --stdin.' });
  if (file === '-' || opts.description === '-') return readPiped(io);
  if (file === undefined) return given[0] ?? '';
  try {
    return readFileSync(resolve(io.cwd, file), 'utf8');
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException;
    return refuse('USAGE', { what: `${file} cannot be read (${code}).`, hint: 'Name a text file, or - for stdin.' });
  }
}
