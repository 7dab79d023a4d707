import { agentState, asksOfPerson } from '#core/agent-state';
import { addressOf, isAgent, isAgentId } from '#core/holder';
import { OVERSEER } from '#core/mail';
import type { Agent, Delivery, Escalation, Step, Work } from '#core/records';
import { escalationId } from '#core/work';
import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';
import { escalationLine, todoOf } from './escalations.ts';
import { gateLine } from './gates.ts';
import { afterFailure } from './step-stands.ts';

/** One thing that waits for a person. */
export type Need = {
  readonly id: string;
  readonly kind:
    | 'question'
    | 'dialog'
    | 'login'
    | 'escalation'
    | 'item'
    | 'gate'
    | 'step'
    | 'nudge'
    | 'agent'
    | 'landing'
    | 'train'
    | 'rig'
    | 'mail';
  readonly rig: string;
  readonly what: string;
  /** What goes on only after it: items, agents, steps; empty where nothing does. */
  readonly blocks: readonly string[];
  readonly since: number;
  readonly severity: Escalation['severity'] | null;
  readonly count: number;
  readonly choices: readonly string[];
  readonly expiresAt: number | null;
  /** The command that answers it. */
  readonly todo: string;
};

export type Needs = { readonly needs: readonly Need[]; readonly total: number; readonly expired: readonly Need[] };

type Broken = { readonly name: string; readonly says: string; readonly try: string };
export type NeedsFrom = {
  readonly rigs: readonly Rig[];
  /** Rigs whose files are wrong, what is wrong and what to do. */
  readonly broken?: readonly Broken[];
  readonly rig?: string | undefined;
  /** Questions that nobody answered in time, too. */
  readonly all?: boolean;
};

/** Of each kind, at most. */
const SHOWN = 200;
const EXPIRED = 20;

/** All that waits for a person, in one list: what blocks something before what blocks nothing, and the oldest first. */
export async function needs(books: Books, { rigs, broken = [], rig, all = false }: NeedsFrom): Promise<Needs> {
  const first = async (index: string) => books.index(index, 0, SHOWN - 1);
  const [asked, stuck, gates, failed, missed, agents, expired] = await Promise.all([
    first('escalations.open').then((ids) => books.readMany('escalation', ids)),
    first('needs-you').then((ids) => books.readMany('work', ids)),
    first('gates.person').then((ids) => books.readMany('gate', ids)),
    first('steps.person').then((ids) => books.readMany('step', ids)),
    books.indexFromEnd('deliveries.undelivered', SHOWN).then((ids) => books.readMany('delivery', ids)),
    first('agents').then((ids) => books.readMany('agent', ids)),
    all ? books.indexFromEnd('questions.expired', EXPIRED).then((ids) => books.readMany('escalation', ids)) : [],
  ]);
  // An agent that is not started again is told of as such: its own command helps.
  const told = new Set(agents.filter((agent) => agent.broken).map((agent) => agent.id));
  for (const { id, waits } of agents) if (waits?.todo) told.add(escalationId(id, 'cycle'));
  const found: Need[] = [
    ...stuck.map((work) => itemNeed(work, asked, told)),
    ...gates.map((gate) => {
      told.add(gate.id);
      const { id, title, standing, todo, blocks } = gateLine(gate);
      const since = gate.openedAt ?? gate.createdAt;
      return need({
        id,
        kind: 'gate',
        rig: gate.rig,
        what: `${title}: ${standing}`,
        blocks,
        since,
        todo: todo ?? `gt gate show ${id}`,
      });
    }),
    ...failed.map((step) => stepNeed(step, told)),
    ...asked.filter(({ id, subject, asker }) => asker || (!told.has(id) && !told.has(subject))).map(questionNeed),
    ...missed.map(missedNeed),
    ...(await blockedAgents(books, agents)),
    ...(await landings(books, rigs, asked)),
    ...(await unreadMail(books)),
    ...broken.map(({ name, says, try: todo }) =>
      need({ id: name, kind: 'rig', rig: name, what: says, blocks: [name], since: 0, todo }),
    ),
  ];
  const mine = rig === undefined ? found : found.filter((one) => one.rig === rig);
  const isFree = ({ blocks }: Need) => (blocks.length > 0 ? 0 : 1);
  return {
    needs: mine.sort((a, b) => isFree(a) - isFree(b) || a.since - b.since),
    total: mine.length,
    expired: expired.map(questionNeed).filter((one) => rig === undefined || one.rig === rig),
  };
}

type Given = Pick<Need, 'id' | 'kind' | 'rig' | 'what' | 'blocks' | 'since' | 'todo'> & Partial<Need>;
const need = (given: Given): Need => ({ severity: null, count: 1, choices: [], expiresAt: null, ...given });

function itemNeed({ id, rig, title, needsYou, updatedAt }: Work, asked: readonly Escalation[], told: Set<string>): Need {
  told.add(id);
  const question = asked.find((one) => one.id === needsYou?.escalation);
  if (question) told.add(question.id);
  return need({
    id,
    kind: 'item',
    rig,
    what: `${title}: ${needsYou?.why ?? ''}`,
    blocks: [id],
    since: question?.openedAt ?? updatedAt,
    severity: question?.severity ?? null,
    todo: `gt work show ${id}, then gt sling ${id}`,
  });
}

