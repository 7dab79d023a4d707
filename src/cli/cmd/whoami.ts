import { callerOf } from '#cli/caller';
import { command } from '#cli/command';
import { townOf } from '#cli/wire';
import { identityInside } from '#cli/wire-self';
import { isRefusal } from '#core/refusals';
import { actorFor, identityOfActor } from '#core/roles';

/** As whom gt takes the call. Asks nobody: whether the session still is the one that is heard is told by what it does. */
export const whoami = command({
  about:
    'An agent is known by GT_SESSION in its environment, in a worktree that was laid out for you by its directory; everybody else is the overseer.',
  example: 'gt whoami --json',
  run: (call) => {
    const { env, cwd } = call.io;
    const town = townOf(call);
    if (isRefusal(town)) return town;
    const caller = env['GT_SESSION'] ? callerOf(call.io) : undefined;
    if (isRefusal(caller)) return caller;
    const inside = identityInside(town.root, cwd);
    const who = caller ? identityOfActor(env['BD_ACTOR'] ?? '') : undefined;
    return {
      actor: caller ? (env['BD_ACTOR'] ?? '') : 'overseer',
      role: caller ? (who?.role ?? env['GT_ROLE'] ?? null) : null,
      rig: who?.rig ?? null,
      name: who?.name ?? null,
      session: caller?.session ?? null,
      work: (caller && env['GT_WORK_ITEM']) || null,
      town: town.root,
      place: inside ? actorFor(inside) : null,
    };
  },
  text: ({ actor, session, work, place }, { paint }) => {
    const agent = session === null ? '' : `, session ${session}${work === null ? '' : ` of ${work}`}`;
    const stands = session === null && place !== null;
    const said = `This is the place of ${place}, whose GT_SESSION you have not: nothing is done or said in its name.`;
    return `${paint.bold(actor)}${agent}${stands ? `\n${said}` : ''}`;
  },
});
