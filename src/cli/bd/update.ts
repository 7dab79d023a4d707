import { command } from '#cli/command';
import { idsOf } from '#cli/ids';
import { withDesk } from '#cli/wire';
import type { Edit } from '#core/bead';
import { explain, isRefusal, type Refusal, refuse } from '#core/refusals';
import { editBead } from '#ops/edit-bead';
import { beads, issueOf } from '#views/beads';
import { line } from './line.ts';
import { priorityOf } from './words.ts';

/** Changes records by hand: each alone, so that one that cannot be changed holds up none of the others. */
export const update = command({
  args: [{ name: 'ids', many: true, required: true, help: 'items and steps' }],
  options: [
    { name: 'status', short: 's', value: 'status', help: 'open, blocked, deferred or pinned' },
    { name: 'priority', short: 'p', value: 'p0..p4', help: 'how urgent' },
    { name: 'title', value: 'text', help: 'its title' },
    { name: 'assignee', short: 'a', value: 'who', help: 'whose it is; empty: nobody’s' },
    { name: 'description', short: 'd', value: 'text', help: 'its description' },
    { name: 'design', value: 'text', help: 'how it is to be done' },
    { name: 'acceptance', value: 'text', help: 'when it is done' },
    { name: 'notes', value: 'text', help: 'its notes' },
    { name: 'append-notes', value: 'text', help: 'a line more in its notes' },
    { name: 'add-label', value: 'labels', help: 'labels more', many: true },
    { name: 'remove-label', value: 'labels', help: 'labels less', many: true },
    { name: 'set-labels', value: 'labels', help: 'these labels and no others', many: true },
    { name: 'allow-empty-description', help: 'an empty description is meant' },
  ],
  example: 'bd update gp-4kx --priority 1 --add-label urgent',
  run: (call) => {
    const edit = editOf(call.opts);
    if (isRefusal(edit)) return edit;
    const more = call.opts['append-notes'];
    return withDesk(call, { wait: 'person' }, async ({ desk }) => {
      const ids = idsOf(call.args.ids);
      const done: string[] = [];
      const refused: Refusal[] = [];
      if (Object.keys(edit).length === 0 && more === undefined) {
        call.io.err('No updates specified\n');
        done.push(...ids);
      } else
        for (const id of ids) {
          const notes = more === undefined ? undefined : await longer(desk.books.textField(id, 'notes'), more);
          const whole: Edit = notes === undefined ? edit : { ...edit, text: { ...edit.text, notes } };
          const answer = await editBead(desk, id, whole);
          if (isRefusal(answer)) refused.push(answer);
          else done.push(answer);
        }
      if (done.length === 0 && refused[0]) return refused[0];
      for (const refusal of refused) call.io.err(`Error: ${explain(refusal).says}\n`);
      const all = await beads(desk, done);
      return done.flatMap((id) => {
        const bead = all.get(id);
        return bead ? [issueOf(bead)] : [];
      });
    });
  },
  text: (issues, { paint }) => issues.map((issue) => `✓ Updated issue: ${line(issue, paint)}`).join('\n'),
});

type Options = { readonly [name: string]: string | string[] | boolean | undefined };

/** What is to be changed, as it was typed. */
function editOf(opts: Options): Edit | Refusal {
  const text = (name: string) => opts[name] as string | undefined;
  const priority = text('priority') === undefined ? undefined : priorityOf(text('priority'));
  if (isRefusal(priority)) return priority;
  if (text('description') === '' && !opts['allow-empty-description'])
    return refuse('USAGE', { what: 'The description is empty.', hint: 'Say --allow-empty-description if it is meant.' });
  const texts = Object.fromEntries(
    ['description', 'design', 'acceptance', 'notes'].flatMap((name) =>
      text(name) === undefined ? [] : [[name, text(name) ?? '']],
    ),
  );
  const labels = (name: string) => idsOf(opts[name] as string[]);
  return {
    ...(text('status') === undefined ? {} : { status: text('status') as string }),
    ...(priority === undefined ? {} : { priority }),
    ...(text('title') === undefined ? {} : { title: text('title') as string }),
    ...(text('assignee') === undefined ? {} : { assignee: text('assignee') as string }),
    ...(labels('add-label').length > 0 ? { addLabels: labels('add-label') } : {}),
    ...(labels('remove-label').length > 0 ? { removeLabels: labels('remove-label') } : {}),
    ...(labels('set-labels').length > 0 ? { setLabels: labels('set-labels') } : {}),
    ...(Object.keys(texts).length > 0 ? { text: texts } : {}),
  };
}

async function longer(known: Promise<string | undefined>, more: string): Promise<string> {
  const before = await known;
  return before ? `${before}\n${more}` : more;
}
