import { command } from '#cli/command';
import { buildName, thisBuild } from '#cli/wire-build';
import { HOST_PROTOCOL } from '#core/protocol';

/** Which gt this is, where it runs, and what it speaks with the PTY host. */
export const version = command({
  example: 'gt version --json',
  run: ({ io }) => {
    const { version: number, commit = null, builtAt = null } = thisBuild;
    return {
      version: number,
      build: buildName(io.env),
      commit,
      builtAt,
      node: process.versions.node,
      hostProtocol: HOST_PROTOCOL,
    };
  },
  text: ({ build, commit, builtAt, node, hostProtocol }) => {
    const built = builtAt === null ? [] : [`built ${builtAt.slice(0, 10)}`];
    const from = commit === null ? [] : [commit.slice(0, 10)];
    return `gt ${build} (${[...from, ...built, `Node ${node}`, `host protocol ${hostProtocol}`].join(', ')})`;
  },
});
