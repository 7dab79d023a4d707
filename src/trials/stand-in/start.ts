import type { Conversation, Make } from './ports.ts';
import type { DialogSaid } from './scenario.ts';

/** What a program asks its terminal at the start. */
const QUESTIONS = { da1: '\x1b[c', cpr: '\x1b[6n', decrqm: '\x1b[?2026$p' } as const;
export type Question = keyof typeof QUESTIONS;

export type Opening = {
  readonly conversation: Conversation;
  /** What the start hook is told. */
  readonly source: 'startup' | 'resume';
  /** Why it does not begin. */
  readonly refusal?: { readonly says: string; readonly code: number };
  readonly dialogs: readonly DialogSaid[];
};

/** Throws when the scenario names a dialog that the look has not drawn. */
export function checkDialogs({ scenario, look }: Make): void {
  const { start, dialogs, turns } = scenario;
  const named = [
    ...(start.dialogs === 'provisioned' ? [] : start.dialogs),
    ...dialogs.at.map(({ dialog }) => dialog),
    ...(dialogs.random?.of ?? []),
    ...(turns.some(({ tools }) => tools.some(({ asks }) => asks)) ? ['permission'] : []),
  ];
  const missing = named.find((one) => typeof one === 'string' && !look.dialogs[one]);
  if (missing !== undefined)
    throw new Error(
      `The scenario names a dialog that the look has not: \`${missing}\`.\nIt has: ${Object.keys(look.dialogs).join(', ') || 'none'}.`,
    );
}

/** How the program begins: which conversation, which dialogs, or why not at all. */
export function openings(make: Make): Opening {
  const { words, scenario, look, ports } = make;
  const knows = (id: string) => scenario.known.includes(id) || ports.knows?.(id) === true;
  const { mode, id } = words;
  const going = mode === 'resume' || mode === 'fork';
  const own = mode === 'fork' ? (words.fork ?? ports.newId()) : (id ?? ports.newId());
  const refusal = scenario.start.refuses ?? refused(going, mode === 'own');
  function refused(resumes: boolean, gives: boolean) {
    const says =
      id === undefined
        ? undefined
        : resumes && !knows(id)
          ? look.says.id_unknown
          : gives && knows(id)
            ? look.says.id_taken
            : undefined;
    return says === undefined ? undefined : { says: says.replace('{id}', id ?? ''), code: 1 };
  }
  return {
    conversation: { id: own, ...(mode === 'fork' && id !== undefined ? { parent: id } : {}) },
    source: going || mode === 'last' ? 'resume' : 'startup',
    dialogs: scenario.start.dialogs === 'provisioned' ? unprovisioned(make) : scenario.start.dialogs,
    ...(refusal ? { refusal } : {}),
  };
}

/** The dialogs of a first start that nothing keeps away. */
function unprovisioned({ look, words, ports }: Make): string[] {
  return Object.entries(look.dialogs).flatMap(([name, dialog]) => {
    const shows = typeof dialog.at_start === 'string' ? words.all.includes(dialog.at_start) : dialog.at_start;
    // without files to look at, as in a test of the screen alone, everything is provisioned
    return shows && ports.spared && !ports.spared(dialog) ? [name] : [];
  });
}

/** Asks the terminal, and goes on when all is answered or the time is over. `onReply` is told what comes. */
export async function ask(make: Make, listen: (onReply: (to: Question) => void) => void): Promise<void> {
  const { preset, scenario, ports } = make;
  const questions = preset.terminal.queries;
  if (questions.length === 0) return;
  const open = new Set<Question>(questions);
  const askedAt = ports.ticker.now();
  await new Promise<void>((resolve) => {
    const stop = ports.ticker.after(scenario.start.stall_ms, resolve);
    listen((to) => {
      open.delete(to);
      if (open.size > 0) return;
      stop();
      resolve();
    });
    ports.write(questions.map((question) => QUESTIONS[question]).join(''));
  });
  const after = ports.ticker.now() - askedAt;
  ports.note({ kind: 'asked', answered: questions.length - open.size, of: questions.length, after_ms: after });
}
