import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Call, command } from '#cli/command';
import { idsOf, withNearest } from '#cli/ids';
import { withDesk } from '#cli/wire';
import { openRig, rigHere } from '#cli/wire-rigs';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { createWork } from '#ops/create-work';

const STDIN = 0;

/** Makes a work item. */
export const workCreate = command({
  args: [{ name: 'title', required: true, help: 'what is to be done, in one line' }],
  options: [
    { name: 'description', short: 'd', value: 'text', help: 'all that an agent must know; - reads it from stdin' },
    { name: 'file', short: 'F', value: 'path', help: 'a file with the description' },
    { name: 'rig', value: 'rig', help: 'which rig (default: the one you are in, or the only one)' },
    { name: 'priority', short: 'p', value: 'p0..p4', help: 'p0 is the most urgent (default p2)' },
    { name: 'type', short: 't', value: 'type', help: 'task, bug, feature, chore, epic, milestone … (default task)' },
    { name: 'deps', value: 'ids', help: 'items that must be closed before', many: true },
    { name: 'label', short: 'l', value: 'label', help: 'a label', many: true },
    { name: 'agent', value: 'agent', help: 'which agent is to do it' },
    { name: 'design', value: 'text', help: 'how it is to be done' },
    { name: 'notes', value: 'text', help: 'what else is of use' },
    { name: 'acceptance', value: 'text', help: 'when it is done' },
  ],
  example: 'gt work create "Greet in Spanish" --rig shop -d "Add hola() to greet.js" --deps sh-4kx',
  run: async (call) => {
    const { args, opts, global, io } = call;
    const priority = priorityOf(opts.priority);
    if (isRefusal(priority)) return priority;
    const description = descriptionOf(opts, io);
    if (isRefusal(description)) return description;
    return withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const name = rigHere(town, opts.rig, io);
      if (isRefusal(name)) return name;
      const rig = await openRig(town, name);
      if (isRefusal(rig)) return rig;
      const { design = '', notes = '', acceptance = '' } = opts;
      const work = await createWork(town.desk, {
        rig: name,
        prefix: rig.file.beads.prefix,
        title: args.title,
        priority,
        labels: idsOf(opts.label),
        deps: idsOf(opts.deps),
        text: { description, design, notes, acceptance },
        ...(opts.type === undefined ? {} : { type: opts.type }),
        ...(opts.agent === undefined ? {} : { agent: opts.agent }),
      });
      return isRefusal(work) ? withNearest(work, town) : work;
    });
  },
  text: ({ id, title, rig, deps }, { paint, quiet }) => {
    if (quiet) return id;
    const needs = deps.length > 0 ? `, needs ${deps.join(', ')}` : '';
    return `${paint.bold(id)} ${title} (${rig}${needs})\nNext: gt sling ${id}`;
  },
});

function priorityOf(written = 'p2'): number | Refusal {
  const level = /^[pP]?([0-4])$/.exec(written)?.[1];
  return level === undefined
    ? refuse('USAGE', { what: `--priority cannot be \`${written}\`.`, hint: 'Take p0 (most urgent) to p4.' })
    : Number(level);
}

function descriptionOf(opts: { description: string | undefined; file: string | undefined }, io: Call['io']): string | Refusal {
  if (opts.description !== undefined && opts.file !== undefined)
    return refuse('USAGE', { what: 'There are two descriptions.', hint: 'Give --description or --file, not both.' });
  if (opts.description === '-' || opts.file === '-') return readFileSync(STDIN, 'utf8');
  if (opts.file === undefined) return opts.description ?? '';
  try {
    return readFileSync(resolve(io.cwd, opts.file), 'utf8');
  } catch (fault) {
    return refuse('USAGE', {
      what: `${opts.file} cannot be read (${(fault as NodeJS.ErrnoException).code}).`,
      hint: 'Name a text file.',
    });
  }
}
