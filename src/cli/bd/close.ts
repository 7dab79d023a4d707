import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { asideOf, withAside } from '#cli/aside';
import { type Closer, closeBead } from '#cli/closing';
import { type Call, type Command, command } from '#cli/command';
import { idsOf } from '#cli/ids';
import { readPiped } from '#cli/stdin';
import { withDesk } from '#cli/wire';
import { myMolecule } from '#cli/wire-molecules';
import { type StepAnswer, tellEnd, whoCalls } from '#cli/wire-steps';
import { type MoleculeTold, moleculeText } from '#core/molecule/step-words';
import { explain, isRefusal, type Refusal, refuse } from '#core/refusals';
import { beads, type Issue, issueOf } from '#views/beads';
import { named } from './ids.ts';

const OPTIONS = [
  { name: 'reason', short: 'r', value: 'text', help: 'why; of a step: what was done and found, which proves it' },
  { name: 'reason-file', value: 'path', help: 'a file with that; - reads it from stdin' },
  { name: 'force', short: 'f', help: 'although it is pinned or waits for others; a step that cannot be closed is skipped' },
  { name: 'continue', help: 'of one step: with the step that is next' },
  { name: 'no-auto', help: 'no difference here: an agent has the next step in hand, a person takes none' },
  { name: 'suggest-next', help: 'with what can be done now that could not before' },
  { name: 'session', value: 'id', help: 'no difference here: the session is known' },
] as const;

type Words = { readonly ids: readonly string[]; readonly reason: string | undefined; readonly call: Call };

/** Closes items, steps and gates, each by the deed that closes its kind. */
export const close: Command = command({
  args: [{ name: 'ids', many: true, help: 'items, steps, gates (for an agent: the step in its hands)' }],
  options: OPTIONS,
  about:
    'A step is closed as by `gt mol step done`. An id that nobody has stops it before anything is closed; what cannot be closed is told, and the others are closed.',
  example: 'bd close gp-mol-4kx.test --reason "all green"',
  run: async (call) => {
    const { ids } = call.args;
    const reason = await reasonOf(call);
    return isRefusal(reason) ? reason : closed({ ids, reason: reason.text, call: call as unknown as Call });
  },
  text,
});

/** The same with the reason as plain words. */
export const done: Command = command({
  args: [
    { name: 'id', required: true, help: 'an item, a step or a gate' },
    { name: 'text', many: true, help: 'why' },
  ],
  options: OPTIONS,
  example: 'bd done gp-4kx "the page says so already"',
  run: async (call) => {
    const { id, text: words } = call.args;
    const reason = await reasonOf(call);
    if (isRefusal(reason)) return reason;
    return closed({ ids: [id], reason: words.join(' ').trim() || reason.text, call: call as unknown as Call });
  },
  text,
});

type Given = { readonly opts: { reason: string | undefined; 'reason-file': string | undefined }; readonly io: Call['io'] };

async function reasonOf({ opts, io }: Given): Promise<{ text: string | undefined } | Refusal> {
  const { reason, 'reason-file': file } = opts;
  if (file === undefined) return { text: reason?.trim() || undefined };
  if (file === '-') return { text: (await readPiped(io)).trim() || undefined };
  try {
    return { text: readFileSync(resolve(io.cwd, file), 'utf8').trim() || undefined };
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException;
    return refuse('USAGE', { what: `${file} cannot be read (${code}).`, hint: 'Name a text file, or - for stdin.' });
  }
}

type Continued = {
  readonly closed_step: Issue;
  readonly next_step?: Issue;
  readonly auto_advanced: boolean;
  readonly molecule_complete: boolean;
  readonly molecule_id: string;
};
type Closed =
  | readonly Issue[]
  | { readonly closed: readonly Issue[]; readonly unblocked: readonly Issue[] }
  | { readonly closed: readonly Issue[]; readonly continue: Continued };

