/** The globs of advice and map: `*`, `?`, `[a-z]`, a backslash before a plain character; `*` and `?` do not cross a slash. */

/** Whether the whole id is matched by the glob. A set that is not closed is plain text. */
export function matchesGlob(glob: string, id: string): boolean {
  return asRegExp(glob).test(id);
}

function asRegExp(glob: string): RegExp {
  let source = '';
  for (let at = 0; at < glob.length; at++) {
    const c = glob[at] ?? '';
    const set = c === '[' ? /^\[(\^|!)?([^\]]+)\]/.exec(glob.slice(at)) : null;
    if (set) {
      source += `[${set[1] ? '^' : ''}${(set[2] ?? '').replace(/[\\[\]^]/g, '\\$&')}]`;
      at += set[0].length - 1;
    } else if (c === '*') source += '[^/]*';
    else if (c === '?') source += '[^/]';
    else source += escaped(c === '\\' ? (glob[++at] ?? '\\') : c);
  }
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    // A set such as [z-a] is no set.
    return new RegExp(`^${escaped(glob)}$`, 's');
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
