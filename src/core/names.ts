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