async function closed({ ids, reason, call }: Words): Promise<Closed | Refusal> {
  const { io } = call;
  const caller = whoCalls(io);
  if (isRefusal(caller)) return caller;
  return withDesk(call, { wait: caller ? 'agent' : 'person' }, async (town) => {
    const words = ids.length > 0 ? ids : await inHand(town, io, caller !== undefined);
    if (isRefusal(words)) return words;
    const { found, unknown } = await named(town, [...new Set(idsOf(words))]);
    if (unknown[0]) {
      for (const refusal of unknown.slice(1)) io.err(`Error: ${explain(refusal).says}\n`);
      return unknown[0];
    }
    if (call.opts['continue'] && (found.length > 1 || found[0]?.noun !== 'step'))
      return refuse('USAGE', { what: '--continue is for one step.', hint: 'Close the others without it.' });
    const waited = (await town.desk.books.successors(...found.map(({ doc }) => doc.id))).flat();
    const by: Closer = { town, io, caller, reason, force: call.opts['force'] === true };
    const done: string[] = [];
    const refused: Refusal[] = [];
    let told: StepAnswer | undefined;
    for (const bead of found) {
      const ended = await closeBead(by, bead);
      if (isRefusal(ended)) {
        refused.push(ended);
        continue;
      }
      done.push(bead.doc.id);
      if (ended) told = await tellEnd(town, io, caller, ended);
    }
    const rest = done.length === 0 ? refused.slice(1) : refused;
    for (const refusal of rest) io.err(`Error: ${explain(refusal).says}\n${explain(refusal).try}\n`);
    if (done.length === 0 && refused[0]) return refused[0];
    const value = await answer(town.desk, call, { done, waited, told, isAgent: caller !== undefined });
    // What its agent does next is told in words alone.
    return caller && told ? withAside(value, told.molecule) : value;
  });
}

type Town = Parameters<Parameters<typeof withDesk>[2]>[0];

/** The step in the hands of the agent that calls. */
async function inHand(town: Town, io: Call['io'], isAgent: boolean): Promise<string[] | Refusal> {
  if (!isAgent) return refuse('USAGE', { what: 'Close what?', hint: 'Name it: `bd close <id>`.' });
  const mol = await myMolecule(town, io);
  if (isRefusal(mol)) return mol;
  const waits = async () => (await town.desk.steps.waits(mol)).join('; ') || 'nothing: all steps are done';
  return mol.hand === undefined ? refuse('STEP_NONE', { mol: mol.id, waits: await waits() }) : [mol.hand];
}

type Outcome = {
  readonly done: readonly string[];
  readonly waited: readonly string[];
  readonly told: StepAnswer | undefined;
  readonly isAgent: boolean;
};

async function answer(desk: Town['desk'], call: Call, { done, waited, told, isAgent }: Outcome): Promise<Closed> {
  const issues = async (ids: readonly string[]) => {
    const all = await beads(desk, ids);
    return ids.flatMap((id) => all.get(id) ?? []).map(issueOf);
  };
  const list = await issues(done);
  if (call.opts['continue'] && told && list[0]) {
    const { molecule } = told;
    const mol = await desk.books.read('molecule', molecule.id);
    const next = molecule.step?.id ?? (mol?.state === 'open' ? (await desk.steps.next(mol))?.id : undefined);
    const [issue] = next === undefined ? [] : await issues([next]);
    return {
      closed: list,
      continue: {
        closed_step: list[0],
        ...(issue ? { next_step: issue } : {}),
        auto_advanced: isAgent && molecule.step !== null,
        molecule_complete: molecule.complete,
        molecule_id: molecule.id,
      },
    };
  }
  if (!call.opts['suggest-next']) return list;
  const unmet = waited.length > 0 ? await desk.books.unmet(...waited) : [];
  const free = [...new Set(waited.filter((_, i) => unmet[i]?.length === 0))];
  return { closed: list, unblocked: (await issues(free)).filter(({ status }) => status === 'open') };
}

function text(value: unknown): string {
  const whole = value as Closed;
  const next = asideOf<MoleculeTold>(whole);
  const list = 'closed' in whole ? whole.closed : whole;
  const lines = list.map(({ id, title, status, close_reason: reason }) =>
    status === 'closed'
      ? `✓ Closed ${id} — ${title}${reason ? `: ${reason}` : ''}`
      : `✓ ${id} — ${title}: the work is done, and is checked before it closes`,
  );
  const named = (one: Issue) => `${one.id} — ${one.title}`;
  const more =
    'unblocked' in whole
      ? whole.unblocked.map((one) => `Now free: ${named(one)}`)
      : 'continue' in whole && whole.continue.next_step && !next
        ? [`Next: ${named(whole.continue.next_step)}`]
        : [];
  return [...lines, ...more, ...(next ? [`\n${moleculeText(next)}`] : [])].join('\n');
}
