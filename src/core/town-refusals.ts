/** What gt says of a town, its processes, its books and its rigs. The form of each is told in refusals.ts. */
export const TOWN_REFUSALS = {
  TOWN_NOT_FOUND: { says: 'No town here: {where}.', try: 'Make one with `gt install <path>`, or name it with --town.', exit: 3 },
  TOWN_EXISTS: {
    says: '{path} lies in a town already ({root}).',
    try: 'Use that one, or install to a path outside it.',
    exit: 4,
  },
  TOWN_DOWN: { says: 'The town is not running.', try: 'Start it with `gt up`.', exit: 5 },
  REDIS_DOWN: {
    says: 'Redis is down or unreachable: {where}.',
    try: 'Start the town with `gt up`, or mend redis.url in settings/config.json.',
    exit: 5,
  },
  REDIS_TOO_OLD: {
    says: 'Redis {version} is too old: gt needs {need} or newer.',
    try: 'Install a newer redis-server, or point redis.url to one.',
    exit: 5,
  },
  REDIS_EVICTS: {
    says: 'This Redis drops keys when memory runs short (maxmemory-policy {policy}).',
    try: 'Set `maxmemory-policy noeviction`: with eviction work would be lost.',
    exit: 5,
  },
  SOCKET_PATH_TOO_LONG: {
    says: 'The socket path has {bytes} bytes, and the system cuts names over {limit}: {path}.',
    try: 'Set XDG_RUNTIME_DIR (or TMPDIR) to a shorter directory.',
    exit: 2,
  },
  RUNTIME_UNSAFE: {
    says: "The directory for the town's sockets is not safe: {path}: {why}.",
    try: 'Remove it (or give it to yourself alone: chmod 700), then `gt up`.',
    exit: 1,
  },
  REDIS_MISSING: {
    says: 'There is no redis-server or valkey-server on PATH.',
    try: 'Install one: `sudo apt install redis-server`, or `brew install redis`.',
    exit: 1,
  },
  TOOL_MISSING: { says: 'gt needs {tools}.', try: '{hint}', exit: 1 },
  TOWN_BROKEN: {
    says: 'The {process} does not start: {why}.',
    try: 'Mend the cause; the supervisor tries again by itself. All of its log: {log}.',
    exit: 1,
  },
  UP_SLOW: {
    says: 'Not ready after {seconds} s: {processes}.',
    try: 'Look at `gt status` and {log}; `gt up` waits again.',
    exit: 6,
  },
  DOWN_LEFT: {
    says: 'Processes of this town are left: {left}.',
    try: 'Try `gt down --force`, or end them by their ids.',
    exit: 1,
  },
  SCHEMA_TOO_NEW: {
    says: 'The books have schema {found}, this gt knows {known}.',
    try: 'Use the gt that wrote them, or a newer one.',
    exit: 1,
  },
  WORKER_RUNS: {
    says: 'A worker runs already (pid {pid}).',
    try: 'Only one worker serves a town; stop that one with `gt down`.',
    exit: 4,
  },
  STALE_EPOCH: {
    says: 'A newer worker has taken over this town.',
    try: 'Nothing is to be done: the newer one goes on.',
    exit: 4,
  },
  BOOKS_BUSY: { says: 'The record was changed by others {times} times in a row.', try: 'Try again.', exit: 4 },

  RIG_UNKNOWN: { says: 'There is no rig `{rig}`.', try: '{hint}', exit: 3 },
  RIG_EXISTS: { says: 'There is a rig `{rig}` already.', try: 'Choose another name; `gt rig list` shows all.', exit: 4 },
  RIG_NAME_INVALID: {
    says: '`{rig}` is no name for a rig.',
    try: 'Use letters, digits, - and _, beginning with a letter; reserved: {reserved}.',
    exit: 2,
  },
  REPO_NOT_FOUND: { says: '{from} is no git repository.', try: 'Give a path or url that `git clone` takes.', exit: 3 },
  REPO_UNREACHABLE: { says: 'Could not reach {from}: {why}.', try: 'Check the url and the network, then try again.', exit: 6 },
  REPO_TAKEN: {
    says: '{from} is registered already: {by}.',
    try: 'Use the rig that has it: two queues on one target would fight.',
    exit: 4,
  },
  REPO_EMPTY: { says: '{from} has no commit yet.', try: 'Make a first commit there, then add it again.', exit: 1 },
  PREFIX_TAKEN: { says: 'The prefix `{prefix}` is that of rig `{rig}`.', try: 'Choose another with --prefix.', exit: 4 },
  BRANCH_UNKNOWN: { says: 'The repository has no branch `{branch}`.', try: 'Push it, or name another with --branch.', exit: 3 },
} as const;
