import { version as gtVersion } from '#cli/cmd/version';
import { command } from '#cli/command';

/** The newest bd whose commands and forms these are: programs ask for one that is new enough. */
const LIKE = '1.0.3';

/** The version of bd that this one stands for, and of the gt that it belongs to. */
export const version = command({
  example: 'bd version --json',
  run: async (call) => ({ version: LIKE, build: 'gt', gt: await gtVersion.run(call as never) }),
  text: ({ version: number }) => `bd version ${number} (gt)`,
});
