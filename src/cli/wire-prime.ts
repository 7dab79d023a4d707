import { agentIdOf, type Holder, whoIs } from '#core/holder';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { actorFor, type Identity, identityOfActor } from '#core/roles';
import { holderOf } from '#ops/holder-of';
import type { PrimeGround } from '#views/prime';
import { promptFiles, targetOf } from '#world/agents/prompt-files';
import { rigLayout } from '#world/config/layout';
import { readRig } from '#world/config/rigs';
import { callerOf } from './caller.ts';
import type { Io } from './command.ts';
import type { OpenTown } from './wire.ts';
import { identityInside } from './wire-self.ts';

/** Who asks for a context: the session whose token it has, else who is named, else whose directory this is. */
export async function primeGround(town: OpenTown, io: Io, named: string | undefined): Promise<PrimeGround | Refusal> {
  const caller = named === undefined && io.env['GT_SESSION'] ? callerOf(io) : undefined;
  if (isRefusal(caller)) return caller;
  const { books } = town.desk;
  const holder = caller && (await holderOf(books, caller.run));
  const who = caller ? holder && whoIs(holder) : await whoIsMeant(town, io, named);
  // A session whose holder is gone is over: the view says so.
  if (!who) return { who: { role: 'polecat', rig: '', name: '' }, caller, files: NO_FILES, values: {}, now: io.now() };
  if (isRefusal(who)) return who;
  const of = caller ? holder : await holderIn(town, who);
  if (isRefusal(of)) return of;
  const target = who.rig === undefined ? undefined : (io.env['GT_TARGET'] ?? targetOf(town.root, who.rig));
  const values = { town: town.name, root: town.root, dir: of?.dir ?? dirOf(town, who), target };
  return { who, holder: of, caller, files: promptFiles(town.layout, who), values, now: io.now() };
}

const NO_FILES: PrimeGround['files'] = { shipped: '', overlays: [], directives: [] };

async function whoIsMeant(town: OpenTown, { cwd }: Io, named: string | undefined): Promise<Identity | Refusal> {
  if (named === undefined) {
    return identityInside(town.root, cwd) ?? refuse('NOBODY_HERE', { dir: cwd });
  }
  const said = identityOfActor(named.replace(/\/$/, ''));
  if (said) return said;
  const { agentMeant } = await import('./agent-run.ts');
  const meant = await agentMeant(town, named);
  return isRefusal(meant) ? meant : whoIs(meant);
}

/** The lasting agent, or the live run of a polecat of that name; RIG_UNKNOWN where the rig is none. */
async function holderIn(town: OpenTown, who: Identity): Promise<Holder | undefined | Refusal> {
  const { books } = town.desk;
  const rig = who.rig === undefined ? undefined : readRig(town.root, who.rig);
  if (isRefusal(rig)) return rig;
  if (who.role === 'polecat') {
    const live = await books.readMany('run', await books.index(`runs.live:${who.rig}`));
    return live.find(({ name }) => name === who.name);
  }
  const id = agentIdOf(actorFor(who), rig ? [{ name: rig.name, prefix: rig.beads.prefix }] : []);
  return id === undefined ? undefined : books.read('agent', id);
}

/** Where it works, once it lives. */
function dirOf(town: OpenTown, { role, rig = '', name = '' }: Identity): string {
  const layout = rigLayout(town.root, rig);
  const dirs = {
    mayor: town.layout.mayor,
    deacon: town.layout.deacon,
    boot: town.layout.deacon,
    dog: town.layout.deacon,
    witness: layout.witness,
    refinery: layout.refinery,
    crew: layout.crew(name),
    polecat: layout.polecat(name),
  };
  return dirs[role];
}
