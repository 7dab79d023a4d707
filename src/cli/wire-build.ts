/** Which gt a command is of. */
export { buildName, thisBuild } from '#world/build';
