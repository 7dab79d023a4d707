import { join } from 'node:path';

/** Where everything lies in a town: every path is made here and nowhere else. `root` is the town's directory, `rig` the name of a rig. */

export const TOWN_FILE = 'mayor/town.json';

/** The processes of a town, by the names of their sockets and pid files. */
export type ProcessName = 'redis' | 'host' | 'worker' | 'supervisor';
export const PROCESS_NAMES: readonly ProcessName[] = ['redis', 'host', 'worker', 'supervisor'];

export function townLayout(root: string) {
  const at = (...path: string[]) => join(root, ...path);
  const runtime = (...path: string[]) => at('.runtime', ...path);
  return {
    root,
    townFile: at('mayor', 'town.json'),
    rigsFile: at('mayor', 'rigs.json'),
    settingsFile: at('settings', 'config.json'),
    agentsFile: at('settings', 'agents.json'),
    /** Presets of the town's own, one data file for each agent program. */
    presets: at('settings', 'presets'),
    escalationFile: at('settings', 'escalation.json'),
    mayor: at('mayor'),
    mayorClaudeMd: at('mayor', 'CLAUDE.md'),
    mayorAgentSettings: at('mayor', '.claude', 'settings.json'),
    deacon: at('deacon'),
    deaconAgentSettings: at('deacon', '.claude', 'settings.json'),
    dogs: at('deacon', 'dogs'),
    dog: (name: string) => at('deacon', 'dogs', name),
    plugins: at('plugins'),
    ledger: at('.beads', 'issues.jsonl'),
    beads: at('.beads'),
    formulas: at('.beads', 'formulas'),
    /** Formulas of the town that a person keeps in sight, behind those of `.beads`. */
    openFormulas: at('formulas'),
    /** What the town changes in formulas, one file for each. */
    overlays: at('formula-overlays'),
    /** What the town adds to the prompt of a role, and its last word to it. */
    promptOverlay: (role: string) => at('prompt-overlays', `${role}.md`),
    directives: (role: string) => at('directives', `${role}.md`),
    routes: at('.beads', 'routes.jsonl'),
    gitignore: at('.gitignore'),
    /** The transient settings of a rig, the strongest layer. */
    wispSettings: (rig: string) => at('.beads-wisp', 'config', `${rig}.json`),
    wispSettingsFolder: at('.beads-wisp', 'config'),
    /** Not in git: pids, logs, Redis' data, and the files that name the sockets. */
    runtime: runtime(),
    /** A file with the path of a process' socket: the sockets themselves lie in a short directory elsewhere. */
    socketName: (name: ProcessName) => runtime(name),
    pidFile: (name: ProcessName) => runtime(`${name}.pid`),
    log: (name: ProcessName) => runtime('logs', `${name}.log`),
    logs: runtime('logs'),
    redisData: runtime('redis-data'),
    /** Opens the PTY host; readable by its user alone. */
    hostToken: runtime('host.token'),
    /** Of what the tokens of sessions are made; readable by its user alone. */
    secret: runtime('secret'),
    /** Where the PTY host keeps how its sessions ended. */
    hostState: runtime('host-state'),
    /** What the terminal of a session showed, as asciicast; of one session each directory. */
    recording: (session: string) => runtime('recordings', session),
    /** Where the board of all jobs is served. */
    boardAddress: runtime('board.url'),
    supervisorRecord: runtime('supervisor.json'),
    /** The configuration directory of an agent program, apart from that of the person. */
    agentConfig: (preset: string) => runtime('agents', preset),
  } as const;
}

export type TownLayout = ReturnType<typeof townLayout>;

export function rigLayout(root: string, rig: string) {
  const at = (...path: string[]) => join(root, rig, ...path);
  return {
    rig: at(),
    rigFile: at('config.json'),
    settingsFile: at('settings', 'config.json'),
    /** Agents of the rig's own, and what it says over the town's. */
    agentsFile: at('settings', 'agents.json'),
    beads: at('.beads'),
    ledger: at('.beads', 'issues.jsonl'),
    formulas: at('.beads', 'formulas'),
    /** In the place of the town's file of the same name. */
    overlays: at('formula-overlays'),
    promptOverlay: (role: string) => at('prompt-overlays', `${role}.md`),
    directives: (role: string) => at('directives', `${role}.md`),
    /** The bare repository that all of the rig's worktrees share. */
    repo: at('.repo.git'),
    mayorClone: at('mayor', 'rig'),
    witness: at('witness'),
    witnessAgentSettings: at('witness', '.claude', 'settings.json'),
    refinery: at('refinery', 'rig'),
    refineryAgentSettings: at('refinery', '.claude', 'settings.json'),
    crewFolder: at('crew'),
    crewAgentSettings: at('crew', '.claude', 'settings.json'),
    crew: (name: string) => at('crew', name, 'rig'),
    polecatsFolder: at('polecats'),
    polecatAgentSettings: at('polecats', '.claude', 'settings.json'),
    /** The worktree of a polecat. */
    polecat: (name: string) => at('polecats', name, 'rig'),
    pluginsFolder: at('plugins'),
    plugin: (name: string) => at('plugins', name),
  } as const;
}

export type RigLayout = ReturnType<typeof rigLayout>;