function stepNeed({ id, rig, title, failed, mol }: Step, told: Set<string>): Need {
  told.add(id);
  const what = `${title} failed: ${failed?.reason ?? ''}`;
  return need({ id, kind: 'step', rig, what, blocks: [mol], since: failed?.at ?? 0, todo: afterFailure(id) });
}

function questionNeed(doc: Escalation): Need {
  const { id, cause, dialog, asker, rig = '', work, openedAt, severity, count, subject } = doc;
  const { choices, expiresAt } = escalationLine(doc);
  const kind = cause === 'login' ? 'login' : dialog ? 'dialog' : asker ? 'question' : 'escalation';
  const who = asker ? `${asker.address}: ` : '';
  const failed = doc.failed === undefined ? '' : ` (the last answer was not taken: ${doc.failed})`;
  // Who has escalated goes on; whoever asks waits.
  const blocks = asker ? [work ?? (isAgentId(asker.line) ? asker.address : asker.line)] : work ? [work] : [];
  const about = asker || work ? '' : `${subject}: `;
  const what = `${who}${about}${doc.why}${failed}`;
  return need({ id, kind, rig, what, blocks, since: openedAt, severity, count, choices, expiresAt, todo: todoOf(doc) });
}

const missedNeed = ({ id, rig, to, state, head, why, endedAt, createdAt }: Delivery): Need =>
  need({
    id,
    kind: 'nudge',
    rig,
    what: `${to} ${state === 'unknown' ? 'may not have been told' : 'was not told'} (${state}${why ? `: ${why}` : ''}): ${head}`,
    blocks: [],
    since: endedAt ?? createdAt,
    todo: `gt nudge withdraw ${id}`,
  });

/** Agents that stand, of which no question tells. */
async function blockedAgents(books: Books, agents: readonly Agent[]): Promise<Need[]> {
  const runs = await books.readMany('run', await books.index('runs.live'));
  return [...runs, ...agents].flatMap((holder) => {
    const state = agentState(holder, {});
    const { evidence, todo } = state;
    const broken = isAgent(holder) ? holder.broken : undefined;
    const { shows, noted } = holder.session ?? {};
    if (!broken && (!asksOfPerson(state) || shows?.question !== undefined)) return [];
    const id = addressOf(holder);
    const refused = isAgent(holder) ? holder.waits : holder.unfit;
    const told = state.is === 'starting' ? refused?.at : (noted?.['full'] ?? noted?.['failed'] ?? noted?.['limited'])?.at;
    const since = broken?.at ?? told ?? shows?.since ?? 0;
    const blocks = [isAgent(holder) ? id : holder.work];
    return [need({ id, kind: 'agent', rig: holder.rig, what: evidence, blocks, since, todo: todo ?? `gt attach ${id}` })];
  });
}

/** What lies unread in the person's mailbox: one for all of it. */
async function unreadMail(books: Books): Promise<Need[]> {
  const [count, [first]] = await Promise.all([
    books.count(`letters.unread:${OVERSEER}`),
    books.index(`letters.unread:${OVERSEER}`, 0, 0).then((ids) => books.readMany('letter', ids)),
  ]);
  if (!first) return [];
  const what = `${count === 1 ? 'a mail' : `${count} mails, the first`} from ${first.from}: ${first.subject}`;
  return [need({ id: OVERSEER, kind: 'mail', rig: '', what, blocks: [], since: first.at, todo: 'gt inbox' })];
}

/** What is landed and was not brought home, and trains that stand. */
async function landings(books: Books, rigs: readonly Rig[], asked: readonly Escalation[]): Promise<Need[]> {
  const all = await Promise.all(
    rigs.map(async ({ name, target }) => {
      const [train, left, line] = await Promise.all([
        books.read('train', name),
        books.index(`merges.unpushed:${name}`, 0, SHOWN - 1).then((ids) => books.readMany('merge', ids)),
        books.index(`merges.open:${name}`, 0, SHOWN - 1),
      ]);
      const { blocked } = train ?? {};
      const isAsked = asked.some(({ subject, cause }) => subject === name && cause === blocked?.why);
      const stands = blocked && !isAsked ? [blocked] : [];
      return [
        ...stands.map(({ note, at }) =>
          need({ id: name, kind: 'train', rig: name, what: note, blocks: line, since: at, todo: `gt why ${name}` }),
        ),
        ...left.map(({ id, work, title, landed, submittedAt, mirror }) =>
          need({
            id,
            kind: 'landing',
            rig: name,
            what: `${title}: landed here, not brought to where ${name} came from (${mirror?.why ?? `its ${target} could not be moved`})`,
            blocks: [work],
            since: landed?.at ?? submittedAt,
            todo: `gt why ${name}`,
          }),
        ),
      ];
    }),
  );
  return all.flat();
}
