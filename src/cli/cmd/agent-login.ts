import { agentLogin } from '#chores/agent-login';
import { command } from '#cli/command';
import { townOf } from '#cli/wire';
import { isRefusal } from '#core/refusals';

/** A person logs in for the town's agents. */
export const login = command({
  args: [{ name: 'name', required: true, help: 'the agent' }],
  about:
    "Agents have configuration directories of the town's own, so that a login of yours elsewhere is not theirs. This starts the program in your terminal with that directory: log in as it asks, then leave it. gt reads and copies no key; keys in the environment of `gt up` reach agents as they are.",
  example: 'gt config agent login claude',
  run: async (call) => {
    const town = townOf(call);
    if (isRefusal(town)) return town;
    const { forLogin } = await import('#cli/wire-agent-login');
    const found = forLogin(town, call.args.name, call.io);
    if (isRefusal(found)) return found;
    call.say(`Log in, then leave the program. What it keeps lies in ${found.ground.config}.`);
    return agentLogin(found.defined, found.ground);
  },
  text: ({ agent, config, code }, { paint }) =>
    code === 0 ? `${paint.bold(agent)} has its login in ${config}` : paint.yellow(`The program ended with ${code}.`),
  exit: ({ code }) => code,
});
