import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { unknownQuestion } from '#cli/wire-questions';
import { OVERSEER } from '#core/mail';
import { relativeTime } from '#core/relative-time';
import { escalationShow } from '#views/escalations';

/** One question, with all that there is to know of it. */
export const escalateShow = command({
  args: [{ name: 'id', required: true, help: 'which one' }],
  example: 'gt escalate show qn-4kx8e',
  run: (call) =>
    withDesk(
      call,
      { wait: 'person' },
      async (town) => (await escalationShow(town.desk.books, call.args.id)) ?? unknownQuestion(call.args.id, town),
    ),
  text: (shown, { paint, now }) => {
    const { id, why, cause, severity, state, ended, asker, subject, work, choices, answer, failed, details, screen, dialog } =
      shown;
    const { reason, closedBy, closedAt, expiresAt, openedAt, count, told, ackedBy, todo } = shown;
    const times = count > 1 ? `, ${count} times` : '';
    const enter = dialog?.enter && dialog.enter !== 'unknown' ? `; Enter ${dialog.enter}` : '';
    const by = asker ?? (cause !== 'escalated' ? 'gt' : work ? OVERSEER : subject);
    const facts = [
      `${severity}, asked ${relativeTime(openedAt, now)}${times} by ${by}${work ? ` about ${work}` : asker || subject === by ? '' : ` about ${subject}`}`,
      ...(dialog ? [`dialog ${dialog.name}${enter}`] : []),
      ...(ackedBy ? [`seen by ${ackedBy}`] : []),
      ...(expiresAt !== null && state !== 'closed' ? [`expires ${relativeTime(expiresAt, now)}`] : []),
      ...choices.map((choice, at) => `${at + 1}. ${choice}`),
      ...(failed ? [paint.red(`the last answer was not taken: ${failed}`)] : []),
      ...(answer ? [`answered by ${answer.by} ${relativeTime(answer.at, now)}: ${answer.text}`] : []),
      ...(ended && ended !== 'answered'
        ? [`${ended} ${relativeTime(closedAt ?? now, now)} by ${closedBy ?? 'gt'}: ${reason ?? ''}`]
        : []),
      ...(told?.why
        ? [paint.yellow(`its asker could not be told: ${told.why}`)]
        : told?.delivery
          ? [`told by ${told.delivery}`]
          : []),
      ...(state === 'closed' ? [] : [paint.cyan(todo)]),
    ];
    const parts = [`${paint.bold(id)} ${why}  ${paint.cyan(ended ?? state)}`, ...facts.map((fact) => `  ${fact}`)];
    if (details) parts.push('', details);
    if (screen) parts.push('', paint.dim('Its screen:'), ...screen.split('\n').map((row) => paint.dim(`  ${row}`)));
    return parts.join('\n');
  },
});
