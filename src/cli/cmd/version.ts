import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from '#cli/command';
import { HOST_PROTOCOL } from '#core/protocol';

/** Which gt this is, where it runs, and what it speaks with the PTY host. */
export const version = command({
  example: 'gt version --json',
  run: () => {
    const root = rootOf(dirname(fileURLToPath(import.meta.url)));
    const { version: number } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const { commit = null, builtAt = null } = stamp(join(root, 'dist/.built'));
    return { version: number, commit, builtAt, node: process.versions.node, hostProtocol: HOST_PROTOCOL };
  },
  text: ({ version: number, commit, builtAt, node, hostProtocol }) => {
    const built = builtAt === null ? [] : [`built ${builtAt.slice(0, 10)}`];
    const from = commit === null ? [] : [commit.slice(0, 10)];
    return `gt ${number} (${[...from, ...built, `Node ${node}`, `host protocol ${hostProtocol}`].join(', ')})`;
  },
});

/** The folder of package.json: the build lies one folder deeper than the sources. */
function rootOf(folder: string): string {
  return existsSync(join(folder, 'package.json')) || dirname(folder) === folder ? folder : rootOf(dirname(folder));
}

/** What the build noted of itself; nothing when this runs from sources, or from a build without git. */
function stamp(file: string): { commit?: string; builtAt?: string } {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { commit?: string; builtAt?: string };
  } catch {
    return {};
  }
}
