import { command } from '#cli/command';
import { judgeIn } from '#cli/gating';
import { withDesk } from '#cli/wire';
import { explain, isRefusal, type Refusal, refuse } from '#core/refusals';
import { type Bead, beads, issueOf } from '#views/beads';
import { named } from './ids.ts';
import { line } from './line.ts';

/** Opens again what may be: a gate that was denied. What has closed stays closed, and each says what to do instead. */
export const reopen = command({
  args: [{ name: 'ids', many: true, required: true, help: 'items, steps, gates' }],
  options: [{ name: 'reason', short: 'r', value: 'text', help: 'why' }],
  about: 'A gate that was denied is asked again. What has landed or has ended is not undone: what is left to do is new work.',
  example: 'bd reopen gp-gate-4kx --reason "look again"',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const { found, unknown } = await named(town, call.args.ids);
      const refused: Refusal[] = [...unknown];
      const fine: string[] = [];
      for (const bead of found) {
        const { id } = bead.doc;
        if (bead.noun === 'gate' && bead.doc.state === 'denied') {
          const gate = await judgeIn(town, call.io, { id, says: 'reopen', reason: call.opts.reason ?? 'reopened' });
          if (isRefusal(gate)) refused.push(gate);
          else fine.push(id);
        } else if (issueOf(bead).status === 'closed') refused.push(staysClosed(bead));
        else {
          call.io.err(`${id} is open already\n`);
          fine.push(id);
        }
      }
      // One that failed makes the whole fail, and is told as the error.
      const [first, ...rest] = refused;
      for (const refusal of rest) call.io.err(`Error: ${explain(refusal).says}\n`);
      if (first) return first;
      const all = await beads(town.desk, fine);
      return fine.flatMap((id) => all.get(id) ?? []).map(issueOf);
    }),
  text: (issues, { paint }) => issues.map((issue) => line(issue, paint)).join('\n'),
});

function staysClosed(bead: Bead): Refusal {
  const { id } = bead.doc;
  const how = issueOf(bead).close_reason ?? 'closed';
  switch (bead.noun) {
    case 'work':
      return refuse('REOPEN_NOT', { id, how, hint: `What is left to do is an item of its own: \`bd create "…" --deps ${id}\`.` });
    case 'step':
      return refuse('REOPEN_NOT', {
        id,
        how,
        hint: 'What needed it has begun. Pour the formula anew, or make an item of what is left.',
      });
    case 'molecule':
      return refuse('REOPEN_NOT', { id, how, hint: `Pour it anew: \`bd mol pour ${bead.doc.proto ?? bead.doc.formula}\`.` });
    case 'gate':
      return refuse('REOPEN_NOT', {
        id,
        how,
        hint: 'What it kept back goes on. Make a new one: `bd gate create --blocks <id>`.',
      });
  }
}
