import { agentMeant } from '#cli/agent-run';
import { type Command, command, type Io } from '#cli/command';
import { type OpenTown, withDesk } from '#cli/wire';
import { whoCalls } from '#cli/wire-steps';
import { type Holder, isAgent } from '#core/holder';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Caller } from '#ops/ack';
import { type Parked, park, wake as woken } from '#ops/park';
import { type Released, release } from '#ops/release';

/** Whom a person puts aside, and takes back. */

const WHO = [
  { name: 'agent', required: true, help: 'an agent (mayor, rig/name, or a name), or the work item that it has' },
] as const;

const SAYS = {
  asleep: 'sleeps: it gets no new work, no nudges and no next session; its session of now goes on.',
  killed: 'is killed: its session ends, what it left is kept, and nothing is started again.',
  awake: 'is awake again.',
} as const;

/** Of one that works by hand: its processes are the person's who started them. */
const LET_GO = 'is let go: its word counts no more, what it left is kept, and what you have started there goes on.';

function text({ agent, work, is, again, byHand }: Parked): string {
  if (again) return is === 'awake' ? `${agent} is awake.` : `${agent} is ${is} already.`;
  const after = is === 'awake' ? '' : ` \`gt wake ${work ?? agent}\` takes it back.`;
  return `${agent} ${byHand && is === 'killed' ? LET_GO : SAYS[is]}${after}`;
}

const putting = (
  verb: string,
  does: (town: OpenTown, holder: Holder, caller: Caller | undefined) => Promise<Parked | Refusal>,
): Command =>
  command({
    args: WHO,
    example: `gt ${verb} shop/toast`,
    run: ({ args: { agent }, global, io }) =>
      withDesk({ global, io }, { wait: 'person' }, async (town): Promise<Parked | Refusal> => {
        const holder = await meant(town, agent);
        if (isRefusal(holder)) return holder;
        const caller = ownCall(holder.id, io);
        return isRefusal(caller) ? caller : does(town, holder, caller);
      }),
    text,
  });

/** Also a polecat whose item keeps its name, though its run has ended. */
async function meant(town: OpenTown, about: string): Promise<Holder | Refusal> {
  const holder = await agentMeant(town, about);
  if (!isRefusal(holder)) return holder;
  const { books } = town.desk;
  const items = await books.readMany('work', await books.index('parked'));
  const item = items.find(({ rig, hold }) => hold !== undefined && (about === hold.name || about === `${rig}/${hold.name}`));
  return (item && (await books.read('run', `${item.id}.r${item.runs}`))) ?? holder;
}

/** The session that calls, when it is the one that is meant. */
function ownCall(id: string, io: Io): Caller | undefined | Refusal {
  const caller = whoCalls(io);
  return isRefusal(caller) || caller?.run === id ? caller : undefined;
}

export const sleep = putting('sleep', (town, { id }, caller) => park(town.desk, id, 'asleep', caller));
export const kill = putting('kill', (town, { id }, caller) => park(town.desk, id, 'killed', caller));
export const wake = putting('wake', (town, { id }) => woken(town.desk, id));

/** Takes work off its hook. */
export const unsling = command({
  args: [{ name: 'id', required: true, help: 'the work item, or the polecat that has it' }],
  about: 'A session that has it is ended; what it left, its branch and its worktree are kept until it is slung again or closed.',
  example: 'gt unsling gp-4kx',
  run: ({ args: { id }, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town): Promise<Released | Refusal> => {
      const work = await workMeant(town, id);
      if (isRefusal(work)) return work;
      const caller = whoCalls(io);
      if (isRefusal(caller)) return caller;
      return release(town.desk, work, caller?.run.startsWith(`${work}.`) ? caller : undefined);
    }),
  text: ({ id, run, kept, again }: Released) => {
    if (again) return `${id} is on no hook.`;
    const ended = run ? ` ${run} ends, and what it left is kept.` : '';
    return `${id} is off its hook, and open again.${ended}${kept ? ` Its branch ${kept} stays with it.` : ''}`;
  },
});

async function workMeant(town: OpenTown, about: string): Promise<string | Refusal> {
  const known = await town.desk.books.read('work', about);
  if (known) return known.id;
  const holder = await meant(town, about);
  if (isRefusal(holder)) return refuse('WORK_UNKNOWN', { id: about, hint: '`gt work list` shows all.' });
  return isAgent(holder)
    ? refuse('USAGE', { what: `${about} has no hook that work could be taken off.`, hint: 'Name a work item, or a polecat.' })
    : holder.work;
}
