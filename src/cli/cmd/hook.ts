import { callerOf } from '#cli/caller';
import { command } from '#cli/command';
import { takeReady } from '#cli/hand-step';
import { withDesk } from '#cli/wire';
import { NOTE_FIELDS } from '#core/handoff-note';
import { isAgent } from '#core/holder';
import { NEXT_BLOCK_MS } from '#core/limits';
import { moleculeText } from '#core/molecule/step-words';
import { sanitise } from '#core/nudge-text';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { shellBlock, stepBlock } from '#core/shell-block';
import { ack } from '#ops/ack';
import { type Errand, errand, type Hook, hook as hooked } from '#views/hook';

/**
 * What is on the hook of the session that asks; of a lasting agent, what it goes by instead of an item. Asking is also its word that it lives. Who works by
 * hand is also told what was said to it.
 */
export const hook = command({
  options: [{ name: 'block', help: 'print the sh block that the shell agent runs, and nothing else' }],
  example: 'gt hook',
  run: async ({ opts, global, io }) => {
    const caller = callerOf(io);
    if (isRefusal(caller)) return caller;
    return withDesk({ global, io }, { wait: 'agent', lean: true }, async (town) => {
      const heard = await ack(town.desk, caller);
      if (isRefusal(heard)) return heard;
      town.failpoint('ack');
      if (isAgent(heard)) return { ...(await errand(town.desk.books, heard)), block: opts.block ? '' : null };
      if (heard.manual && !heard.asleep && !global.json) {
        const { tellByHand } = await import('#cli/hook-fetch');
        const told = await tellByHand(town, caller, io);
        if (isRefusal(told)) return told;
      }
      let found = await hooked(town.desk, caller);
      if (!isRefusal(found) && isWaiting(found, caller.session)) {
        await takeReady(town, caller, io, opts.block ? NEXT_BLOCK_MS : 0);
        found = await hooked(town.desk, caller);
      }
      if (isRefusal(found) || !opts.block) return isRefusal(found) ? found : { ...found, block: null };
      const block = blockOf(found);
      return isRefusal(block) ? block : { ...found, block };
    });
  },
  text: (value, { paint }) => {
    if (value.block !== null) return value.block.replace(/\n$/, '');
    if (value.id === null) return errandText(value);
    const { id, title, rig, branch, attempt, rework, text, molecule } = value;
    const again = rework ? [paint.yellow(`It came back: ${rework.why}. The evidence is in $GT_EVIDENCE.`), rework.evidence] : [];
    const parts = Object.entries(text).filter(([field]) => field !== 'report' && !NOTE_FIELDS.includes(field));
    return [
      `${paint.bold(id)} ${title}`,
      `Rig ${rig}, branch ${branch ?? '(not made yet)'}, attempt ${attempt}. When it is committed: gt done`,
      ...again,
      ...parts.map(([field, words]) => (field === 'description' ? words : `${paint.bold(field)}\n${words}`)),
      ...(molecule ? [moleculeText(molecule)] : []),
    ].join('\n\n');
  },
});

/** Errands of a lasting agent: its first words, its note, its mail. */
function errandText({ first, note, unread }: Errand): string {
  const mails = unread === 1 ? '1 mail is' : `${unread} mails are`;
  const rest = 'Go on with what was agreed; when nothing is left to do, end your turn.';
  return [
    first
      ? `${first.by} told you first:\n${sanitise(first.text)}`
      : 'Nothing is on your hook: go by what you are told, and by your mail.',
    ...(note ? ['Your session before this one left you a note: `gt prime` shows it.'] : []),
    unread > 0 ? `${mails} unread: \`gt mail inbox --unread\`` : `No mail is unread. ${rest}`,
  ].join('\n\n');
}

/** Whether a step may be ready for this session that is not in its hands yet. */
const isWaiting = ({ molecule }: Hook, session: string): boolean =>
  molecule !== null && !molecule.complete && !molecule.leave && molecule.step?.session !== session;

/** What the shell agent runs: the block of its item, or of the step in its hands, or of its item for it. An empty one: all steps are done. */
function blockOf({ id, text, rework, molecule, session }: Hook): string | Refusal {
  const item = { description: text['description'] ?? '', rework: rework !== null };
  if (!molecule) return shellBlock(id, item.description, item.rework);
  const { step, complete, leave, waits } = molecule;
  if (step) return stepBlock(step, item);
  if (complete) return '';
  return leave
    ? refuse('STEP_LEAVING', { session })
    : refuse('STEP_NONE', { mol: molecule.id, waits: waits.join('; ') || 'its pour' });
}
