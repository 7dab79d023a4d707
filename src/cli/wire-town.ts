import { fileURLToPath } from 'node:url';
import type { DownGround } from '#chores/down';
import type { InstallGround } from '#chores/install';
import type { UpGround } from '#chores/up';
import { hostProgram } from '#daemon/renew-host';
import { hostStopper } from '#daemon/stop-host';
import { downGround, installGround, upGround } from '#daemon/town-ground';
import { buildName, hostBuildName } from '#world/build';
import type { Io } from './command.ts';
import type { Town } from './wire.ts';

/** How a town's processes are started from an installed gt: each is a program of this build, run by this Node. */

const program = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What `up` and `down` need. `{socket}` is replaced by the supervisor. */
const groundOf = (town: Town, io: Io) => ({
  root: town.root,
  townId: town.id,
  supervisor: [process.execPath, program('daemon/supervisor-main.js')],
  host: hostProgram(town.root, '{socket}', hostBuildName(io.env)),
  worker: [process.execPath, program('daemon/worker-main.js'), town.root, '{socket}'],
  env: io.env,
  build: buildName(io.env),
  hostBuild: hostBuildName(io.env),
});

export const forUp = (town: Town, io: Io): UpGround => upGround(groundOf(town, io));
export const forDown = (town: Town): DownGround =>
  downGround({ root: town.root, townId: town.id }, { stopHost: hostStopper(town.root) });
export const forInstall = (io: Io): InstallGround => installGround(io.env, io.cwd);
