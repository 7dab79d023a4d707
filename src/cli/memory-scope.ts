import { type MemoryScope, scopesOf } from '#core/memory';
import { nearest } from '#core/nearest';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { actorFor, type Identity, identityOfActor, ROLES } from '#core/roles';
import type { Io } from './command.ts';
import type { Town } from './wire.ts';
import { rigHere } from './wire-rigs.ts';

/** Whom a memory is for, as options say it. */
type Said = {
  readonly rig?: string | undefined;
  readonly role?: string | undefined;
  readonly everyone?: boolean;
  readonly mine?: boolean;
};

/** For whom a fact is kept: whom the options name, else the rig of the agent that says it, else the town. */
export function scopeSaid(town: Town, io: Io, said: Said): MemoryScope | Refusal {
  const named = oneNamed(town, io, said);
  const rig = whoSpeaks(io)?.rig;
  return named ?? (rig === undefined ? 'town' : `rig:${rig}`);
}

/** Whose memories are shown: those of whom the options name, else all that concern the agent that asks; to a person all of them. */
export function scopesSeen(town: Town, io: Io, said: Said): readonly MemoryScope[] | 'all' | Refusal {
  const named = oneNamed(town, io, said);
  if (named !== undefined) return isRefusal(named) ? named : [named];
  const who = whoSpeaks(io);
  return who ? scopesOf(who) : 'all';
}

const whoSpeaks = (io: Io): Identity | undefined =>
  io.env['GT_SESSION'] ? identityOfActor(io.env['BD_ACTOR'] ?? '') : undefined;

function oneNamed(town: Town, io: Io, said: Said): MemoryScope | Refusal | undefined {
  const names = (['rig', 'role', 'everyone', 'mine'] as const).filter((name) => said[name]);
  if (names.length > 1)
    return refuse('USAGE', { what: `--${names[0]} and --${names[1]} name two.`, hint: 'Say it once for each.' });
  if (said.everyone) return 'town';
  if (said.role !== undefined) return roleNamed(said.role);
  if (said.rig !== undefined) {
    const rig = rigHere(town, said.rig, io);
    return isRefusal(rig) ? rig : `rig:${rig}`;
  }
  if (!said.mine) return undefined;
  const who = whoSpeaks(io);
  return who ? actorFor(who) : refuse('NO_SESSION', { people: 'people say `--rig`, `--role` or `--everyone`' });
}

function roleNamed(said: string): MemoryScope | Refusal {
  if (ROLES.some((role) => role === said)) return `role:${said}`;
  return refuse('USAGE', {
    what: `There is no role \`${said}\`.`,
    hint: `Did you mean ${nearest(said, ROLES, 1)[0]}? Roles: ${ROLES.join(', ')}.`,
  });
}
