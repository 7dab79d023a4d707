/**
 * What an agent's shell command may not do: the few things that would hurt gt itself. Judged by its words before it runs; whatever cannot be read is
 * allowed, because the fences that count (the token, the pinned head, the refinery) do not rest on this one.
 */

/** Where the command would run: the agent's worktree, and the branch that its rig lands on. */
export type Guarded = { readonly worktree: string | undefined; readonly target: string | undefined };

/** Why a command is refused, with what to do instead; undefined for one that may run. */
export function guardCommand(line: string, { worktree, target }: Guarded): string | undefined {
  for (const words of simpleCommands(line)) {
    const git = gitWords(words);
    if (!git) continue;
    const { verb, rest, directory } = git;
    if (verb === 'push' && target !== undefined && pushes(rest, target))
      return `gt: \`${target}\` is moved by the refinery alone, after its checks. Commit on your branch, then run \`gt done\`.`;
    if (verb === 'worktree' && rest[0] === 'remove' && worktree !== undefined) {
      const named = rest.slice(1).find((word) => !word.startsWith('-'));
      if (named !== undefined && isWorktree(named, worktree, directory))
        return 'gt: this worktree is yours until your work has landed; gt removes it then. When you are finished, run `gt done`.';
    }
  }
  return undefined;
}

/** Whether the words after `git push` would write the branch on the other side; `--all` and `--mirror` write every branch. */
function pushes(rest: readonly string[], target: string): boolean {
  if (rest.some((word) => word === '--all' || word === '--mirror' || word === '--branches')) return true;
  return rest.some((word) => {
    const to = word.replace(/^\+/, '').split(':').at(-1) ?? '';
    return !word.startsWith('-') && (to === target || to === `refs/heads/${target}` || to === `heads/${target}`);
  });
}

function isWorktree(named: string, worktree: string, directory: string | undefined): boolean {
  const own = worktree.replace(/\/+$/, '');
  const path = named.replace(/\/+$/, '');
  if (path === own || path === '$PWD' || path === '$(pwd)') return true;
  return path === '.' && (directory === undefined || directory.replace(/\/+$/, '') === own);
}

type GitWords = { readonly verb: string; readonly rest: readonly string[]; readonly directory?: string };

/** The verb of a call of git and what follows it, after its own options; undefined for another program. */
function gitWords(words: readonly string[]): GitWords | undefined {
  const start = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word) && !WRAPPERS.has(word));
  if (start < 0 || words[start]?.split('/').at(-1) !== 'git') return undefined;
  let at = start + 1;
  let directory: string | undefined;
  for (; words[at]?.startsWith('-'); at++) {
    const word = words[at] ?? '';
    if (word === '-C') directory = words[at + 1];
    if (VALUED.has(word)) at++;
  }
  const verb = words[at];
  return verb === undefined ? undefined : { verb, rest: words.slice(at + 1), ...(directory === undefined ? {} : { directory }) };
}

const WRAPPERS = new Set(['command', 'exec', 'env', 'sudo', 'nohup', 'time', '!', 'then', 'do', 'else', '{']);
const VALUED = new Set(['-C', '-c', '--git-dir', '--work-tree', '--namespace', '--exec-path', '--config-env']);

/** The simple commands of a shell line, each as its words; the bodies of here-documents are text, not commands. */
function simpleCommands(line: string): string[][] {
  const text = line.replace(/\\\n/g, ' ').replace(/<<-?\s*(["']?)(\w+)\1([^\n]*)\n[\s\S]*?\n[ \t]*\2(?=\n|$)/g, ' $3\n');
  const commands: string[][] = [[]];
  let word: string | undefined;
  const flush = () => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  for (const match of text.matchAll(PIECE)) {
    const { end, space, single, double, escaped, plain } = match.groups ?? {};
    if (end !== undefined || space !== undefined) flush();
    if (end !== undefined) commands.push([]);
    else if (space === undefined)
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '');
  }
  flush();
  return commands.filter((words) => words.length > 0);
}

const PIECE =
  /(?<end>[;&|\n()`]+)|(?<space>[ \t\r]+)|'(?<single>[^']*)'|"(?<double>(?:\\.|[^"\\])*)"|\\(?<escaped>.)|(?<plain>\$\(pwd\)|[^\s;&|()`'"\\]+|['"])/gs;
