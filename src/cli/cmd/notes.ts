import { agentMeant } from '#cli/agent-run';
import { command, type Group, type Io } from '#cli/command';
import { readPiped } from '#cli/stdin';
import { type OpenTown, withDesk } from '#cli/wire';
import { whoCalls } from '#cli/wire-steps';
import { addressOf, type Holder, lineOf } from '#core/holder';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { ack, type Caller } from '#ops/ack';
import { keepCheckpoint, noteRead } from '#ops/keep-note';

/** Notes of an agent for its next session, beside the one that it leaves as it is handed off. */

/** Whose notes are meant: an agent's own, or those of the agent that a person names. */
async function whose(town: OpenTown, io: Io, agent: string | undefined): Promise<{ holder: Holder; caller?: Caller } | Refusal> {
  const caller = whoCalls(io);
  if (isRefusal(caller)) return caller;
  if (agent === undefined && !caller)
    return refuse('NO_SESSION', { people: 'people name the agent: `gt resume <agent>`, `gt checkpoint read <agent>`' });
  const holder = agent === undefined && caller ? await ack(town.desk, caller) : await agentMeant(town, agent ?? '');
  if (isRefusal(holder)) return holder;
  return agent === undefined && caller ? { holder, caller } : { holder };
}

type Noted = { readonly agent: string; readonly checkpoint: string; readonly did: 'wrote' | 'cleared' | 'read' };

const keep = (text: (io: Io, given: readonly string[]) => Promise<string | Refusal>, did: 'wrote' | 'cleared', example: string) =>
  command({
    args: did === 'wrote' ? [{ name: 'words', many: true, help: 'the note; - reads it from stdin' }] : [],
    about: 'The session goes on. What is kept is told to the next one, whatever ends this one.',
    example,
    run: async ({ args, global, io }) => {
      const { words = [] } = args as { words?: string[] };
      const note = await text(io, words);
      if (isRefusal(note)) return note;
      return withDesk({ global, io }, { wait: 'agent' }, async (town): Promise<Noted | Refusal> => {
        const found = await whose(town, io, undefined);
        if (isRefusal(found)) return found;
        const kept = await keepCheckpoint(town.desk, found.holder.id, note, found.caller);
        return isRefusal(kept) ? kept : { agent: addressOf(found.holder), checkpoint: note, did };
      });
    },
    text: ({ agent }: Noted) =>
      did === 'wrote' ? `The checkpoint of ${agent} is kept.` : `${agent} has no checkpoint any more.`,
  });

async function written(io: Io, words: readonly string[]): Promise<string | Refusal> {
  const said = words.length === 1 && words[0] === '-' ? await readPiped(io) : words.join(' ');
  return said.trim() === ''
    ? refuse('USAGE', {
        what: 'The checkpoint is empty.',
        hint: 'For example: `gt checkpoint write "the parser works; next: errors"`.',
      })
    : said.trim();
}

const read = command({
  args: [{ name: 'agent', help: 'of this agent; without it your own' }],
  example: 'gt checkpoint read',
  run: ({ args: { agent }, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town): Promise<Noted | Refusal> => {
      const found = await whose(town, io, agent);
      if (isRefusal(found)) return found;
      const checkpoint = (await town.desk.books.textField(lineOf(found.holder), 'checkpoint')) ?? '';
      return { agent: addressOf(found.holder), checkpoint, did: 'read' };
    }),
  text: ({ agent, checkpoint }: Noted) => (checkpoint === '' ? `${agent} has no checkpoint.` : checkpoint),
});

/** A note that is kept while the session goes on. */
export const checkpoint: Group = {
  bare: 'read',
  verbs: {
    write: {
      help: 'Keeps a note for whoever comes next',
      load: () => keep(written, 'wrote', 'gt checkpoint write "the parser works"'),
    },
    read: { help: 'Shows it', load: () => read },
    clear: { help: 'Takes it away', load: () => keep(async () => '', 'cleared', 'gt checkpoint clear') },
  },
};

type Resumed = {
  readonly agent: string;
  readonly handoff: string;
  readonly checkpoint: string;
  /** Of which session the note is, and which one has read it. */
  readonly session: string | null;
  readonly read: string | null;
};

/** What was left for this session: the note of the handoff, and the checkpoint. */
export const resume = command({
  args: [{ name: 'agent', help: 'of this agent, for people; without it your own, which then counts as read' }],
  example: 'gt resume',
  run: ({ args: { agent }, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town): Promise<Resumed | Refusal> => {
      const found = await whose(town, io, agent);
      if (isRefusal(found)) return found;
      const { holder, caller } = found;
      const { handoff = '', checkpoint: kept = '' } = await town.desk.books.text(lineOf(holder));
      if (caller && handoff !== '') await noteRead(town.desk, holder);
      const { note } = holder;
      return { agent: addressOf(holder), handoff, checkpoint: kept, session: note?.session ?? null, read: note?.read ?? null };
    }),
  text: ({ agent, handoff, checkpoint: kept }: Resumed, { paint }) => {
    if (handoff === '' && kept === '') return `Nothing was left for ${agent}.`;
    return [handoff, ...(kept === '' ? [] : [`${paint.bold('Checkpoint')}\n${kept}`])].filter((part) => part !== '').join('\n\n');
  },
});
