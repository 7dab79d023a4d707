import type { Palette } from '#cli/colour';
import { command } from '#cli/command';
import { table } from '#cli/table';
import { townOf, withDesk } from '#cli/wire';
import { rolesOf } from '#cli/wire-rig-settings';
import { openRig, rigHere } from '#cli/wire-rigs';
import { isRefusal } from '#core/refusals';
import type { Role } from '#views/rig-roles';
import { rigStatus as shown } from '#views/status';
import { rigText } from './status.ts';

/** One rig at a glance, with the roles that it runs with. */
export const rigStatus = command({
  args: [{ name: 'rig', help: 'which one (default: the one that you are in, or the only one)' }],
  about: 'Which roles are on, and by which setting; then what runs and waits. With the town down what the files say.',
  example: 'gt rig status shop',
  run: async (call) => {
    const town = townOf(call);
    if (isRefusal(town)) return town;
    const name = rigHere(town, call.args.rig, call.io);
    if (isRefusal(name)) return name;
    const rig = await openRig(town, name);
    if (isRefusal(rig)) return rig;
    const roles = rolesOf(town, name);
    if (isRefusal(roles)) return roles;
    const status = await withDesk(call, { wait: 'person' }, ({ desk }) => shown(desk.books, rig));
    const { file, target } = rig;
    return { name, from: file.git_url, target, roles, status: isRefusal(status) ? null : status };
  },
  text: ({ name, roles, status }, { paint, now }) => {
    const rows = roles.map((role) => [`  ${role.role}`, stateOf(role, paint), role.does, paint.dim(byWhat(role))]);
    const head = status ? rigText(status, paint, now) : `${paint.bold(name)}  ${paint.yellow('the town is not running')}`;
    return `${head}\n${paint.dim('roles')}\n${table(rows)}`;
  },
});

const stateOf = ({ is }: Role, paint: Palette) => (is === 'on' ? paint.green(is) : paint.yellow(is));

const byWhat = ({ setting, from }: Role) => `${setting}${from === null ? ', by default' : ` in ${from}`}`;
