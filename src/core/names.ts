const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Names that a town's polecats are given, fifty a theme. */
export const THEMES = {
  'mad-max': words(`
    furiosa nux slit toast capable cheedo angharad dag valkyrie keeper rictus corpus doof coma ace morsov keeps organic
    immortan bullet aqua savannah blackfinger jedediah pigkiller blaster scrooloose ironbar aunty goose toecutter wez
    humungus pappagallo gyro feral warrior zetta dementus octoboss smeg scrotus jack praetorian hope glory chum griffa
    stank chassis`),
  minerals: words(`
    agate amber apatite azurite barite beryl calcite celestine cinnabar citrine corundum diopside dolomite epidote
    fluorite galena garnet gypsum halite hematite ilmenite jade jasper kyanite lazurite magnetite malachite mica
    obsidian olivine onyx opal peridot pyrite quartz rutile selenite silica sodalite spinel stibnite sulfur talc
    topaz turquoise ulexite vanadinite wulfenite zeolite zircon`),
  wasteland: words(`
    ash badger barrel bonfire bramble brine buckshot cactus canteen cinder coyote crater dune dustdevil ember flint
    gasket gecko gravel gulch hatchet hubcap jackal jerrycan kerosene lantern mesa mirage mojave nomad outpost pickaxe
    piston raven relic rubble rust saddle scrap scorpion sidewinder socket sprocket sulphur tinder torque tumbleweed
    vulture welder yucca`),
} as const;

export type Theme = keyof typeof THEMES;

/** What a polecat is never called: these words are roles, directories or addresses. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(
  words('mayor deacon boot witness refinery polecat polecats crew dog dogs overseer human rig town plugins settings me all'),
);

export type NamePool = {
  readonly style: Theme;
  /** Own names; when there are any they replace those of the style. */
  readonly names: readonly string[];
};

const FIRST_NUMBER = 51;

/** The first name of the pool that nobody has; when all are taken a number from 51 on. Upper and lower case are the same name. */
export function nextName(inUse: ReadonlySet<string>, pool: NamePool): string {
  const taken = new Set([...inUse].map((name) => name.toLowerCase()));
  const names = pool.names.length > 0 ? pool.names : THEMES[pool.style];
  for (const name of names) if (!taken.has(name.toLowerCase()) && !RESERVED_NAMES.has(name.toLowerCase())) return name;
  let number = FIRST_NUMBER;
  while (taken.has(String(number))) number++;
  return String(number);
}

/** Directories of a town that a rig cannot have as its name. */
const TOWN_FOLDERS: ReadonlySet<string> = new Set(
  words('mayor deacon settings plugins config docs logs gt hq directives prompt-overlays'),
);
const LONGEST_RIG = 40;

/** Words that are no names of rigs. */
export const RESERVED_RIGS: readonly string[] = [...new Set([...TOWN_FOLDERS, ...RESERVED_NAMES])].sort();

/** Whether a rig may be called so: letters, digits, `-` and `_`, beginning with a letter, and no word that means something else. */
export const isRigName = (name: string): boolean =>
  /^[A-Za-z][A-Za-z0-9_-]*$/.test(name) && name.length <= LONGEST_RIG && !RESERVED_RIGS.includes(name.toLowerCase());

/** Prefixes of ids that the town itself uses. */
const TOWN_PREFIXES: ReadonlySet<string> = new Set(['hq', 'ck']);

/** Whether ids may begin so. */
export const isPrefix = (prefix: string): boolean => /^[a-z][a-z0-9]{0,7}$/.test(prefix) && !TOWN_PREFIXES.has(prefix);

/** The prefix of a new rig's ids, from its name: two letters where they are free, else three, else with a number. `gas-town` is `gt`. */
export function prefixFor(name: string, taken: ReadonlySet<string>): string {
  const parts = name
    .toLowerCase()
    .split(/[-_]+|(?<=[a-z])(?=[A-Z])/)
    .filter((part) => part !== '');
  const letters = parts.join('').replace(/[^a-z0-9]/g, '');
  const initials = parts.map((part) => part.charAt(0)).join('');
  const consonants = letters.charAt(0) + letters.slice(1).replace(/[aeiou]/g, '');
  const wishes = [
    initials.length >= 2 ? initials.slice(0, 3) : '',
    consonants.slice(0, 2),
    letters.slice(0, 2),
    consonants.slice(0, 3),
    letters.slice(0, 3),
  ];
  const free = (prefix: string) => isPrefix(prefix) && !taken.has(prefix);
  const wished = wishes.find((wish) => wish.length >= 2 && free(wish));
  if (wished) return wished;
  const base = letters.slice(0, 2) || 'r';
  let number = 2;
  while (!free(`${base}${number}`)) number++;
  return `${base}${number}`;
}
