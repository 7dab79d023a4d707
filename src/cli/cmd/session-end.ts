import { agentMeant } from '#cli/agent-run';
import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { isRefusal } from '#core/refusals';
import { endSession, type SessionAsked } from '#ops/end-session';

const AGENT = { name: 'agent', required: true, help: 'an agent, or the work item that it has' } as const;

const ending = (asked: SessionAsked['asked'], about: string) =>
  command({
    args: [AGENT],
    about,
    example: `gt session ${asked} shop/toast`,
    run: ({ args: { agent }, global, io }) =>
      withDesk({ global, io }, { wait: 'person' }, async (town) => {
        const holder = await agentMeant(town, agent);
        return isRefusal(holder) ? holder : endSession(town.desk, holder.id, asked);
      }),
    text: ({ agent, session }: SessionAsked, { paint }) =>
      asked === 'restart'
        ? `${paint.bold(session)} of ${agent} ends, and a fresh one follows.`
        : `${paint.bold(session)} of ${agent} ends; \`gt wake ${agent}\` starts the next one.`,
  });

/** A fresh session in the place of the one that runs. */
export const sessionRestart = ending(
  'restart',
  'Its session is ended now, in the middle of a turn too. What was not committed is kept; the next one begins at once.',
);

/** The end of a session. */
export const sessionStop = ending(
  'stop',
  'Its session is ended now. What was not committed is kept; its work stays on its hook, and no other session begins before somebody wants it.',
);
