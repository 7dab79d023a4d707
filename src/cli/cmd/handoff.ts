import { collect, handOver } from '#chores/hand-off';
import { agentMeant } from '#cli/agent-run';
import { command, type Io } from '#cli/command';
import { readPiped } from '#cli/stdin';
import { type OpenTown, withDesk } from '#cli/wire';
import { openGit, openRigSoon } from '#cli/wire-rigs';
import { whoCalls } from '#cli/wire-steps';
import type { Collected } from '#core/handoff-note';
import type { Holder } from '#core/holder';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Caller } from '#ops/ack';
import { ack } from '#ops/ack';
import type { HandedOff } from '#ops/hand-off';

/** Hands a session off to a fresh one, which reads the note first. */
export const handoff = command({
  args: [{ name: 'words', many: true, help: 'the note; a person names the agent before it' }],
  options: [
    { name: 'subject', short: 's', value: 'text', help: 'what it is about, in a few words' },
    { name: 'message', short: 'm', value: 'text', help: 'the note; - reads it from stdin' },
    { name: 'next', value: 'text', help: 'what the next session is to do first' },
    { name: 'pending', value: 'text', many: true, help: 'a decision that is not made yet' },
    { name: 'warning', value: 'text', many: true, help: 'what to look out for' },
    { name: 'shutdown', help: 'end, and let no session follow until somebody wakes it' },
    { name: 'now', help: 'do not wait for the end of its turn (for people)' },
    { name: 'collect', help: 'only show what gt adds to a note by itself' },
  ],
  about:
    'What is not committed is kept. The session ends at the end of its turn; a fresh one starts at once in the same place, with the same work and step, and reads the note first.',
  example: 'gt handoff -m "half of the parser is done; src/parse.ts is next"',
  run: async ({ args: { words }, opts, global, io }) => {
    const caller = whoCalls(io);
    if (isRefusal(caller)) return caller;
    const [agent, ...rest] = caller && words.length < 2 ? [undefined, ...words] : words;
    if (!caller && agent === undefined) return refuse('NO_SESSION', NAME_IT);
    if (rest.length > 1 || (rest.length > 0 && opts.message !== undefined))
      return refuse('USAGE', { what: 'There are two messages.', hint: 'Put it in quotes: `gt handoff "what comes next"`.' });
    const given = opts.message ?? rest[0];
    const message = given === '-' ? await readPiped(io) : given;
    const { subject, next, pending, warning: warnings } = opts;
    return withDesk({ global, io }, { wait: caller ? 'agent' : 'person' }, async (town): Promise<Handed | Refusal> => {
      const holder = await meant(town, agent, caller);
      if (isRefusal(holder)) return holder;
      const ground = await groundOf(town, io);
      if (opts.collect) return { collected: await collect(ground, holder) };
      const own = agent === undefined ? caller : undefined;
      const said = { subject, message, next, pending, warnings };
      const handed = await handOver(ground, {
        holder,
        caller: own,
        said,
        shutdown: opts.shutdown,
        now: opts.now && own === undefined,
      });
      return isRefusal(handed) ? handed : { ...handed, own: own !== undefined };
    });
  },
  text: (value: Handed) => {
    if ('collected' in value) return value.collected.text;
    const { address, session, does, again, own, manual } = value;
    if (does === 'late')
      return `The work of ${address} is handed in already: nothing is left to hand over.${own ? ' Leave.' : ''}`;
    const isDown = does === 'shutdown';
    const was = isDown ? (again ? 'ends already' : 'is shut down') : again ? 'was handed off already' : 'is handed off';
    const after = isDown
      ? 'No session follows until `gt wake` or `gt sling`.'
      : manual
        ? 'Whoever starts the next one there reads the note first.'
        : 'A fresh session follows, and reads the note first.';
    return `${own ? session : `${address} (${session})`} ${was}. ${after}${own ? ' Nothing is left to do here: end your turn, and leave.' : ''}`;
  },
});

const NAME_IT = { people: 'people name the agent: `gt handoff <agent> "message"`' };

type Handed = { readonly collected: Collected & { text: string } } | (HandedOff & { readonly own: boolean });

/** Whoever is named, or the holder of the session that calls: which lives, since it calls. */
async function meant(town: OpenTown, agent: string | undefined, caller: Caller | undefined): Promise<Holder | Refusal> {
  if (agent !== undefined) return agentMeant(town, agent);
  return caller ? ack(town.desk, caller) : refuse('NO_SESSION', NAME_IT);
}

/** What a handoff is given of the world. */
async function groundOf(town: OpenTown, io: Io) {
  const { desk, failpoint } = town;
  return { desk, failpoint, git: await openGit(io), rig: (name: string) => openRigSoon(town, name, io) };
}
